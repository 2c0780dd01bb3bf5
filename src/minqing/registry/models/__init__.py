"""The tables of the registry: files of four kinds, tags, and spreadsheets on their way in."""

from minqing.registry.models.duplicates import DuplicatePair, ResidentMerge
from minqing.registry.models.imports import ImportBatch, ImportChunk, ImportMark, ImportPiece, ImportRow
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
    "DuplicatePair",
    "Enterprise",
    "Household",
    "HouseholdMember",
    "Identity",
    "ImportBatch",
    "ImportChunk",
    "ImportMark",
    "ImportPiece",
    "ImportRow",
    "Place",
    "Resident",
    "ResidentMerge",
    "Subject",
    "Tag",
    "TagKind",
    "name_initials",
]  # fmt: skip
