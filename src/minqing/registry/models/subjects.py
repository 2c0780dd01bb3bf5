"""Residents, households and who lives in them, enterprises, places.

The indexes of search and of the order of lists are made in migrations from 0006 on: they hold expressions of our own.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from functools import cache, lru_cache
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q

from minqing.kernel.access import Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import Model, ScopedQuerySet
from minqing.kernel.sealed import SealedField, blind_index
from minqing.registry import rules
from minqing.registry.permissions import SEE_REGISTRY

# What each blind index is an index of; a changed purpose would orphan every stored index.
ID_PURPOSE: Final = "registry id number"
PHONE_PURPOSE: Final = "registry phone"
CONTENT_PURPOSE: Final = "registry first content"
INITIALS_MAX: Final = 60


def name_initials(name: str) -> str:
    """Return the pinyin initials of a name, lower-case letters and digits: ``王伯根`` → ``wbg``."""
    # Where no part of a name is a word with a reading of its own, its characters can be looked up one by one.
    length, known = len(name), _phrases()
    if name in known or (length > 2 and (name[:2] in known or name[1:] in known)):
        return _initials(name)
    if length > 3 and any(name[at:to] in known for to in range(2, length + 1) for at in range(to - 1)):
        return _initials(name)
    return "".join(map(_initials, name))[:INITIALS_MAX]


@cache
def _phrases() -> Container[str]:
    # Imported when first asked: a fifth of what a console command takes to start, and few of them write a name.
    from pypinyin.constants import PHRASES_DICT

    phrases: Container[str] = PHRASES_DICT
    return phrases


@lru_cache(maxsize=20_000)
def _initials(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())[:INITIALS_MAX]


def id_index(value: str | None) -> bytes | None:
    """Return the blind index of a normalised ID number, or None for none."""
    return blind_index(value, ID_PURPOSE) if value else None


def phone_index(value: str | None) -> bytes | None:
    """Return the blind index of a normalised phone number, or None for none."""
    return blind_index(value, PHONE_PURPOSE) if value else None


class SubjectQuerySet(ScopedQuerySet[Model]):
    """Files of one kind."""

    def current(self) -> Self:
        """Only files that are still open."""
        return self.filter(closed_on=None)


class Subject(Row):
    """What the four kinds share: an area, a version for two people at once, who changed it last, an end."""

    seen_with: ClassVar[Capability] = SEE_REGISTRY
    subject_kind: ClassVar[str]

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_because = models.CharField(max_length=rules.REASON_MAX, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=60)
    # A keyed hash of what it was first registered with: the same id with the same content gets the first answer.
    first_content = models.BinaryField(max_length=16, null=True, editable=False)

    class Meta:
        abstract = True

    def touch(self, by_name: str, at: datetime) -> None:
        """Count one more version, by whom and when (not saved)."""
        self.version += 1
        self.changed_at, self.changed_by_name = at, by_name[:60]


class Resident(Subject):
    """A person who lives in the county, or did."""

    subject_kind: ClassVar[str] = rules.RESIDENT

    name = models.CharField(max_length=rules.NAME_MAX)
    name_initials = models.CharField(max_length=INITIALS_MAX, blank=True)
    sex = models.CharField(max_length=6, choices=list(rules.SEX_LABELS.items()), blank=True)
    birth_date = models.DateField(null=True, blank=True)
    # The numbers themselves lie in the vault (Identity); by these two they are found without being opened.
    id_index = models.BinaryField(max_length=16, null=True, editable=False)
    phone_index = models.BinaryField(max_length=16, null=True, editable=False)
    occupation = models.CharField(max_length=rules.SHORT_MAX, blank=True)
    presence = models.CharField(max_length=6, choices=list(rules.PRESENCE_LABELS.items()), default=rules.HERE)
    away_at = models.CharField(max_length=rules.SHORT_MAX, blank=True)
    origin = models.CharField(
        max_length=rules.SHORT_MAX, blank=True
    )  # where the register of a newcomer is kept
    address_note = models.CharField(max_length=rules.ADDRESS_MAX, blank=True)
    how_gone = models.CharField(max_length=6, choices=list(rules.GONE_LABELS.items()), blank=True)
    # The file that goes on for this person, where two were of one (see models.duplicates).
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    everything = models.Manager["Resident"]()
    objects = SubjectQuerySet["Resident"].as_manager()

    class Meta:
        db_table = "resident"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=~Q(id_index=None), name="resident_id_once"
            ),
            models.CheckConstraint(
                condition=Q(how_gone="", closed_on=None) | (~Q(how_gone="") & ~Q(closed_on=None)),
                name="resident_gone_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(how_gone=rules.MERGED), name="resident_merged_is_gone"
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="resident_phone", condition=~Q(phone_index=None)),
            # Who else was born that day: files of one person are looked for by it.
            models.Index(fields=["birth_date"], name="resident_birth_date"),
        ]


class IdentityQuerySet(ScopedQuerySet["Identity"]):
    """Rows of the vault: scoped like all rows, and by the database once more."""


class Identity(models.Model):
    """The vault: a resident's ID number and phone, sealed, one row for who has either.

    The application's role sees only rows under the paths in ``minqing.scopes`` (row-level security, migration 0003):
    rows are read and written by :mod:`minqing.registry.vault` alone.
    """

    seen_with: ClassVar[Capability] = SEE_REGISTRY

    resident = models.OneToOneField(Resident, primary_key=True, on_delete=models.PROTECT, related_name="+")
    # The resident's own area once more: the policy must not read another table for every row.
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    id_number = SealedField()
    phone = SealedField()

    everything = models.Manager["Identity"]()
    objects = IdentityQuerySet.as_manager()

    class Meta:
        db_table = "resident_identity"
        base_manager_name = default_manager_name = "everything"


class Household(Subject):
    """A door with people behind it."""

    subject_kind: ClassVar[str] = rules.HOUSEHOLD

    address = models.CharField(max_length=rules.ADDRESS_MAX)
    code = models.CharField(
        max_length=rules.CODE_MAX, blank=True
    )  # the number in the police's household register
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    everything = models.Manager["Household"]()
    objects = SubjectQuerySet["Household"].as_manager()

    class Meta:
        db_table = "household"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="household_code_once"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="household_point_is_on_the_earth",
            ),
        ]


class HouseholdMember(Row):
    """A resident belongs to a household in a relation, from one day to another; no end while it lasts."""

    scoped_through: ClassVar[str] = "household"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=30, choices=list(rules.RELATION_LABELS.items()))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "household_member"
        constraints = [
            # What stands beside in both is what search asks of them: it reads no row.
            models.UniqueConstraint(
                fields=["resident"],
                condition=Q(ends_on=None),
                include=["household", "relation"],
                name="member_of_one_household",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(ends_on=None, relation=rules.HEAD),
                name="household_has_one_head",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="member_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["household"], condition=Q(ends_on=None), include=["resident"], name="member_current"
            ),
        ]

    @property
    def relation_label(self) -> str:
        return rules.RELATION_LABELS[self.relation]


class Enterprise(Subject):
    """A firm, workshop or shop with a licence."""

    subject_kind: ClassVar[str] = rules.ENTERPRISE

    name = models.CharField(max_length=rules.ADDRESS_MAX)
    name_initials = models.CharField(max_length=INITIALS_MAX, blank=True)
    uscc = models.CharField(max_length=18, blank=True)  # 统一社会信用代码, published by the market authority
    industry = models.CharField(max_length=rules.SHORT_MAX, blank=True)
    employees = models.CharField(max_length=12, choices=list(rules.EMPLOYEE_BANDS.items()), blank=True)
    contact_name = models.CharField(max_length=rules.NAME_MAX, blank=True)
    phone = SealedField()
    phone_index = models.BinaryField(max_length=16, null=True, editable=False)
    address = models.CharField(max_length=rules.ADDRESS_MAX, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    everything = models.Manager["Enterprise"]()
    objects = SubjectQuerySet["Enterprise"].as_manager()

    class Meta:
        db_table = "enterprise"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="enterprise_uscc_once"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="enterprise_point_is_on_the_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="enterprise_phone", condition=~Q(phone_index=None)),
        ]


class Place(Subject):
    """A place that is nobody's home: a school, a market, a temple, a reservoir."""

    subject_kind: ClassVar[str] = rules.PLACE

    name = models.CharField(max_length=rules.ADDRESS_MAX)
    name_initials = models.CharField(max_length=INITIALS_MAX, blank=True)
    kind = models.CharField(max_length=20, choices=list(rules.PLACE_KINDS.items()))
    address = models.CharField(max_length=rules.ADDRESS_MAX, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    everything = models.Manager["Place"]()
    objects = SubjectQuerySet["Place"].as_manager()

    class Meta:
        db_table = "place"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="place_point_is_on_the_earth",
            ),
        ]
