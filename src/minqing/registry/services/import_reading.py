"""The first stretch: an uploaded file is read once, every row looked at alone, and sorted into chunks.

A chunk holds whole households (rows are sorted by household code, or by the head's number where there is no code), so
that what comes out never depends on where one chunk ends and the next begins. Memory holds a few rows of every
chunk; the rest lies sealed in the store. Households whose rows came before, word for word, are passed over at once.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID
from zlib import crc32

from django.db import connections, transaction

from minqing.kernel.collecting import no_collecting
from minqing.kernel.errors import Refused
from minqing.kernel.text import clean_line
from minqing.registry import rules
from minqing.registry.models import Household, HouseholdMember
from minqing.registry.models.imports import NEW, UNCHANGED, ImportBatch, ImportChunk
from minqing.registry.models.subjects import id_index
from minqing.registry.services import import_store as store
from minqing.registry.services.import_fresh import Fresh, FreshChunks
from minqing.registry.services.import_glance import Entangled, Glance, Seen
from minqing.registry.services.import_lines import Line, line_of
from minqing.registry.services.import_plain import are_plain
from minqing.registry.services.import_rows import Column, check_row, match_header
from minqing.registry.services.import_shown import Shown, keep_rows
from minqing.registry.services.spreadsheet import SheetRow, read_sheet

CHUNK_BYTES: Final = 400_000  # of CSV: some 2,500 people
WORKBOOK_CHUNK_BYTES: Final = 140_000  # a workbook is packed
CHUNKS_MAX: Final = 400
ENTERPRISES_MAX: Final = 50_000  # a county has 15,000; they are judged in one piece
TELL_ROWS: Final = 4_000
HELP_ROWS: Final = 8_000  # to be looked at in full, after which a second process is worth its start
LISTED_MAX: Final = 1_000  # new rows kept for the page
_READINGS: Final = 2  # of a file before every row of it is looked at in full
_AVOIDED_MAX: Final = (
    20_000  # codes, heads and numbers; a file with more is in another order than by households
)


def read_file(batch: ImportBatch, today: date, *, want_help: Callable[[], None] | None = None) -> None:
    """Read the file of a spreadsheet into sealed chunks. Begun anew, it forgets what it had read before.

    ``want_help`` (of a large one, outside any transaction) is called as soon as it shows that many rows will have to be
    looked at in full; the database is then asked beside the reading.
    """
    if want_help is None:
        _read_until_sure(batch, today, lambda: None, None)
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-marks") as beside:
        try:
            _read_until_sure(batch, today, want_help, beside)
        finally:
            beside.submit(connections.close_all)  # of its thread


def _read_until_sure(
    batch: ImportBatch, today: date, want_help: Callable[[], None], beside: Executor | None
) -> None:
    avoid: frozenset[int] | None = frozenset()
    for _ in range(_READINGS):
        try:
            _read(batch, today, avoid, want_help, beside)
        except Entangled as entangled:
            # Those households are looked at in full, with the rows that belong to them.
            avoid = entangled.hashes | (avoid or frozenset())
            avoid = avoid if len(avoid) <= _AVOIDED_MAX else None
        else:
            return
    _read(batch, today, None, want_help, beside)


def _read(
    batch: ImportBatch,
    today: date,
    avoid: frozenset[int] | None,
    want_help: Callable[[], None],
    beside: Executor | None,
) -> None:
    store.drop_pieces(batch.id, store.ROWS, store.FRESH, store.HEADS, store.REPEATED)
    raw = store.StoredFile(batch.id, batch.file_bytes)
    rows = read_sheet(batch.file_name, store.buffered(raw), batch.file_bytes, are_plain=are_plain)
    columns, batch.ignored_columns = match_header(next(rows), batch.kind)
    sorter = _Sorter(batch, columns, want_help)
    fresh = FreshChunks(batch.id, sorter.chunks + 1)
    glance = None
    if batch.kind == "residents":
        glance = Glance(batch, columns, today, sorter.take, fresh.add, avoid=avoid, beside=beside)
    take = glance.take if glance is not None else partial(_take_firm, sorter, today)
    count = 0
    while some := _some(rows, take):
        count += some
        batch.read_rows, batch.read_bytes = count, raw.tell()
        with transaction.atomic():
            store.commit_without_waiting()
            batch.save(update_fields=["read_rows", "read_bytes"])
    batch.read_bytes = batch.file_bytes
    with transaction.atomic():
        known = glance.finish() if glance is not None else Seen()
        fresh.flush()
        repeated = sorter.finish(known)
        chunks = [
            ImportChunk(batch=batch, number=number, rows=rows)
            for number, rows in sorted(sorter.rows.counts.items())
            if rows
        ]
        if known.rows:
            counts = {"rows": len(known.rows), "unchanged": len(known.rows)}
            chunks.append(ImportChunk(batch=batch, number=sorter.chunks, is_checked=True, **counts))
            shown = (check_row(row, columns, batch.kind, today) for row in known.first)
            keep_rows(batch.id, [Shown(row, UNCHANGED, ()) for row in shown])
        for kept in fresh.kept:
            # Where a number stood before, the chunk is judged like any other.
            at = bisect_left(repeated, kept.first)
            is_sure = at == len(repeated) or repeated[at] > kept.last
            new = kept.rows if is_sure else 0
            chunks.append(
                ImportChunk(batch=batch, number=kept.number, rows=kept.rows, is_checked=is_sure, new=new)
            )
        _show_new(batch, [chunk.number for chunk in chunks if chunk.new])
        ImportChunk.objects.bulk_create(chunks)
        store.drop_pieces(batch.id, store.FILE, store.HEADS)
        batch.save(update_fields=["read_rows", "read_bytes", "ignored_columns"])


def _some(rows: Iterator[SheetRow], take: Callable[[SheetRow], None]) -> int:
    """Take some rows; return how many there were."""
    count = 0
    with no_collecting():
        for row in islice(rows, TELL_ROWS):
            take(row)
            count += 1
    return count


def _take_firm(sorter: _Sorter, today: date, row: SheetRow) -> None:
    sorter.take(line_of(check_row(row, sorter.columns, sorter.kind, today), sorter.kind))


def _show_new(batch: ImportBatch, chunks: list[int]) -> None:
    """Keep the first of the new rows for the page."""
    left = LISTED_MAX
    for chunk in chunks:
        if left and (fresh := Fresh.of(batch.id, chunk)):
            shown = [Shown(line.row(batch.kind), NEW, ()) for line in islice(fresh.lines(), left)]
            keep_rows(batch.id, shown)
            left -= len(shown)


def repeated_rows(batch_id: UUID) -> dict[int, int]:
    """Return the rows whose ID number stood in an earlier row: row number by row number."""
    found: dict[int, int] = {}
    for text in store.pieces(batch_id, store.REPEATED):
        found |= dict(json.loads(text))
    return found


class _Sorter:
    """Puts each row into its chunk, and remembers (by hashes, or sealed) what only the whole file can tell."""

    def __init__(self, batch: ImportBatch, columns: dict[int, Column], want_help: Callable[[], None]) -> None:
        self.want_help = want_help
        self.batch, self.kind, self.columns = batch, batch.kind, columns
        packed = batch.file_name.lower().endswith(".xlsx")
        size = WORKBOOK_CHUNK_BYTES if packed else CHUNK_BYTES
        wanted = 1 if self.kind == "enterprises" else -(-batch.file_bytes // size)
        self.chunks = max(1, min(CHUNKS_MAX, wanted))
        self.rows = store.LineWriter(batch.id, store.ROWS)
        self.count = self.without_code = 0

    def take(self, line: Line) -> None:
        """Keep one row."""
        self.count += 1
        if self.count == HELP_ROWS:
            self.want_help()
        if self.kind == "enterprises" and self.count > ENTERPRISES_MAX:
            raise Refused(f"企业表一份最多 {ENTERPRISES_MAX} 行，请分成几份上传。", field="file")
        code, head = line.code, line.head
        if not code:
            self.without_code += 1
        self.rows.add(
            self._chunk(f"c{code}" if code else f"h{head}" if head else str(line.number)), line.text()
        )

    def _chunk(self, key: str) -> int:
        return crc32(key.encode()) % self.chunks

    def finish(self, seen: Seen) -> list[int]:
        """Keep the rest; find repeated numbers; bring rows without a code to those that give it.

        Return the rows whose number stood in an earlier one, in their order.
        """
        self.rows.flush()
        repeated: list[tuple[int, int]] = []
        if again := seen.numbers.twice():
            repeated = list(self._repeated(again))
            if not seen.rows_set().isdisjoint(row for row, _ in repeated):
                raise Entangled(again)
            if repeated:
                store.put_piece(self.batch.id, store.REPEATED, 0, json.dumps(repeated))
        # With one chunk everything is together; a file wholly with or wholly without codes is sorted already.
        if self.kind == "residents" and self.chunks > 1 and 0 < self.without_code < self.count:
            self._note_heads()
            for chunk in list(self.rows.counts):
                self._bring_together(chunk)
            self.rows.flush()
        return [row for row, _ in repeated]

    def _repeated(self, wanted: set[int]) -> Iterator[tuple[int, int]]:
        """Go through the file once more for the numbers that may stand there twice: hashes can meet by accident."""
        at = next(place for place, column in self.columns.items() if column.key == "id_number")
        file = store.buffered(store.StoredFile(self.batch.id, self.batch.file_bytes))
        rows = read_sheet(self.batch.file_name, file, self.batch.file_bytes)
        next(rows)
        first: dict[str, int] = {}
        for row in rows:
            number = rules.half_width(clean_line(row.cells[at])) if at < len(row.cells) else ""
            if number and hash(number) in wanted:
                if number in first:
                    yield row.number, first[number]
                else:
                    first[number] = row.number

    def _note_heads(self) -> None:
        """Keep, sealed, which code the rows of the file give to each head."""
        heads = store.LineWriter(self.batch.id, store.HEADS)
        for chunk in list(self.rows.counts):
            last = ("", "")
            for line in map(Line.parsed, store.lines(self.batch.id, store.ROWS, chunk)):
                if line.code and line.head and last != (line.head, line.code):
                    last = (line.head, line.code)
                    heads.add(self._chunk(f"h{line.head}"), "\t".join(last))
        heads.flush()

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
