"""The first stretch: an uploaded file is read once, every row looked at alone, and sorted into chunks.

A chunk holds whole households (rows are sorted by household code, or by the head's number where there is no code), so
that what comes out never depends on where one chunk ends and the next begins. Memory holds a few rows of every
chunk; the rest lies sealed in the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID
from zlib import crc32

from django.db import transaction

from minqing.kernel.errors import Refused
from minqing.registry import rules
from minqing.registry.models import Household, HouseholdMember
from minqing.registry.models.imports import ImportBatch, ImportChunk
from minqing.registry.models.subjects import id_index
from minqing.registry.services import import_store as store
from minqing.registry.services.import_rows import KEYS, CheckedRow, Problem, check_row, match_header
from minqing.registry.services.spreadsheet import read_sheet

CHUNK_BYTES: Final = 400_000  # of CSV: some 2,500 people
WORKBOOK_CHUNK_BYTES: Final = 140_000  # a workbook is packed
CHUNKS_MAX: Final = 400
ENTERPRISES_MAX: Final = 50_000  # a county has 15,000; they are judged in one piece
TELL_ROWS: Final = 4_000
_BETWEEN: Final = "\x1f"
_TAGS: Final = KEYS["residents"].index("tags")
_dump: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Line(NamedTuple):
    """A checked row as it is kept. Cleaned text holds no control character, so two of them part what stands in it."""

    number: int
    code: str
    head: str
    grid: str
    values: str
    problems: str

    @classmethod
    def parsed(cls, text: str) -> Line:
        """Take a line apart."""
        number, code, head, grid, values, problems = text.split("\t")
        return cls(int(number), code, head, grid, values, problems)

    def text(self) -> str:
        """Write it as one line."""
        return f"{self.number}\t{self.code}\t{self.head}\t{self.grid}\t{self.values}\t{self.problems}"

    def row(self, kind: str) -> CheckedRow:
        """Return the row, with the problems it has by itself."""
        values: dict[str, Any] = dict(zip(KEYS[kind], self.values.split(_BETWEEN), strict=True))
        if kind == "residents":
            values["tags"] = values["tags"].split("、") if values["tags"] else []
        row = CheckedRow(self.number, values)
        if self.problems:
            row.problems = [Problem(*one) for one in json.loads(self.problems)]
            row.is_bad = any(one.is_error for one in row.problems)
        return row


def line_of(row: CheckedRow, kind: str) -> Line:
    """Return a row as it is kept."""
    said = row.values
    texts = list(map(said.__getitem__, KEYS[kind]))
    if kind == "residents":
        texts[_TAGS] = "、".join(said["tags"])
    return Line(
        row.number, said.get("household_code", ""), said.get("head_id", ""), said["grid"], _BETWEEN.join(texts),
        _dump([list(astuple(one)) for one in row.problems]) if row.problems else "",
    )  # fmt: skip


def homes(lines: Sequence[Line]) -> list[str]:
    """Return which household each line is of: by code, or by the head's number where no row of that head has a code."""
    code_of_head = {one.head: one.code for one in lines if one.head and one.code}
    found = []
    for one in lines:
        code = one.code or code_of_head.get(one.head, "")
        found.append(f"code {code}" if code else f"head {one.head}" if one.head else "")
    return found


def read_file(batch: ImportBatch, today: date) -> None:
    """Read the file of a spreadsheet into sealed chunks. Begun anew, it forgets what it had read before."""
    store.drop_pieces(batch.id, store.ROWS, store.NUMBERS, store.HEADS, store.REPEATED)
    raw = store.StoredFile(batch.id, batch.file_bytes)
    rows = read_sheet(batch.file_name, store.buffered(raw), batch.file_bytes)
    columns, batch.ignored_columns = match_header(next(rows), batch.kind)
    sorter = _Sorter(batch)
    for count, row in enumerate(rows, start=1):
        sorter.take(check_row(row, columns, batch.kind, today))
        if count % TELL_ROWS == 0:
            batch.read_rows, batch.read_bytes = count, raw.tell()
            batch.save(update_fields=["read_rows", "read_bytes"])
    batch.read_rows, batch.read_bytes = sorter.count, batch.file_bytes
    with transaction.atomic():
        sorter.finish()
        ImportChunk.objects.bulk_create(
            ImportChunk(batch=batch, number=number, rows=rows)
            for number, rows in sorted(sorter.rows.counts.items())
            if rows
        )
        store.drop_pieces(batch.id, store.FILE, store.NUMBERS, store.HEADS)
        batch.save(update_fields=["read_rows", "read_bytes", "ignored_columns"])


