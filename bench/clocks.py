"""`python -m bench clocks`: a holiday is added, and every clock it touches recomputed, beside the bare writing of it.

Half of the rows are running clocks (a run and its open leg), half are legs that are over, in three measures: hours,
working days, calendar days. All of them lie around the new holiday. One round: the ordinary ``recompute_clocks``
(finding, locking, computing, writing legs and runs, entries of the journal, verdicts), and the lower bound: the same
legs and runs updated from tables that hold the results already, and as many entries of the same shape copied from a
table that holds them ready, in batches of the same size, by as many connections, which wait for the disk as little.
Rounds are interleaved; before each measure the tables are laid down anew, without a dead row in them.

The last line: ``value`` is the seconds of recomputing, ``ratio`` is the lower bound divided by that (1.000 would mean
that finding, computing and hashing cost nothing). The floor judges the ratio; clocks that are not as the rules say, an
entry too many or too few, and more than a minute for a million are errors.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections, transaction

from bench.county import empty_county
from bench.outcome import Outcome
from minqing.config.screen import say

ROWS: Final = 50_000
ROUNDS: Final = 3
# Computing, locking and hashing beside the writing of three tables and their indexes. Measured 0.44 to 0.51 at 100,000
# rows and 0.69 at 400,000, on two cores that did other work meanwhile.
FLOOR: Final = 0.35
SECONDS_FOR_A_MILLION_MAX: Final = 60.0
CHECKED: Final = 500
AT: Final = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOLIDAY: Final = date(2026, 11, 25)
TABLES: Final = ("workflow_leg", "workflow_run")
_FIRST_LEG: Final = UUID("01a20000-0000-7000-8000-000000000000")
_SPANS: Final = (
    "(ARRAY[40, 5, 15])[1 + n %% 3], (ARRAY['working_hours', 'working_days', 'calendar_days'])[1 + n %% 3]"
)
_RUNS: Final = """
INSERT INTO stood_workflow_run (id, procedure, procedure_version, subject_kind, subject_id, area_id, state, entered_at,
    next_due_at, yellow_at, measure, provisional, by_overall, calendar_version, overall_measure, overall_term_version,
    overall_provisional, started_at, finished_at, legs_count, version)
