"""The tables of the registry: files of four kinds, tags, and spreadsheets on their way in."""

from minqing.registry.models.imports import ImportBatch, ImportRow
from minqing.registry.models.subjects import (
    Enterprise,
    Household,
    HouseholdMember,
    Identity,
    Place,
    Resident,
    Subject,
    name_initials,
)
from minqing.registry.models.tags import Tag, TagKind

__all__ = [
    "Enterprise", "Household", "HouseholdMember", "Identity", "ImportBatch", "ImportRow", "Place",
    "Resident", "Subject", "Tag", "TagKind", "name_initials",
]  # fmt: skip
