"""The statements by which clocks are recomputed in batches; ``services.recompute`` runs them and says in which order.

A batch is a temporary table ``clock_batch`` of clocks as they stood, ``clock_new`` holds what they come out at. Runs
are locked before their legs, like a step does it; one that somebody is moving is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from minqing.workflow.models_clocks import ENDED, GRANTED
from minqing.workflow.rules import Calendar
from minqing.workflow.services.due_sql import due_of_spans

WHOLE_LABEL: Final = "全程"
_GRANTED: Final = f"('{GRANTED}', '{ENDED}')"
_LABELS: Final = (
    "unnest(%(procedures)s::text[], %(states)s::text[], %(labels)s::text[])"
    " AS named (procedure, state, label)"
)
_CLOCK: Final = (
    "'{\"due_at\":' || coalesce(to_json(due)::text, 'null') || ',\"paused_until\":null,\"yellow_at\":'"
    " || coalesce(to_json(yellow)::text, 'null') || '}'"
)


# For finding the next rows of a batch and for writing them: by their keys, however large the tables are. Left alone,
# the planner may read whole tables and sort them, once a batch: ten times the clocks, a hundred times the time.
BY_KEYS: Final = (
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off"
)
FREELY: Final = "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; SET LOCAL enable_sort = on"


def running_batch(*, dated: bool) -> str:
    """Lock the next running clocks that the changed days can touch (all, where no days changed)."""
    touched = (
        "AND ((coalesce(l.counted_from, l.entered_at) < %(last)s AND l.due_at >= %(first)s)"
        " OR (r.started_at < %(last)s AND r.overall_due_at >= %(first)s))"
        if dated
        else ""
    )
    return f"""
    DROP TABLE IF EXISTS pg_temp.clock_batch;
    CREATE TEMPORARY TABLE clock_batch ON COMMIT DROP AS
    SELECT r.id AS run_id, r.subject_kind, r.subject_id, r.area_id, r.procedure, r.state, r.started_at,
           r.overall_amount, r.overall_measure, coalesce(r.overall_yellow_percent, %(percent)s) AS overall_percent,
           r.overall_due_at, r.overall_yellow_at, l.id AS leg_id,
           coalesce(l.counted_from, l.entered_at) AS entered_at, l.within_amount, l.within_measure,
           coalesce(l.yellow_percent, %(percent)s) AS percent, l.due_at, l.yellow_at
    FROM workflow_run AS r
    JOIN workflow_leg AS l ON l.run_id = r.id AND l.left_at IS NULL
    WHERE r.finished_at IS NULL AND r.next_due_at IS NOT NULL AND r.calendar_version < %(number)s
      AND r.id > %(after)s {touched}
      AND NOT EXISTS (SELECT FROM workflow_clock_request AS q WHERE q.run_id = r.id AND q.state IN {_GRANTED})
    ORDER BY r.id LIMIT %(limit)s FOR NO KEY UPDATE OF r SKIP LOCKED
    """  # noqa: S608 - nothing in it comes from outside


_NEARER: Final = "(n.whole_due IS NOT NULL AND (n.due IS NULL OR n.whole_due < n.due))"


def running_moves(calendar: Calendar) -> Iterator[str]:
    """Compute a batch of running clocks, write legs and runs, and leave in ``clock_moved`` what is to be journalled."""
    legs = "(SELECT run_id AS key, entered_at AS start, within_amount AS amount, within_measure AS measure, percent"
    legs += " FROM clock_batch WHERE within_amount IS NOT NULL)"
    wholes = (
        "(SELECT run_id AS key, started_at AS start, overall_amount AS amount, overall_measure AS measure,"
    )
    wholes += " overall_percent AS percent FROM clock_batch WHERE overall_amount IS NOT NULL)"
    yield f"""
    DROP TABLE IF EXISTS pg_temp.clock_new;
    CREATE TEMPORARY TABLE clock_new ON COMMIT DROP AS
    SELECT b.*, n.due, n.yellow, coalesce(n.provisional, false) AS provisional,
           w.due AS whole_due, w.yellow AS whole_yellow, coalesce(w.provisional, false) AS whole_provisional
    FROM clock_batch AS b
    LEFT JOIN ({due_of_spans(legs, calendar)}) AS n ON n.key = b.run_id
    LEFT JOIN ({due_of_spans(wholes, calendar)}) AS w ON w.key = b.run_id
    """  # noqa: S608
    yield BY_KEYS
    yield """
    UPDATE workflow_leg AS l SET due_at = n.due, yellow_at = n.yellow, provisional = n.provisional,
           calendar_version = %(version)s
    FROM clock_new AS n WHERE l.id = n.leg_id
    """
    yield f"""
    UPDATE workflow_run AS r SET
           next_due_at = CASE WHEN {_NEARER} THEN n.whole_due ELSE n.due END,
           yellow_at = CASE WHEN {_NEARER} THEN n.whole_yellow ELSE n.yellow END,
           provisional = CASE WHEN {_NEARER} THEN n.whole_provisional ELSE n.provisional END,
           measure = CASE WHEN {_NEARER} THEN r.overall_measure ELSE n.within_measure END,
           by_overall = {_NEARER}, calendar_version = %(version)s,
           overdue_since = CASE WHEN n.due > %(at)s THEN NULL ELSE r.overdue_since END,
           overall_due_at = n.whole_due, overall_yellow_at = n.whole_yellow,
           overall_provisional = n.whole_provisional,
           overall_overdue_since = CASE WHEN n.whole_due > %(at)s THEN NULL ELSE r.overall_overdue_since END
    FROM clock_new AS n WHERE r.id = n.run_id
    """  # noqa: S608
    yield FREELY
    yield f"""
    DROP TABLE IF EXISTS pg_temp.clock_moved;
    CREATE TEMPORARY TABLE clock_moved ON COMMIT DROP AS
    SELECT m.subject_kind, m.subject_id, m.area_id, m.run_id, coalesce(named.label, m.state) AS state_label,
           m.before, m.after, m.provisional, %(number)s AS calendar_version, m.overall_before, m.overall_after,
           {_CLOCK} AS clock
    FROM (SELECT n.subject_kind, n.subject_id, n.area_id, n.run_id, n.procedure, n.state, n.due_at AS before,
                 n.due AS after, n.provisional, n.overall_due_at AS overall_before, n.whole_due AS overall_after,
                 CASE WHEN {_NEARER} THEN n.whole_due ELSE n.due END AS due,
                 CASE WHEN {_NEARER} THEN n.whole_yellow ELSE n.yellow END AS yellow
          FROM clock_new AS n
          WHERE (n.due_at, n.yellow_at, n.overall_due_at, n.overall_yellow_at)
                IS DISTINCT FROM (n.due, n.yellow, n.whole_due, n.whole_yellow)) AS m
    LEFT JOIN {_LABELS} ON named.procedure = m.procedure AND named.state = m.state
    """  # noqa: S608


@dataclass(frozen=True, slots=True)
class Closed:
    """How one kind of what is over is read, corrected, and what turned is found."""

    batch: str
    correct: str


def _closed(table: str, columns: dict[str, str], label: str, version: str = "") -> Closed:
    """The statements for legs or for whole runs; ``columns`` says how their table calls each."""
    due, yellow, provisional = (columns[name] for name in ("due", "yellow", "provisional"))
    batch = f"""
    DROP TABLE IF EXISTS pg_temp.clock_batch;
    CREATE TEMPORARY TABLE clock_batch ON COMMIT DROP AS
    SELECT t.id AS key, t.{columns["run"]} AS run_id, t.state, {columns["start"]} AS start,
           t.{columns["amount"]} AS amount, t.{columns["measure"]} AS measure,
           coalesce(t.{columns["percent"]}, %(percent)s) AS percent, t.{columns["due"]} AS due_at,
           t.{columns["yellow"]} AS yellow_at, t.{columns["provisional"]} AS provisional, t.{columns["left"]} AS left_at
    FROM {table} AS t
    WHERE t.id > %(after)s AND t.{columns["left"]} >= %(since)s AND t.{columns["left"]} < %(until)s
      AND {columns["start"]} < %(last)s AND t.{columns["due"]} >= %(first)s
      AND NOT EXISTS (SELECT FROM workflow_clock_request AS q
                      WHERE q.run_id = t.{columns["run"]} AND q.state IN {_GRANTED})
    ORDER BY t.id LIMIT %(limit)s
    """  # noqa: S608
    # Two that correct the same batch: the later waits for each row, finds it corrected, and says nothing.
    correct = f"""
    WITH corrected AS (
        UPDATE {table} AS t SET {due} = n.due, {yellow} = n.yellow, {provisional} = n.provisional {version}
        FROM clock_new AS n
        WHERE t.id = n.key AND t.{due} = n.due_at
          AND (t.{due}, t.{yellow}, t.{provisional}) IS DISTINCT FROM (n.due, n.yellow, n.provisional)
        RETURNING n.run_id, n.state, n.left_at, n.due_at AS before, n.due AS after
    ), turned AS (
        INSERT INTO clock_verdict
        SELECT r.subject_kind, r.subject_id, r.area_id, r.id, {label}, c.before, c.after, c.left_at,
               c.left_at <= c.after, %(number)s
        FROM corrected AS c
        JOIN workflow_run AS r ON r.id = c.run_id
        LEFT JOIN {_LABELS} ON named.procedure = r.procedure AND named.state = c.state
        WHERE (c.left_at <= c.before) <> (c.left_at <= c.after)
    )
    SELECT count(*) FROM corrected
    """  # noqa: S608
    return Closed(batch, correct)


CLOSED_LEGS: Final = _closed(
    "workflow_leg",
    {
        "run": "run_id", "start": "coalesce(t.counted_from, t.entered_at)", "amount": "within_amount",
        "measure": "within_measure",
        "percent": "yellow_percent", "due": "due_at", "yellow": "yellow_at", "provisional": "provisional",
        "left": "left_at",
    },
    "coalesce(named.label, c.state)",
    ", calendar_version = %(number)s",
)  # fmt: skip
CLOSED_RUNS: Final = _closed(
    "workflow_run",
    {
        "run": "id", "start": "t.started_at", "amount": "overall_amount", "measure": "overall_measure",
        "percent": "overall_yellow_percent", "due": "overall_due_at", "yellow": "overall_yellow_at",
        "provisional": "overall_provisional", "left": "finished_at",
    },
    f"'{WHOLE_LABEL}'",
)  # fmt: skip
VERDICTS: Final = """
DROP TABLE IF EXISTS pg_temp.clock_verdict;
CREATE TEMPORARY TABLE clock_verdict (
    subject_kind text, subject_id uuid, area_id uuid, run_id uuid, state_label text, before timestamptz,
    after timestamptz, left_at timestamptz, on_time boolean, calendar_version int
) ON COMMIT DROP
"""


def closed_new(calendar: Calendar) -> str:
    """Compute a batch of clocks that are over, in the order of their keys: in that order they are locked."""
    return f"""
    DROP TABLE IF EXISTS pg_temp.clock_new;
    CREATE TEMPORARY TABLE clock_new ON COMMIT DROP AS
    SELECT b.key, b.run_id, b.state, b.left_at, b.due_at, n.due, n.yellow, n.provisional
    FROM clock_batch AS b JOIN ({due_of_spans("clock_batch", calendar)}) AS n ON n.key = b.key
    ORDER BY b.key
    """  # noqa: S608
