"""Whether two files may be of one person: what speaks for it and against it, each with its weight. Plain functions.

The weights add up as in Fellegi and Sunter, "A Theory for Record Linkage" (1969): about log2 of how much more often two
files of one person agree (or differ) in this than two files of different people do. They are set for a county of some
hundred thousand people: a name is shared by some hundreds, a birthday by some twenty, a telephone by a family.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

# From here on a pair is offered to somebody who decides; nothing is ever merged by itself.
OFFER_FROM: Final = 14
LIKELY_FROM: Final = 20

# What people are called at home, and what stands before or behind it.
_PET_MARKS: Final = "阿小老大儿"
_SEPARATORS: Final = str.maketrans("", "", "·•. '’-　")
_VARIANTS: Final = str.maketrans("裏叶强岩峯峰华", "里葉強巖峰峰華")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of one file. ``home``: the household; ``village``: the path of the village's area."""

    id: UUID
    name: str
    sex: str
    birth_date: date | None
    id_number: str
    phone: str
    home: UUID | None
    village: str | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two files are, and why, in words that name nobody's values."""

    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def is_offered(self) -> bool:
        return self.score >= OFFER_FROM

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY_FROM


def likeness(one: Facts, other: Facts) -> Likeness:
    """Weigh two files against each other."""
    name = _names(one.name, other.name)
    parts = [
        name,
        _births(one.birth_date, other.birth_date),
        _sexes(one.sex, other.sex),
        _phones(one.phone, other.phone),
        _numbers(one.id_number, other.id_number),
        _places(one, other, same_name=name[0] >= _HOMOPHONE),
    ]
    return Likeness(
        sum(weight for weight, _ in parts),
        tuple(words for weight, words in parts if weight > 0 and words),
        tuple(words for weight, words in parts if weight < 0 and words),
    )


_HOMOPHONE: Final = 6


def _names(one: str, other: str) -> tuple[int, str]:
    one, other = plain(one), plain(other)
    if one == other:
        return 8, "姓名相同"
    if sound_alike(one, other):
        return _HOMOPHONE, "姓名同音"
    if _is_pet_name(one, other) or _is_pet_name(other, one):
        return 2, "像是同一个人的小名"
    if len(one) == len(other) and len(one) > 2 and one[1:] == other[1:]:
        return 4, "名相同、姓不同"
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return 2, "姓名只差一个字"
    if len(one) > 3 and len(other) > 3 and (one.startswith(other) or other.startswith(one)):
        return 4, "姓名一长一短"
    if len(one) != len(other) and min(len(one), len(other)) >= 2 and _one_more(one, other):
        return 4, "姓名多一个字"
    return -8, "姓名不同"


def plain(name: str) -> str:
    """Return a name without dots and blanks, with one form of characters written in several ways."""
    return name.translate(_SEPARATORS).translate(_VARIANTS)


def sound_alike(one: str, other: str) -> bool:
    """Whether two names may be spoken alike, without tones: ``王柏根`` and ``王伯根``."""
    return len(one) == len(other) and all(
        a == b or _readings(a) & _readings(b) for a, b in zip(one, other, strict=True)
    )


@lru_cache(maxsize=20_000)
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin  # when first asked, as in models.subjects

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _is_pet_name(short: str, full: str) -> bool:
    core = short.strip(_PET_MARKS)
    return 0 < len(core) < len(short) and core in full[1:]


def _one_more(one: str, other: str) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if len(longer) - len(shorter) != 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _births(one: date | None, other: date | None) -> tuple[int, str]:
    if one is None or other is None:
        return 0, ""
    if one == other:
        return 10, "出生日期相同"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return 5, "出生的月和日对调"
    written = (f"{one:%Y%m%d}", f"{other:%Y%m%d}")
    if sum(a != b for a, b in zip(*written, strict=True)) == 1:
        return 5, "出生日期只差一个数字"
    if abs((one - other).days) <= 60:
        # A birthday by the farmers' calendar written as one by the sun's: three to seven weeks earlier.
        return 3, "出生日期相近（可能一个是农历）"
    return -7, "出生日期不同"


def _sexes(one: str, other: str) -> tuple[int, str]:
    if not one or not other:
        return 0, ""
    return (1, "") if one == other else (-6, "性别不同")


def _phones(one: str, other: str) -> tuple[int, str]:
    if not one or not other:
        return 0, ""
    return (9, "电话相同") if one == other else (-1, "")


# GB 11643: six digits of the place, eight of the birthday, three of the sequence, one to check.
_SEQUENCE_FROM: Final = 14


def _numbers(one: str, other: str) -> tuple[int, str]:
    if not one or not other:
        return 0, ""
    if one == other:
        return 20, "证件号相同"
    # The last character is a check of the others: one slip changes two.
    slips = [at for at in range(min(len(one), len(other), 17)) if one[at] != other[at]]
    if len(one) == len(other) and len(slips) == 1:
        # Who was born on one day in one place has a number that differs in a digit of the sequence: no slip, perhaps.
        return (0, "") if slips[0] >= _SEQUENCE_FROM else (12, "证件号只差一位")
    swapped = len(slips) == 2 and slips[1] == slips[0] + 1
    if (
        len(one) == len(other)
        and swapped
        and one[slips[0]] == other[slips[1]]
        and one[slips[1]] == other[slips[0]]
    ):
        return 12, "证件号有两位对调"
    return -14, "证件号不同"


def _places(one: Facts, other: Facts, *, same_name: bool) -> tuple[int, str]:
    if one.home and one.home == other.home:
        # Brothers and sisters share a home too: it says something only where the name is the same.
        return (5, "在同一户") if same_name else (0, "")
    if one.village and one.village == other.village:
        return 2, "在同一个村（社区）"
    return -1, ""
