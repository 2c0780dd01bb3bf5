"""Whether two reports may speak of the same matter: by their words, their place and their days. Plain functions.

Chinese is not parted into words here: pairs of neighbouring characters (bigrams) are compared, which needs no
dictionary and bears with typing errors; the measure is Dice's (1945), twice what both have over all that each has.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

WITHIN: Final = timedelta(days=90)  # an older report of the same thing is a new occasion
UNDO_WITHIN: Final = timedelta(days=30)  # and so long a merge can be taken back
# From here on a pair is offered to somebody who decides; nothing is ever merged by itself.
WORDS_FROM: Final = 0.34
OFFER_FROM: Final = 0.5
_WORDS_WEIGHT, _PLACE_WEIGHT, _TIME_WEIGHT = 0.7, 0.2, 0.1
_WORDS_COMPARED: Final = 600  # characters: what a thing is stands at the beginning


@dataclass(frozen=True, slots=True)
class Report:
    """What is compared of one report; paths of areas say how near two places are."""

    id: UUID | None
    words: str
    area_path: str
    opened_at: datetime
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two reports are (0 to 1), and why, in words that name nobody."""

    score: float
    same_words: bool
    reasons: tuple[str, ...]

    @property
    def is_offered(self) -> bool:
        return self.same_words or self.score >= OFFER_FROM


UNLIKE: Final = Likeness(0.0, same_words=False, reasons=())


def likeness(one: Report, other: Report) -> Likeness:
    """Compare two reports; those too far apart in time, or with other words, are not alike at all."""
    apart = abs(one.opened_at - other.opened_at)
    if apart > WITHIN:
        return UNLIKE
    same = bool(folded(one.words)) and folded(one.words) == folded(other.words)
    words = 1.0 if same else dice(bigrams(one.words), bigrams(other.words))
    if words < WORDS_FROM:
        return UNLIKE
    place, where = _place(one, other)
    days = apart.days
    score = _WORDS_WEIGHT * words + _PLACE_WEIGHT * place + _TIME_WEIGHT * (1 - apart / WITHIN)
    said = "文字相同" if same else f"文字有 {round(100 * words)}% 相近"
    when = "同一天反映" if days == 0 else f"相隔 {days} 天"
    return Likeness(round(score, 4), same, tuple(reason for reason in (said, where, when) if reason))


def _place(one: Report, other: Report) -> tuple[float, str]:
    if one.subject_id is not None and one.subject_id == other.subject_id:
        return 1.0, "同一户或同一对象"
    if one.area_path == other.area_path:
        return 1.0, "同一个地方"
    near, far = sorted((one.area_path.split("."), other.area_path.split(".")), key=len)
    if far[: len(near)] == near and len(near) > 2:
        return 0.8, "地方有包含关系"
    together = sum(1 for a, b in zip(near, far, strict=False) if a == b)
    if together >= 4:
        return 0.8, "同一个网格"
    if together == 3:
        return 0.6, "同一个村（社区）"
    return (0.2, "同一个镇街") if together == 2 else (0.0, "")


@lru_cache(maxsize=4096)
def folded(words: str) -> str:
    """Return letters and digits alone, full-width ones folded: punctuation says nothing about the matter."""
    plain = unicodedata.normalize("NFKC", words).lower()
    return "".join(one for one in plain if one.isalnum())


@lru_cache(maxsize=4096)
def bigrams(words: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text."""
    text = folded(words)[:_WORDS_COMPARED]
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much two sets have in common, 0 to 1."""
    whole = len(one) + len(other)
    return 2 * len(one & other) / whole if whole else 0.0
