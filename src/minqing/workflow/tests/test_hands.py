"""Two hands share the batches of a recomputation: each clock once, nothing lost where one fails, no verdict twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection

from minqing.accounts.tests.factories import AT
from minqing.journal.public import Entry
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR
from minqing.workflow import public as workflow
from minqing.workflow.events import ClockMoved, VerdictChanged
from minqing.workflow.models import Leg, Recomputation, Run, current_calendar
from minqing.workflow.services import hands, recompute
from minqing.workflow.services import recompute_sql as statements
from minqing.workflow.services.due_sql import calendar_tables
from minqing.workflow.tests.test_pausing import MONDAY_CLOSE, accepted, step

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 11, 23)
LATER = MONDAY_CLOSE + timedelta(days=3)
SOON = 20  # seconds; nobody waits for so long unless something hangs


@pytest.fixture
def administrator(county):
    workflow.ensure_calendar(at=AT - timedelta(days=9))
    workflow.recompute_clocks(at=AT - timedelta(days=8))
    return county.actor(SYSTEM_ADMINISTRATOR)


def day_off(administrator, at=AT):
    workflow.set_working_day(day=MONDAY, is_working=False, label="大雪停班", by=administrator, at=at)


def moved() -> list[str]:
    return [str(one.subject_id) for one in Entry.objects.filter(kind=ClockMoved.kind)]


def test_every_clock_moves_once_by_one_hand_or_the_other(county, administrator, monkeypatch):
    monkeypatch.setattr(hands, "RECOMPUTE_BATCH", 1)
    runs = [accepted(county) for _ in range(6)]
    met, who = threading.Barrier(hands.HANDS), set()

    def both_take_part(calendar, moves=statements.running_moves):
        if threading.get_ident() not in who and len(moved()):
            who.add(threading.get_ident())
            met.wait(SOON)
        return moves(calendar)

    monkeypatch.setattr(statements, "running_moves", both_take_part)
    day_off(administrator)
    assert workflow.recompute_clocks(at=AT) == 6
    assert len(who) == hands.HANDS
    assert sorted(moved()) == sorted(str(run.subject_id) for run in runs)
    assert set(Run.everything.values_list("next_due_at")) == {(MONDAY_CLOSE + timedelta(days=1),)}
    assert Recomputation.objects.get(first_day=MONDAY).running_moved == 6


def test_where_a_hand_fails_what_is_done_stays_and_the_rest_is_done_again(county, administrator, monkeypatch):
    monkeypatch.setattr(hands, "RECOMPUTE_BATCH", 1)
    runs = [accepted(county) for _ in range(6)]
    own, broke = threading.get_ident(), threading.Event()

    def the_other_fails(calendar, moves=statements.running_moves):
        if threading.get_ident() != own:
            broke.set()
            raise ConnectionError("the line broke")
        if moved():
            broke.wait(SOON)
        return moves(calendar)

    with monkeypatch.context() as broken:
        broken.setattr(statements, "running_moves", the_other_fails)
        day_off(administrator)
        with pytest.raises(ConnectionError):
            workflow.recompute_clocks(at=AT)
    before = len(moved())
    assert 1 <= before < 6
    assert Recomputation.objects.get(first_day=MONDAY).done_at is None
    assert workflow.recompute_clocks(at=AT) == 6 - before
    assert sorted(moved()) == sorted(str(run.subject_id) for run in runs)


def test_two_that_correct_the_same_batch_say_a_verdict_once(county, administrator, monkeypatch):
    run = accepted(county)
    step(county, run, "assign", MONDAY_CLOSE + timedelta(hours=1), unit_id=county.unit.id)
    day_off(administrator, at=LATER)
    version, calendar = Recomputation.objects.get(first_day=MONDAY), current_calendar()
    met, tables = threading.Barrier(2), partial(calendar_tables, calendar, date(2026, 12, 1))

    def both_have_read(given, new=statements.closed_new):
        met.wait(SOON)
        return new(given)

    def correct() -> None:
        try:
            with tables():
                recompute._closed(version, calendar, LATER, None, tables)
        finally:
            connection.close()

    monkeypatch.setattr(statements, "closed_new", both_have_read)
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(correct), pool.submit(correct)]:
            one.result()
    assert Leg.objects.get(run=run, number=2).due_at == MONDAY_CLOSE + timedelta(days=1)
    assert Entry.objects.filter(kind=VerdictChanged.kind).count() == 1
    version.refresh_from_db()
    assert (version.closed_moved, version.verdicts_changed) == (1, 1)
