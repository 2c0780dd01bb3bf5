"""A word looked for: as conditions that an index answers, and as a test of one row. Both meet what LIKE meets.

``text_parts`` (migration 0006) gives the single characters and the pairs of a text; GIN indexes on it find any part
of two characters, which trigrams cannot. Names are indexed from their second character on: what begins with the word
is a range of the index by which names are sorted, so that a surname is read in order and never gathered.
"""

from __future__ import annotations

from typing import Final

from django.db.models import BooleanField, Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Collate

from minqing.registry import rules
from minqing.registry.models import HouseholdMember

WORDS_MAX: Final = 4
LAST: Final = "\U0010ffff"  # sorts after every character a name can hold
PART_CHARACTERS: Final = 2


def in_order(column: str) -> Collate:
    """Return a column in the order of the indexes: by code point, whatever the database's own order is."""
    return Collate(F(column), "C")


def words_of(text: str) -> list[str]:
    """Return the words of what somebody typed, the one likely to find the fewest first: the longest."""
    return sorted(dict.fromkeys(text.split()), key=lambda word: -len(word))[:WORDS_MAX]


def parts_of(word: str) -> list[str]:
    """Return the parts by which an index finds a word: itself, or its pairs."""
    if len(word) <= PART_CHARACTERS:
        # A part as it stands: LIKE would find the same, and make the planner expect hardly anything.
        return [word]
    return [word[at : at + PART_CHARACTERS] for at in range(len(word) - 1)]


def initials_of(word: str) -> str:
    """Return the pinyin initials a word may be, or nothing."""
    return word.lower() if word.isascii() and word.isalnum() else ""


def named(word: str, prefix: str = "") -> Q:
    """Test one row: its name holds the word, or its initials begin with it."""
    found = Q(**{f"{prefix}name__contains": word})
    initials = initials_of(word)
    return found | Q(**{f"{prefix}name_initials__startswith": initials}) if initials else found


def row_by_row(test: Q) -> Case:
    """Return a test that is made on rows at hand: no join of it, and no guess that hardly any row passes."""
    return Case(When(test, then=Value(True)), default=Value(False), output_field=BooleanField())


def home_address() -> Subquery:
    """Return the address a resident lives at, read row by row: a join would read every household first."""
    living = HouseholdMember.objects.filter(resident=OuterRef("id"), ends_on=None)
    return Subquery(living.values("household__address")[:1])


def head(column: str) -> Subquery:
    """Return a column of the head of a household, read row by row."""
    heads = HouseholdMember.objects.filter(household=OuterRef("id"), relation=rules.HEAD, ends_on=None)
    return Subquery(heads.values(f"resident__{column}")[:1])