def repeated_rows(batch_id: UUID) -> dict[int, int]:
    """Return the rows whose ID number stood in an earlier row: row number by row number."""
    found: dict[int, int] = {}
    for text in store.pieces(batch_id, store.REPEATED):
        found |= dict(json.loads(text))
    return found


class _Sorter:
    """Puts each row into its chunk, and remembers (sealed) what only the whole file can tell."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch, self.kind = batch, batch.kind
        packed = batch.file_name.lower().endswith(".xlsx")
        size = WORKBOOK_CHUNK_BYTES if packed else CHUNK_BYTES
        wanted = 1 if self.kind == "enterprises" else -(-batch.file_bytes // size)
        self.chunks = max(1, min(CHUNKS_MAX, wanted))
        self.rows = store.LineWriter(batch.id, store.ROWS)
        self.numbers = store.LineWriter(batch.id, store.NUMBERS)
        self.heads = store.LineWriter(batch.id, store.HEADS)
        self.count = self.without_code = 0
        self._last_head = ("", "")

    def take(self, row: CheckedRow) -> None:
        """Keep one row."""
        self.count += 1
        if self.kind == "enterprises" and self.count > ENTERPRISES_MAX:
            raise Refused(f"企业表一份最多 {ENTERPRISES_MAX} 行，请分成几份上传。", field="file")
        line = line_of(row, self.kind)
        code, head = line.code, line.head
        self.rows.add(
            self._chunk(f"c{code}" if code else f"h{head}" if head else str(line.number)), line.text()
        )
        if self.kind == "enterprises":
            return
        if number := row.values["id_number"]:
            self.numbers.add(self._chunk(number), f"{number}\t{line.number}")
        if not code:
            self.without_code += 1
        elif head and (head, code) != self._last_head:
            self._last_head = (head, code)
            self.heads.add(self._chunk(f"h{head}"), f"{head}\t{code}")

    def _chunk(self, key: str) -> int:
        return crc32(key.encode()) % self.chunks

    def finish(self) -> None:
        """Keep the rest; find repeated numbers; bring rows without a code to those that give it."""
        for writer in (self.rows, self.numbers, self.heads):
            writer.flush()
        repeated = list(self._repeated())
        if repeated:
            store.put_piece(self.batch.id, store.REPEATED, 0, _dump(repeated))
        # With one chunk everything is together; a file wholly with or wholly without codes is sorted already.
        if self.chunks > 1 and 0 < self.without_code < self.count:
            for chunk in list(self.rows.counts):
                self._bring_together(chunk)
            self.rows.flush()

    def _repeated(self) -> Iterator[tuple[int, int]]:
        for chunk in list(self.numbers.counts):
            first: dict[str, str] = {}
            for line in store.lines(self.batch.id, store.NUMBERS, chunk):
                number, row = line.split("\t")
                if number in first:
                    yield int(row), int(first[number])
                else:
                    first[number] = row

    def _bring_together(self, chunk: int) -> None:
        """Move the rows of a chunk that lack a code to the chunk of their household's code, if anything tells it."""
        lines = store.lines(self.batch.id, store.ROWS, chunk)
        places = [tuple(line.split("\t", 3)[1:3]) for line in lines]
        # A head with a code in this chunk is where it belongs: brought here, or here from the first.
        bare = {head for code, head in places if not code} - {head for code, head in places if code} - {""}
        if not bare:
            return
        code_of = dict(_codes_on_file(bare))
        code_of |= dict(
            pair for pair in _pairs(store.lines(self.batch.id, store.HEADS, chunk)) if pair[0] in bare
        )
        targets = [
            self._chunk(f"c{code_of[head]}") if not code and head in code_of else chunk
            for code, head in places
        ]
        if set(targets) == {chunk}:
            return
        store.drop_pieces(self.batch.id, store.ROWS, chunk=chunk)
        self.rows.counts[chunk] = 0
        for target, line in zip(targets, lines, strict=True):
            self.rows.add(target, line)
        self.rows.flush()


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        head, code = line.split("\t")
        yield head, code


def _codes_on_file(heads: set[str]) -> Iterator[tuple[str, str]]:
    """Yield (head's number, code of the household on file) for heads whose household has a code."""
    by_index = {id_index(head): head for head in heads}
    held = HouseholdMember.objects.filter(
        ends_on=None, relation=rules.HEAD, resident__id_index__in=list(by_index)
    ).values_list("resident__id_index", "household_id")
    head_of = {home_id: by_index[bytes(index or b"")] for index, home_id in held}
    coded = Household.everything.filter(id__in=list(head_of)).exclude(code="")
    for home_id, code in coded.values_list("id", "code"):
        yield head_of[home_id], code
