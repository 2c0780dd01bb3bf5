"""`python -m bench import-residents`: a county's residents from one CSV file, by the ordinary import, beside raw COPY.

A registrar uploads the file (invented people with valid check digits, of a region code that was never handed out); a
worker as in production reads, checks and registers it: validation, encryption, finding of people already on file, an
entry in the journal for each. Then the same file once more, which must insert nothing. Then the rows that came out
(values sealed already) are copied, bare, into empty tables of the same shape with the same indexes.

Printed: the seconds of each stretch, the worker's memory at rest and at its peak, how many times as fast the second run
was. The last line: ``value`` is the seconds of the first import from upload to the last row; ``ratio`` is raw COPY
divided by that, and 1.000 would mean that everything else costs nothing. The floor judges the ratio; a second run that
inserts anything, or is not five times as fast, is an error.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import IO, Any, Final

from bench.county import seeded_county
from bench.outcome import Outcome
from minqing.config.failures import CannotRun
from minqing.config.screen import say
from minqing.kernel.settings import settings
from minqing.seed.identity import PHONE_PREFIX, id_check_digit

FLOOR: Final = 0.35
SPEED_UP_MIN: Final = 5.0
# A tenth of the county. What any import costs once (the job's start, new statistics) weighs more the fewer the rows: on
# two quiet cores the ratio was 0.30 at 20,000 rows, 0.41 at 71,000 and 0.41 at 710,000.
ROWS: Final = 71_000
TABLES: Final = ("resident", "resident_identity", "household", "household_member")
_REGION: Final = "3399"  # of Zhejiang, with no place behind it
_SIZES: Final = (1, 2, 3, 2, 4, 3, 5, 2)
_SURNAMES: Final = "王张李陈周吴徐朱黄杨马沈钱金裘竺邢史袁魏过尹童商俞"
_GIVEN: Final = "伯根仁水国英秀珍建华志明小满阿婆云海兰芳春花金木土良永福宝玉梅雪松林平安康乐文武忠孝"
_HEADER: Final = (
    "所属网格", "户编号", "户主证件号", "与户主关系", "姓名", "性别", "证件号", "出生日期", "电话", "住址", "职业",
    "居住状态", "外出去向", "户籍地", "标签",
)  # fmt: skip
_RELATIONS: Final = ("户主", "配偶", "子", "女", "母")
_POLL_SECONDS: Final = 0.1
_WORKER_UP_SECONDS: Final = 60.0
_STUCK_SECONDS: Final = 300.0
_BLOCK_BYTES: Final = 64 * 1024


@dataclass
class Timed:
    """What one run of the import took, in seconds."""

    upload: float
    check: float
    apply: float
    counts: tuple[int, int, int, int]

    @property
    def whole(self) -> float:
        """From the first byte of the upload to the last row."""
        return self.upload + self.check + self.apply


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--rows", type=int, default=ROWS, help=f"居民行数，默认 {ROWS}；全县为 710000")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with seeded_county("small"):
        file = settings().data / "residents.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            write_register(out, options.rows, options.seed)
        size = file.stat().st_size
        say(f"\n{options.rows} 位居民，{size / 1e6:.1f} MB。")
        before = _counted()
        with _worker() as worker:
            rest = _megabytes(worker, "VmRSS")
            first = _import(file)
            _say_run("第一次", first)
            between = _counted()
            second = _import(file)
            _say_run("第二次", second)
            peak = _megabytes(worker, "VmHWM")
        added = [now - then for now, then in zip(between, before, strict=True)]
        again = sum(_counted()) - sum(between)
        bare, checked = _raw_copy(file.with_suffix(".copy"), added)
    speed_up = first.whole / second.whole
    say(f"后台进程内存：空闲时 {rest:.0f} MB，最多 {peak:.0f} MB")
    say(f"裸 COPY 同样的行进同样索引的表：{bare:.2f} 秒（连外键也查：{checked:.2f} 秒，只供参考）")
    say(f"第二次快 {speed_up:.1f} 倍，新增 {again} 行")
    errors = sum((added[0] != options.rows, first.counts != (options.rows, 0, 0, 0), again != 0))
    errors += second.counts != (0, 0, options.rows, 0)
    errors += speed_up < SPEED_UP_MIN
    return Outcome(value=first.whole, unit="s", ratio=bare / first.whole, floor=FLOOR, errors=errors)


def write_register(out: IO[str], rows: int, seed: int) -> None:
    """Write so many residents in their households, the same for the same seed."""
    from minqing.areas.public import Area

    rng = Random(seed)
    grids = cycle(
        Area.objects.filter(level="grid", closed_at=None).order_by("code").values_list("code", flat=True)
    )
    sizes, numbers = cycle(_SIZES), _id_numbers()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    written = 0
    for home in count(1):
        grid, address, head = next(grids), f"香榧路 {home} 号", ""
        for place in range(min(next(sizes), rows - written)):
            number, born, sex = next(numbers)
            head = head or number
            writer.writerow((
                grid, f"B{home:08}", head, _RELATIONS[place], _name(rng), sex, number, born.isoformat(),
                f"{PHONE_PREFIX}{rng.randrange(10**8):08}", address, rng.choice(("务农", "务工", "退休", "学生", "")),
                rng.choice(("常住", "常住", "外出")), "", "", "",
            ))  # fmt: skip
            written += 1
        if written >= rows:
            return


def _id_numbers() -> Iterator[tuple[str, date, str]]:
    for region in count():
        for day in range(25_000):
            born = date(1940, 1, 1) + timedelta(days=day)
            for sequence in (996, 997, 998, 999):
                body = f"{_REGION}{region:02}{born:%Y%m%d}{sequence}"
                yield body + id_check_digit(body), born, "男" if sequence % 2 else "女"


def _name(rng: Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2, 2))))


@contextmanager
def _worker() -> Iterator[int]:
    """Run the worker as in production; yields its process id."""
    environment = {**os.environ, "MINQING_DATABASE_URL": settings().database_url or ""}
    log = (settings().data / "worker.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "minqing.config.console", "work"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        ends = time.monotonic() + _WORKER_UP_SECONDS
        while not _one("SELECT count(*) FROM procrastinate_workers"):
            if process.poll() is not None or time.monotonic() > ends:
                raise CannotRun(f"后台进程没有起来，原因见 {log.name}。")
            time.sleep(_POLL_SECONDS)
        time.sleep(2)  # what it does at its start is not measured
        yield process.pid
    finally:
        process.terminate()
        process.wait()
        log.close()


def _import(file: Path) -> Timed:
    """Bring a file in as its uploader does: upload, wait for the check, import, wait for the end."""
    from minqing.accounts.public import Appointment, actor_of
    from minqing.kernel import clock
    from minqing.kernel.uploads import SealedUploadHandler
    from minqing.registry import public as registry

    held = Appointment.objects.filter(role="registrar", area__level="county").select_related("person").first()
    if held is None:
        raise CannotRun("演示县里没有县级档案管理员，导入没有人来做。")
    actor = actor_of(held.person, clock.local(clock.now()).date(), held.id)
    started = time.perf_counter()
    handler = SealedUploadHandler()
    handler.new_file("file", file.name, "text/csv", None)
    with file.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            handler.receive_data_chunk(block, 0)
    with handler.file_complete(file.stat().st_size) as upload:
        batch = registry.stage_import(upload=upload, kind="residents", by=actor, at=clock.now())
    uploaded = time.perf_counter()
    batch = _wait(batch.id, actor, "checking")
    checked = time.perf_counter()
    if batch.new or batch.changed:
        registry.apply_import(batch_id=batch.id, by=actor, at=clock.now())
        batch = _wait(batch.id, actor, "applying")
    else:  # the page offers nothing to import
        registry.discard_import(batch_id=batch.id, by=actor)
    counts = (batch.new, batch.changed, batch.unchanged, batch.bad)
    return Timed(uploaded - started, checked - uploaded, time.perf_counter() - checked, counts)


def _wait(batch_id: Any, actor: Any, while_: str) -> Any:
    from minqing.registry import public as registry

    seen, since = "", time.monotonic()
    while (batch := registry.import_batch(batch_id, actor)).status == while_:
        moved = (
            f"{batch.read_rows} {_one('SELECT count(*) FROM import_chunk WHERE is_checked OR is_applied')}"
        )
        moved += str(_one("SELECT count(*) FROM import_chunk WHERE is_applied"))
        if moved != seen:
            seen, since = moved, time.monotonic()
        elif time.monotonic() - since > _STUCK_SECONDS:
            raise CannotRun(f"导入 {_STUCK_SECONDS:.0f} 秒没有进展，原因见后台进程的日志。")
        time.sleep(_POLL_SECONDS)
    if batch.refusal:
        raise CannotRun(f"导入停了：{batch.refusal}")
    return batch


def _say_run(name: str, timed: Timed) -> None:
    new, changed, unchanged, bad = timed.counts
    say(
        f"{name}：上传 {timed.upload:.1f} 秒，读取和检查 {timed.check:.1f} 秒，登记 {timed.apply:.1f} 秒；"
        f"新增 {new}，更新 {changed}，无变化 {unchanged}，有误 {bad}"
    )


def _raw_copy(file: Path, counts: list[int]) -> tuple[float, float]:
    """Copy the imported rows, bare, into empty tables with the same indexes; return the seconds.

    And once more into tables that have the foreign keys of the real ones too, which the ratio does not count.
    """
    from django.db import connections

    seconds = [0.0, 0.0]
    newest = {
        "resident": "id", "resident_identity": "resident_id", "household": "id", "household_member": "id",
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        raw = cursor.cursor
        for table, rows in zip(TABLES, counts, strict=True):
            with (
                file.open("wb") as out,
                raw.copy(
                    f"COPY (SELECT * FROM (SELECT * FROM {table} ORDER BY {newest[table]} DESC LIMIT {rows}) AS it "
                    f"ORDER BY {newest[table]}) TO STDOUT"
                ) as copy,
            ):
                for block in copy:
                    out.write(block)
            for turn, name in enumerate((f"bench_{table}", f"bench_{table}_keys")):
                cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
                if turn:
                    _add_foreign_keys(cursor, table, name)
                started = time.perf_counter()
                with file.open("rb") as content, raw.copy(f"COPY {name} FROM STDIN") as copy:
                    while block := content.read(_BLOCK_BYTES):
                        copy.write(block)
                seconds[turn] += time.perf_counter() - started
            file.unlink()
    return seconds[0], seconds[1]


def _add_foreign_keys(cursor: Any, table: str, name: str) -> None:
    cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for (definition,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {name} ADD {definition}")


def _counted() -> list[int]:
    from django.db import connections

    found = []
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found.append(cursor.fetchone()[0])
    return found


def _one(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _megabytes(pid: int, what: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    return 0.0
