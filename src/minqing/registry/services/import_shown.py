"""Rows of a spreadsheet as a page shows them, kept sealed until it is done with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from minqing.kernel.copying import copy_rows
from minqing.kernel.ids import uuid7
from minqing.kernel.sealed import sealer
from minqing.registry.services.import_rows import CheckedRow


@dataclass(frozen=True, slots=True)
class Shown:
    """A row, what would become of it, and what that changes."""

    row: CheckedRow
    outcome: str
    changes: Sequence[Any]


def keep_rows(batch_id: UUID, rows: Iterable[Shown]) -> None:
    """Keep rows for the page, each sealed for its own row there."""
    seal = sealer("import_row.sealed")
    copy_rows(
        "import_row",
        ("id", "batch_id", "number", "outcome", "has_problems", "sealed"),
        (
            (
                key := uuid7(),
                batch_id,
                one.row.number,
                one.outcome,
                bool(one.row.problems),
                seal(_content(one), key.bytes),
            )
            for one in rows
        ),
    )


def _content(one: Shown) -> str:
    content = {
        "values": one.row.values,
        "problems": [list(astuple(problem)) for problem in one.row.problems],
        "changes": [list(astuple(change)) for change in one.changes],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
