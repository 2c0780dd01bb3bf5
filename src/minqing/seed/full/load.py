"""Load the full county in one transaction: rows by COPY into bare tables, then keys, indexes and references.

It is done as the owner: only the owner takes indexes off and writes the vault's table as a whole. Whatever goes wrong,
the transaction takes everything back, and the same command may be run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.db.models import Model
from psycopg import sql

from minqing.areas.public import Area, CountyProfile
from minqing.kernel.errors import Refused
from minqing.registry.public import TagKind
from minqing.seed.copying import copy_in
from minqing.seed.full.chunk import OWNER, Chunk, Standing
from minqing.seed.full.county import County, make_county
from minqing.seed.full.crew import Packed, produce, without_collector
from minqing.seed.full.diary import Doors, Visits, make_walks, visit_jobs
from minqing.seed.full.register import Households, Sites, Tags, register_jobs
from minqing.seed.full.reports import (
    Calls,
    DoorCodes,
    FromVisits,
    Reports,
    case_jobs,
    make_matters,
    visit_and_case_jobs,
)
from minqing.seed.full.sheets import copy_sheet
from minqing.seed.full.sizes import PARTS, Sizes
from minqing.seed.full.structure import put_back, take_off
from minqing.seed.load import DEFAULT_SEED
from minqing.seed.officials import PASSWORD

Progress = Callable[[int, int], None]
Step = Callable[[str], AbstractContextManager[Progress]]
Jobs = list[Callable[[], Packed]]

PROCESSES: Final = 2
SMALL_SCALE: Final = 0.005  # below it, starting processes takes longer than the work
SORT_MEMORY: Final = "512MB"
PART_WORDS: Final = {
    "register": "正在登记居民、户、企业、场所和标签",
    "diary": "正在写七年的走访",
    "cases": "正在按规程办理七年的事项",
}


@dataclass(frozen=True, slots=True)
class FullyLoaded:
    """How many rows of which table, and how many seconds each step took."""

    rows: dict[str, int]
    seconds: dict[str, float]

    def __str__(self) -> str:
        rows, seconds = sum(self.rows.values()), sum(self.seconds.values())
        return f"{rows:,} 行，{seconds / 60:.1f} 分钟，每秒 {rows / max(seconds, 0.1):,.0f} 行"


@contextmanager
def silent(sentence: str) -> Iterator[Progress]:
    """Say nothing."""
    yield lambda done, of: None


def load_full(
    *,
    at: datetime,
    seed: int = DEFAULT_SEED,
    scale: float = 1.0,
    parts: tuple[str, ...] = PARTS,
    step: Step = silent,
    processes: int | None = None,
) -> FullyLoaded:
    """Load the full county into an empty one. Raises `Refused` where there is one already.

    `at`: the moment at which the seven years end. `scale`: a share of everything but the areas and their offices.
    `parts`: the first so many of `PARTS`; each needs those before it. `step`: shows what is being done (see
    `config.screen.step`). `processes`: how many make rows while one connection writes them (None: as many as the
    scale is worth).
    """
    if parts != PARTS[: len(parts)] or not parts:
        raise ValueError(f"parts are the first so many of {PARTS}, not {parts}")
    if processes is None:
        processes = 0 if scale < SMALL_SCALE else PROCESSES
    loader = _Loader(step, processes)
    with transaction.atomic(using=OWNER):
        if any(model.objects.using(OWNER).exists() for model in (CountyProfile, Area)):
            raise Refused(
                "这个数据库里已经有一个县，演示数据只能载入空的数据库。要重新载入，请换一个数据库。"
            )
        with without_collector():
            with loader.timed("world", f"正在构想全县（种子 {seed}，规模 {scale:g}）"):
                county = make_county(seed, at, Sizes.at(scale))
            loader.load(county, parts)
    return FullyLoaded(dict(loader.rows), loader.seconds)


class _Loader:
    def __init__(self, step: Step, processes: int) -> None:
        self.step, self.processes = step, processes
        self.rows: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.statements: dict[str, sql.Composed] = {}

    @contextmanager
    def timed(self, name: str, sentence: str) -> Iterator[Progress]:
        """Show a step and remember how long it took."""
        began = monotonic()
        with self.step(sentence) as progress:
            yield progress
        self.seconds[name] = monotonic() - began

    def load(self, county: County, parts: tuple[str, ...]) -> None:
        """Write all rows of some parts."""
        plan = list(_plan(county, parts))
        makers = {
            table: make
            for _, _, patterns in plan
            for one in patterns
            for table, make in one.statements().items()
        }
        with connections[OWNER].cursor() as cursor:
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'")
            structure = take_off(cursor, sorted(makers))
            empty = self._empty(cursor, sorted(makers))
            self.statements = {table: make(frozen=table in empty) for table, make in makers.items()}
            with self.timed("areas", "正在载入辖区、单位和任职"):
                self._write(cursor, self._standing(county))
            for part, jobs, _ in plan:
                with self.timed(part, PART_WORDS[part]) as progress:
                    made = produce(jobs, processes=self.processes)
                    for done, packed in enumerate(made, 1):
                        self._write(cursor, packed)
                        progress(done, len(jobs))
            with self.timed("indexes", "正在建立索引和外键") as progress:
                for done, _ in enumerate(put_back(cursor, structure), 1):
                    progress(done, len(structure))
            with self.timed("statistics", "正在收集统计信息"):
                names = sql.SQL(", ").join(sql.Identifier(table) for table in self.rows)
                cursor.execute(sql.SQL("ANALYZE {}").format(names))

    def _empty(self, cursor: Any, tables: list[str]) -> frozenset[str]:
        """Return the tables without rows, made new: what is copied into those needs no vacuum later."""
        empty = set()
        for table in tables:
            cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                empty.add(table)
                cursor.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
        return frozenset(empty)

    def _write(self, cursor: Any, packed: Packed) -> None:
        for table, count, body in packed:
            if count:
                copy_sheet(cursor, self.statements[table], (body,))
                self.rows[table] += count

    def _standing(self, county: County) -> Packed:
        """Write the areas and the officials; return what the journal says of them."""
        register = county.register
        register.unusable, register.usable = make_password(None), make_password(PASSWORD)
        self._copy_in(register.areas())
        self._copy_in(register.periods())
        self._copy_in([register.profile()])
        self._copy_in(register.people())
        self._copy_in(register.units())
        self._copy_in(register.appointments())
        return Standing(county).packed()  # the rows above have told the chronicle what made them

    def _copy_in(self, rows: Iterable[Model]) -> None:
        held = list(rows)
        if held:
            self.rows[held[0]._meta.db_table] += copy_in(held, using=OWNER)


def _plan(county: County, parts: tuple[str, ...]) -> Iterator[tuple[str, Jobs, list[Chunk]]]:
    """Yield the chunks of every part, and empty ones that know their tables.

    Whatever has to be asked of the database is asked here: later its tables are locked, and other processes have none.
    """
    kinds = {kind.key: kind for kind in TagKind.objects.using(OWNER)}
    beyond = len(county.population.residents)
    yield (
        "register",
        register_jobs(county, kinds),
        [Households(county, beyond), Sites(county, beyond), Tags(county, beyond, kinds)],
    )
    if "diary" not in parts:
        return
    doors = Doors(county)
    walks = make_walks(county, doors)
    visits: list[Chunk] = [Visits(walks, county.sizes.visits)]
    if "cases" not in parts:
        yield "diary", visit_jobs(walks), visits
        return
    calls = Calls(make_matters(county), doors)
    yield "diary", visit_and_case_jobs(walks, calls), [*visits, FromVisits(calls, 0, [])]
    yield "cases", case_jobs(calls), [DoorCodes(county, beyond), Reports(calls, county.sizes.cases)]
