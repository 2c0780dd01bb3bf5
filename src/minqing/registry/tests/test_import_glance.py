"""Short ways of an import lead where the long ones do: plain rows, and households passed over at a glance."""

from __future__ import annotations

import io
from datetime import date
from random import Random
from typing import Any

import pytest

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import SmallCounty
from minqing.registry import public as registry
from minqing.registry.models import ImportChunk, ImportRow, Resident
from minqing.registry.services import import_glance, import_reading
from minqing.registry.services.import_lines import line_of
from minqing.registry.services.import_plain import PlainRows, are_plain, is_plain
from minqing.registry.services.import_rows import RESIDENT_COLUMNS, check_row
from minqing.registry.services.spreadsheet import BETWEEN, SheetRow, read_sheet
from minqing.registry.tests.factories import id_number
from minqing.registry.tests.test_import import LATER, counts, sentences
from minqing.registry.tests.test_import_large import GRID, families, person, planned_rows, stage

TODAY = date(2026, 11, 22)
OWN = id_number(date(1950, 1, 2), sex="male")
CHOICES: dict[str, tuple[str, ...]] = {
    "grid": (GRID, "", "33068310620101", "举坑村  第一网格"),
    "household_code": ("B1", "", "Ｂ1", "x" * 41),
    "head_id": ("", OWN, person(7), person(7).lower(), OWN[:17] + "A", "3.3E+17"),
    "relation": ("户主", "妻", "子", "", "邻居", "head", " 户主"),
    "name": ("裘阿公", "", "O'Brien", "裘1", "阿依古丽·买买提", "裘\u200b公"),
    "sex": ("男", "", "女", "1", "两"),
    "id_number": (
        OWN,
        "",
        person(9),
        OWN.lower(),
        OWN[:16] + "00",
        "33068319500230001X",
        "0" + OWN[1:],
        OWN + "1",
    ),
    "birth_date": ("1950-01-02", "", "1950/1/2", "1950-01-03", "1930-01-10"),
    "phone": ("13812345678", "", "0575-83012345", "12812345678", "1381234567", "１3812345678"),
    "address": ("香榧路 1 号", "", "路", "长" * 130),
    "occupation": ("务农", "", "a\tb"),
    "presence": ("常住", "", "外出", "出国"),
    "away_at": ("", "杭州"),
    "origin": ("", "贵州·遵义"),
    "tags": ("", "党员"),
}


@pytest.mark.parametrize("seed", range(4))
def test_a_row_read_as_plain_is_the_row_looked_at_in_full(seed: int) -> None:
    rng, taken = Random(seed), 0
    keys = [column.key for column in RESIDENT_COLUMNS]
    order = rng.sample(range(len(keys)), len(keys))
    columns = {at + seed: RESIDENT_COLUMNS[which] for at, which in enumerate(order)}
    plain = PlainRows(columns, TODAY)
    for number in range(4_000):
        cells = [""] * (len(keys) + seed)
        for at, column in columns.items():
            cells[at] = CHOICES[column.key][
                0 if rng.random() < 0.85 else rng.randrange(len(CHOICES[column.key]))
            ]
        if number % 5 == 0:
            cells = cells[: rng.randrange(1, len(cells) + 1)]
        row = SheetRow(number, tuple(cells))
        if not is_plain(BETWEEN.join(row.cells), len(row.cells)):
            continue
        read = plain.read(plain.cells(row))
        if read is None:
            continue
        taken += 1
        checked = check_row(row, columns, "residents", TODAY)
        assert not checked.problems, row
        full = line_of(checked, "residents")
        assert (read.code, read.head, read.grid, BETWEEN.join(read.values)) == (
            full.code,
            full.head,
            full.grid,
            full.values,
        )
        assert read.number == checked.values["id_number"]
    assert taken > 200


def test_plain_means_what_cleaning_leaves_alone() -> None:
    assert is_plain(BETWEEN.join(("裘阿公", "A 1", "")), 3)
    for cell in ("a  b", "a\u200bb", "a\nb", "é", "𠮷", "x" * 51, f"a{BETWEEN}b"):
        assert not is_plain(BETWEEN.join(("裘", cell)), 2), cell