SELECT ('01a10000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'prompt', 'bench', 'case',
    ('01a00000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, %(area)s, 'handling',
    %(at)s::timestamptz - n %% 20000 * interval '11 seconds', NULL, NULL,
    (ARRAY['working_hours', 'working_days', 'calendar_days'])[1 + n %% 3], false, false, %(version)s, '', 0, false,
    %(at)s::timestamptz - interval '9 days', CASE WHEN n > %(running)s THEN %(at)s::timestamptz + interval '9 days' END,
    1, 1
FROM generate_series(1, %(rows)s) AS n
"""
_LEGS: Final = f"""
INSERT INTO stood_workflow_leg (id, run_id, number, state, area_id, entered_at, within_amount, within_measure,
    term_version, provisional, calendar_version, procedure_version, left_at, step, by_name, by_label)
SELECT ('01a20000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
    ('01a10000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'handling', %(area)s,
    %(at)s::timestamptz - n %% 20000 * interval '11 seconds', {_SPANS}, 0, false, %(version)s, 'bench',
    CASE WHEN n > %(running)s THEN %(at)s::timestamptz + n %% 9 * interval '1 day' END, '', '', ''
FROM generate_series(1, %(rows)s) AS n
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--rows", type=int, default=ROWS, help=f"多少个时限，一半在走一半已办完，默认 {ROWS}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="测几轮，取中位数")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with empty_county():
        bench = _Bench(options.rows)
        bench.fill()
        ours, bare, errors = [], [], 0
        for number in range(options.rounds):
            bench.lay_down()
            took = bench.recomputed()
            if number == 0:
                errors = bench.wrong()
                bench.keep_results()
                say(f"  {bench.moved:,} 个在走的时限变动，{bench.turned:,} 段已办完的结论改变")
            bench.lay_down()
            lower = bench.bare()
            ours.append(took)
            bare.append(lower)
            say(f"  第 {number + 1} 轮：重新计算 {took:.2f} 秒，只写同样的行 {lower:.2f} 秒")
    seconds = statistics.median(ours)
    ratio = statistics.median(b / o for o, b in zip(ours, bare, strict=True))
    errors += options.rows >= 1_000_000 and seconds > SECONDS_FOR_A_MILLION_MAX
    return Outcome(seconds, "s", ratio, FLOOR, errors)


class _Bench:
    """The rows, and what is done to them."""

    def __init__(self, rows: int) -> None:
        self.rows, self.running = rows, rows // 2
        self.moved = self.turned = 0

    def fill(self) -> None:
        """Make the rows with the deadlines that the calendar gives, apart from the tables that are measured."""
        from minqing.areas.models import Area
        from minqing.workflow import public as workflow
        from minqing.workflow.services.due_sql import calendar_tables, due_of_spans

        area = Area.objects.filter(level="county").first() or Area.objects.create(
            level="county", code="330683", name="嵊州市", path="330683"
        )
        workflow.ensure_calendar(at=AT)
        workflow.recompute_clocks(at=AT + timedelta(days=1))
        calendar = workflow.current_calendar()
        given: dict[str, Any] = {
            "area": area.id, "at": AT, "rows": self.rows, "running": self.running, "version": calendar.version
        }  # fmt: skip
        with connections["owner"].cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"CREATE UNLOGGED TABLE stood_{table} (LIKE {table} INCLUDING DEFAULTS)")
        spans = "(SELECT id AS key, entered_at AS start, within_amount AS amount, within_measure AS measure,"
        spans += " 20 AS percent FROM stood_workflow_leg)"
        with connection.cursor() as cursor:
            cursor.execute(_RUNS, given)
            cursor.execute(_LEGS, given)
            with calendar_tables(calendar, AT.date()):
                cursor.execute(
                    "UPDATE stood_workflow_leg AS l SET due_at = n.due, yellow_at = n.yellow,"
                    " provisional = n.provisional"
                    f" FROM ({due_of_spans(spans, calendar)}) AS n WHERE n.key = l.id"
                )
            cursor.execute(
                "UPDATE stood_workflow_run AS r SET next_due_at = l.due_at, yellow_at = l.yellow_at"
                " FROM stood_workflow_leg AS l WHERE l.run_id = r.id AND l.left_at IS NULL"
            )

    def lay_down(self) -> None:
        """Let every clock stand as before the holiday, and no entry be there (as the owner: nobody else may)."""
        from minqing.workflow.models import Recomputation, WorkingDay

        WorkingDay.objects.filter(date=HOLIDAY).update(is_working=True)
        Recomputation.objects.filter(settled_at=None).update(settled_at=AT)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET client_min_messages = warning; SET maintenance_work_mem = '256MB'")
            cursor.execute("TRUNCATE journal_entry, workflow_leg, workflow_run CASCADE")
            for table in reversed(TABLES):
                _refill(cursor, table)
            for table in (*TABLES, "journal_entry"):
                cursor.execute(f"VACUUM ANALYZE {table}")

    def recomputed(self) -> float:
        """Add the holiday and recompute; return the seconds from the change to the last entry."""
        from minqing.kernel.access import SYSTEM
        from minqing.workflow import public as workflow
        from minqing.workflow.models import WorkingDay
        from minqing.workflow.services.calendar import new_version

        WorkingDay.objects.filter(date=HOLIDAY).update(is_working=False)
        with transaction.atomic():
            new_version("大雪停班", by=SYSTEM, at=AT, days=(HOLIDAY, HOLIDAY))
        began = time.perf_counter()
        self.moved = workflow.recompute_clocks(at=AT)
        return time.perf_counter() - began

    def wrong(self) -> int:
        """Compare a sample with the rules, and the entries with what moved; return how many are not right."""
        from minqing.workflow import public as workflow
        from minqing.workflow.models import Leg

        calendar = workflow.current_calendar()
        bad = 0
        step = max(1, self.rows // CHECKED)
        sample = [UUID(int=_FIRST_LEG.int + number) for number in range(1, self.rows + 1, step)]
        legs = Leg.objects.filter(id__in=sample)
        bad += legs.count() != len(sample)
        for leg in legs:
            within = leg.within
            assert within is not None
            due = workflow.due_at(leg.entered_at, within, calendar)
            bad += (leg.due_at, leg.yellow_at, leg.provisional) != (due.at, due.yellow_at, due.provisional)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journal_entry WHERE kind = 'workflow.clock_moved'")
            bad += cursor.fetchone()[0] != self.moved
            cursor.execute("SELECT count(*) FROM workflow_run WHERE finished_at IS NULL")
            bad += cursor.fetchone()[0] != self.running
            cursor.execute("SELECT count(*) FROM journal_entry WHERE kind = 'workflow.verdict_changed'")
            self.turned = cursor.fetchone()[0]
            cursor.execute(
                "SELECT count(*) FROM workflow_leg AS l JOIN stood_workflow_leg AS s USING (id)"
                " WHERE l.left_at IS NOT NULL AND (l.left_at <= l.due_at) <> (l.left_at <= s.due_at)"
            )
            bad += cursor.fetchone()[0] != self.turned
        return int(bad)

    def keep_results(self) -> None:
        """Keep what came out, and the entries, numbered, for the bare writing."""
        with connections["owner"].cursor() as cursor:
            for table in TABLES:
                cursor.execute(
                    f"CREATE UNLOGGED TABLE done_{table} AS"
                    " SELECT (row_number() OVER (ORDER BY t.id)) AS n, t.*"
                    f" FROM {table} AS t JOIN stood_{table} AS s ON s.id = t.id"
                    " WHERE t.calendar_version <> s.calendar_version"
                )
            cursor.execute(
                "CREATE UNLOGGED TABLE done_entry AS SELECT (row_number() OVER (ORDER BY id)) AS n, e.*"
                " FROM journal_entry AS e WHERE kind IN ('workflow.clock_moved', 'workflow.verdict_changed')"
            )
            for table in (*TABLES, "entry"):
                cursor.execute(f"CREATE INDEX ON done_{table} (n)")
                cursor.execute(f"VACUUM ANALYZE done_{table}")

    def bare(self) -> float:
        """Write the same rows, with nothing to find, to compute or to hash; return the seconds."""
        from minqing.workflow.services.hands import HANDS, RECOMPUTE_BATCH

        firsts = iter(range(1, self.rows + 1, RECOMPUTE_BATCH))
        turn = threading.Lock()

        def hand() -> None:
            try:
                while True:
                    with turn:
                        first = next(firsts, None)
                    if first is None:
                        return
                    _bare_batch(first, first + RECOMPUTE_BATCH - 1)
            finally:
                connection.close()

        began = time.perf_counter()
        with ThreadPoolExecutor(HANDS) as pool:
            for one in [pool.submit(hand) for _ in range(HANDS)]:
                one.result()
        return time.perf_counter() - began


def _bare_batch(first: int, last: int) -> None:
    from minqing.workflow.services.hands import wait_for_no_disk

    columns = (
        "id, at, kind, subject_kind, subject_id, area_id, person_id, person_name, appointment_id,"
        " appointment_label, facts, detail_hash, is_read"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for_no_disk(cursor)
        cursor.execute(
            "UPDATE workflow_leg AS l SET due_at = d.due_at, yellow_at = d.yellow_at,"
            " provisional = d.provisional, calendar_version = d.calendar_version FROM done_workflow_leg AS d"
            " WHERE d.id = l.id AND d.n BETWEEN %s AND %s",
            [first, last],
        )
        cursor.execute(
            "UPDATE workflow_run AS r SET next_due_at = d.next_due_at, yellow_at = d.yellow_at,"
            " provisional = d.provisional, measure = d.measure, calendar_version = d.calendar_version"
            " FROM done_workflow_run AS d WHERE d.id = r.id AND d.n BETWEEN %s AND %s",
            [first, last],
        )
        cursor.execute(
            f"INSERT INTO journal_entry ({columns}) SELECT {columns} FROM done_entry WHERE n BETWEEN %s AND %s",
            [first, last],
        )


def _refill(cursor: Any, table: str) -> None:
    """Fill an empty table with the rows as they stood; its indexes are built afterwards, which is ten times as fast."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index AS i"
        " WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)",
        [table],
    )
    indexes = cursor.fetchall()
    cursor.execute(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    keys = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for name, _ in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(f"INSERT INTO {table} SELECT * FROM stood_{table} ORDER BY id")
    for _, definition in indexes:
        cursor.execute(definition)
    for name, definition in keys:  # of what comes from now on; these rows are known to be right
        rest = definition.removesuffix(" NOT VALID")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rest} NOT VALID")
