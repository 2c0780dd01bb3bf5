"""A checked row as one line of text: what is kept of a spreadsheet between reading it and registering it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final, NamedTuple

from minqing.registry.services.import_rows import KEYS, CheckedRow, Problem
from minqing.registry.services.spreadsheet import BETWEEN

_TAGS: Final = KEYS["residents"].index("tags")
_dump: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


BEFORE_MARKS: Final = 5  # columns of a line kept by a version that did not hash rows yet


class Line(NamedTuple):
    """A checked row as it is kept. Cleaned text holds no control character, so two of them part what stands in it."""

    number: int
    code: str
    head: str
    grid: str
    mark: str  # a keyed hash of the row as it stood in the file
    values: str
    problems: str

    @classmethod
    def parsed(cls, text: str) -> Line:
        """Take a line apart."""
        number, *others = text.split("\t")
        if len(others) == BEFORE_MARKS:
            others.insert(3, "")
        return cls(int(number), *others)

    def text(self) -> str:
        """Write it as one line."""
        return "\t".join((str(self.number), *self[1:]))

    def row(self, kind: str) -> CheckedRow:
        """Return the row, with the problems it has by itself."""
        values: dict[str, Any] = dict(zip(KEYS[kind], self.values.split(BETWEEN), strict=True))
        if kind == "residents":
            values["tags"] = values["tags"].split("、") if values["tags"] else []
        row = CheckedRow(self.number, values)
        if self.problems:
            row.problems = [Problem(*one) for one in json.loads(self.problems)]
            row.is_bad = any(one.is_error for one in row.problems)
        return row


def line_of(row: CheckedRow, kind: str, mark: str = "") -> Line:
    """Return a row as it is kept."""
    said = row.values
    texts = list(map(said.__getitem__, KEYS[kind]))
    if kind == "residents":
        texts[_TAGS] = "、".join(said["tags"])
    return Line(
        row.number, said.get("household_code", ""), said.get("head_id", ""), said["grid"], mark,
        BETWEEN.join(texts), _dump([list(astuple(one)) for one in row.problems]) if row.problems else "",
    )  # fmt: skip


def homes(lines: Sequence[Line]) -> list[str]:
    """Return which household each line is of: by code, or by the head's number where no row of that head has a code."""
    code_of_head = {one.head: one.code for one in lines if one.head and one.code}
    found = []
    for one in lines:
        code = one.code or code_of_head.get(one.head, "")
        found.append(f"code {code}" if code else f"head {one.head}" if one.head else "")
    return found
