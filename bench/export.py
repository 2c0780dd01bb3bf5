"""`python -m bench export --rows 1000000`: a list exported as CSV and .xlsx, and the memory it takes.

A county's registrar exports the residents; where the county has fewer than the rows asked for, its list is read over
and over until there are so many, through the same writers. Memory is this process's resident set: its largest value
while the last tenth is written, against that after the first tenth. A list of rows held anywhere would show.

The last line: ``value`` is the slower format's seconds; ``ratio`` is the memory after the first tenth divided by the
largest afterwards (1.000: nothing grows).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.outcome import Outcome
from bench.register import full_register, lookers
from minqing.config.screen import say
from minqing.kernel import clock

ROWS: Final = 1_000_000
RESIDENTS: Final = 71_000
FLOOR: Final = 0.9
_MB: Final = 1024.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--rows", type=int, default=ROWS, help=f"导出的行数，默认 {ROWS:,}")
    parser.add_argument("--residents", type=int, default=RESIDENTS, help=f"居民数，默认 {RESIDENTS:,}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with full_register(options.residents):
        return measure(options.rows)


def measure(rows: int) -> Outcome:
    """Export so many rows in both formats."""
    seconds, ratios, errors = [], [], 0
    for form in ("csv", "xlsx"):
        took, size, first, most, is_complete = _export(form, rows)
        seconds.append(took)
        ratios.append(first / most)
        errors += not is_complete
        say(
            f"{form}：{rows:,} 行，{size / 1e6:.0f} MB，{took:.1f} 秒（每秒 {rows / took:,.0f} 行），"
            f"内存：写完一成时 {first / _MB:.0f} MB，之后最多 {most / _MB:.0f} MB"
        )
    return Outcome(value=max(seconds), unit="s", ratio=min(ratios), floor=FLOOR, errors=errors)


def _export(form: str, rows: int) -> tuple[float, int, int, int, bool]:
    """Return seconds, bytes, KB of memory after a tenth and at most afterwards, and whether the end was right."""
    from minqing.kernel.table_files import file_of, last_line
    from minqing.registry.queries.exports import Export, ExportAsked

    registrar = lookers()[-1]
    asked = ExportAsked(kind="resident", area=registrar.area)
    written = 0

    def lines() -> Iterator[tuple[str, ...]]:
        nonlocal written
        while written < rows:
            export = Export(registrar.actor, asked, clock.today())
            try:
                for row in export.rows():
                    if written == rows:
                        return
                    written += 1
                    yield row
            finally:
                export.close()

    began, size, first, most, end = time.perf_counter(), 0, 0, 0, b""
    export = Export(registrar.actor, asked, clock.today())
    columns = export.columns
    export.close()
    for piece in file_of(form, "居民名单", columns, lines()):
        size += len(piece)
        end = piece
        if written >= rows // 10:
            memory = _resident_kb()
            first = first or memory
            most = max(most, memory)
    is_complete = written == rows and (form != "csv" or end.decode().rstrip().endswith(last_line(rows)))
    return time.perf_counter() - began, size, first, most, is_complete


def _resident_kb() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