@pytest.mark.parametrize("seed", range(20))
def test_lines_taken_as_they_are_are_those_that_the_reader_of_csv_gives(seed: int) -> None:
    rng = Random(seed)
    odd = (
        "",
        " 裘",
        "裘 ",
        "a  b",
        '"甲\n乙"',
        '"a""b"',
        "\u3000",
        "x" * 60,
        "é",
        "（示例）",
        "\ta",
        "b\x1fc",
        "甲\r乙",
    )
    lines = ["姓名,性别,住址"]
    for _ in range(rng.choice((5, 400))):
        cells = ["裘阿公", "男", "香榧路 1 号"]
        if rng.random() < rng.choice((0.0, 0.02, 0.2)):
            cells[rng.randrange(3)] = odd[rng.randrange(len(odd) if rng.random() < 0.02 else 4)]
        lines.append(",".join(cells[: rng.choice((3, 3, 3, 2, 0))]))
    end = rng.choice(("\n", "\r\n"))
    raw = (end.join(lines) + rng.choice(("", end))).encode()

    def read(**ways: Any) -> list[SheetRow]:
        return list(read_sheet("a.csv", io.BytesIO(raw), len(raw), **ways))

    fast, slow = read(are_plain=are_plain), read()
    assert [row[:2] for row in fast] == [row[:2] for row in slow]
    for row in fast:
        if row.plain:
            assert row.plain == BETWEEN.join(row.cells)
            assert is_plain(row.plain, len(row.cells))


def passed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Watch how many rows a file's reading passes over, reading by reading; broken off by entanglement: −1."""
    real: Any = import_glance.Glance.finish
    found: list[int] = []

    def finish(self: Any) -> Any:
        try:
            seen = real(self)
        except import_glance.Entangled:
            found.append(-1)
            raise
        found.append(len(seen.rows))
        return seen

    monkeypatch.setattr(import_glance.Glance, "finish", finish)
    return found


def test_what_came_before_word_for_word_is_passed_over(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    rows = families(12)
    assert counts(registry.apply_import(batch_id=stage(by, rows).id, by=by, at=LATER)) == (36, 0, 0, 0)
    read, compared = passed(monkeypatch), planned_rows(monkeypatch)
    again = stage(by, rows)
    assert (counts(again), read, compared) == ((0, 0, 36, 0), [36], [])
    assert ImportRow.objects.filter(batch=again, outcome="unchanged").count() == 36
    assert ImportChunk.objects.filter(batch=again).count() == 1
    changed = [(*row[:-2], "别处 9 号", row[-1]) if row[9] == "香榧路 4 号" else row for row in rows]
    batch = stage(by, changed)
    assert (counts(batch)[1] > 0, read[-1], compared) == (True, 33, [3])
    applied = registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert sum(counts(applied)) == 36
    assert counts(stage(by, changed)) == (0, 0, 36, 0)
    assert Resident.everything.count() == 36


@pytest.mark.parametrize("chunk_bytes", [700, 400_000])
@pytest.mark.parametrize(
    ("more", "result"),
    [
        # a fourth of a household that came before, by its code and by its head; a number that stands twice
        ((GRID, "F3", "", "子", "裘丁", "", person(900), "", "", "", ""), (1, 0, 12, 0)),
        ((GRID, "", person(3), "子", "裘丁", "", person(900), "", "", "", ""), (1, 0, 12, 0)),
        ((GRID, "F99", "", "户主", "裘丁", "", person(4), "", "", "某处", ""), (0, 0, 12, 1)),
    ],
)
def test_a_row_that_belongs_to_a_household_passed_over_has_all_of_it_looked_at(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch, more: Any, result: Any, chunk_bytes: int
) -> None:
    by = county.actor(VILLAGE_CLERK)
    rows = families(4)
    registry.apply_import(batch_id=stage(by, rows).id, by=by, at=LATER)
    monkeypatch.setattr(import_reading, "CHUNK_BYTES", chunk_bytes)
    for placed in ([*rows, more], [more, *rows]):
        first = sentences(stage(by, placed), by)
        assert placed[0] is more or counts(stage(by, placed)) == result
        monkeypatch.setattr(import_glance.Glance, "_hashed", lambda self, runs: {})
        slow = stage(by, placed)
        monkeypatch.undo()
        monkeypatch.setattr(import_reading, "CHUNK_BYTES", chunk_bytes)
        assert sentences(slow, by) == first
        assert counts(slow) == counts(stage(by, placed))
