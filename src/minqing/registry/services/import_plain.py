"""Rows of residents as nearly all of them are: plain text, valid, nothing to say. Everything else is looked at in full.

Whatever is taken here, :func:`~minqing.registry.services.import_rows.check_row` takes too, with the same values and no
problem (a test compares both); whatever is doubtful is left to it. A county's register is read three times as fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from minqing.registry import rules
from minqing.registry.services.import_rows import (
    KEYS,
    PLAIN_LETTERS,
    SHORT,
    Column,
    presence_key,
    relation_key,
)
from minqing.registry.services.spreadsheet import BETWEEN, SheetRow

_NUMBER: Final = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII).fullmatch
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII).fullmatch
# Nothing once taken is tried another way: twice as fast, and one search for blanks that has one begin is ten times.
_LINES: Final = re.compile(
    f"(?:[{PLAIN_LETTERS}]{{0,{SHORT}}}+[\n{BETWEEN}])*+[{PLAIN_LETTERS}]{{0,{SHORT}}}+"
).fullmatch
_BLANKS: Final = re.compile(f" (?:[ \n{BETWEEN}]|(?<=[\n{BETWEEN}] ))").search
_sex_key: Final = lru_cache(maxsize=256)(rules.sex_key)
_Cells = tuple[str, ...]


class PlainRow(NamedTuple):
    """A row without anything to say: its normalised values as they are kept, and by what its household is known."""

    code: str
    head: str
    grid: str
    number: str
    values: tuple[str, ...]


@lru_cache(maxsize=64)
def _plain(width: int) -> Callable[[str], Any]:
    """Return what matches so many short cells that :func:`clean_line` would give back as they are."""
    cell = f"[{PLAIN_LETTERS}]{{0,{SHORT}}}"
    return re.compile(f"(?:{cell}{BETWEEN}){{{width - 1}}}{cell}").fullmatch


def is_plain(joined: str, width: int) -> bool:
    """Tell whether a row (its cells joined by :data:`BETWEEN`) is of short, plain text."""
    return "  " not in joined and _plain(width)(joined) is not None


def are_plain(lines: str) -> bool:
    """Tell the same of many rows at once, and that no cell begins or ends with a blank."""
    return (
        _LINES(lines) is not None
        and _BLANKS(lines) is None
        and not lines.startswith(" ")
        and not lines.endswith(" ")
    )


class PlainRows:
    """Reads plain rows of residents, given what each column is."""

    def __init__(self, columns: Mapping[int, Column], today: date) -> None:
        at = {column.key: position for position, column in columns.items()}
        # A column that is not there is read from an empty cell behind the last.
        self._width = max(columns) + 1
        self._pick: Callable[[_Cells], _Cells] = itemgetter(
            *(at.get(key, self._width) for key in KEYS["residents"])
        )
        self._today = today
        self._births: dict[str, tuple[int, str]] = {}
        self._last_head = ""

    def cells(self, row: SheetRow) -> _Cells:
        """Return the cells of a row in the order of the template, empty where the file has no such column."""
        given, width = row.cells, self._width
        if len(given) != width:
            given = given[:width] if len(given) > width else given + ("",) * (width - len(given))
        return self._pick((*given, ""))

    def read(self, cells: _Cells) -> PlainRow | None:
        """Return a row of plain cells normalised, or None where anything has to be looked at."""
        (
            grid, code, head, relation, name, sex, number, born, phone, address, occupation, presence, away_at,
            origin, tags,
        ) = cells  # fmt: skip
        key = relation_key(relation)
        if tags or not grid or not key or rules.why_not_name(name) or (said := self._said(number)) is None:
            return None
        birth_date, own_sex = said
        if (born and born != birth_date) or (sex and _sex_key(sex) != own_sex):
            return None
        if phone and _MOBILE(phone) is None:
            return None
        if presence and (presence := presence_key(presence) or "?") == "?":
            return None
        if key == rules.HEAD:
            if head and head != number:
                return None
            head = number
        elif head and head != self._last_head:
            if self._said(head) is None:
                return None
            self._last_head = head
        if not (code or head):
            return None
        values = (
            grid, code, head, key, name, own_sex, number, birth_date, phone, address, occupation, presence, away_at,
            origin, "",
        )  # fmt: skip
        return PlainRow(code, head, grid, number, values)

    def _said(self, number: str) -> tuple[str, str] | None:
        """Return (birth date, sex) of a valid ID number written plainly (GB 11643-1999), else None."""
        if _NUMBER(number) is None:
            return None
        weight, birth_date = self._births.get(born := number[6:14]) or self._birth(born)
        tail, sex = _tail(number[14:17])
        if not birth_date or number[17] != rules.ID_CHECKS[(_region(number[:6]) + weight + tail) % 11]:
            return None
        return birth_date, sex

    def _birth(self, text: str) -> tuple[int, str]:
        try:
            born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return 0, ""
        if rules.why_not_birth_date(born, self._today):
            return 0, ""
        found = self._births[text] = (_weight(text, 6), born.isoformat())  # two lifetimes of days at most
        return found


def _weight(digits: str, start: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, rules.ID_WEIGHTS[start:], strict=False))


@lru_cache(maxsize=8_192)
def _region(digits: str) -> int:
    return _weight(digits, 0)


@lru_cache(maxsize=1_024)
def _tail(digits: str) -> tuple[int, str]:
    return _weight(digits, 14), rules.MALE if int(digits[2]) % 2 else rules.FEMALE
