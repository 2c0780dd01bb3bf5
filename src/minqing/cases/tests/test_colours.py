"""The colour of a case on any past day comes from the journal alone, and equals what was shown that day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.kernel.errors import Refused
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK, VILLAGE_SECRETARY
from minqing.workflow import public as workflow

pytestmark = pytest.mark.django_db
DOINGS = (
    "accept",
    "lift",
    "hand_back",
    "finish",
    "redo",
    "pause",
    "resume",
    "extend",
    "holiday",
    "hours",
    "nothing",
)
days = st.lists(st.tuples(st.sampled_from(DOINGS), st.integers(0, 9)), min_size=3, max_size=14)


class Life:
    """A case in its county, and what somebody does to it day by day."""

    def __init__(self, county: SmallCounty) -> None:
        self.county = county
        self.clerk, self.dispatcher = county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
        self.secretary = county.actor(VILLAGE_SECRETARY)
        report = cases.Report(
            id=cases.new_report_id(),
            source=cases.OFFICER,
            area_id=county.grid.id,
            words="路口的路灯坏了三天。",
        )
        self.case = cases.open_case(report, by=self.clerk, at=AT)

    @property
    def run(self) -> workflow.Run:
        return workflow.run_of("case", self.case.id)

    def do(self, what: str, number: int, at: datetime) -> None:
        """Do something if it can be done now; a refusal is none."""
        with suppress(Refused):
            getattr(self, f"do_{what}", lambda *_: self.step(what, at))(number, at)

    def step(self, name: str, at: datetime) -> None:
        by = self.dispatcher if name == "hand_back" else self.clerk
        given = cases.StepInput({"reason": "不归我们", "result": "修好了", "content": "content"})
        cases.take_step(case_id=self.case.id, step=name, given=given, by=by, at=at)

    def do_pause(self, number: int, at: datetime) -> None:
        until = (at + timedelta(days=1 + number)).date()
        asked = workflow.ask_pause(run_id=self.run.id, until=until, why="等配件", by=self.clerk, at=at)
        self.grant(asked.id, at)

    def do_extend(self, number: int, at: datetime) -> None:
        asked = workflow.ask_extension(
            run_id=self.run.id, amount=1 + number % 3, why="难", by=self.clerk, at=at
        )
        self.grant(asked.id, at)

    def grant(self, request_id, at: datetime) -> None:
        workflow.decide_request(
            request_id=request_id, run_id=self.run.id, granted=True, why="", by=self.dispatcher, at=at
        )

    def do_resume(self, number: int, at: datetime) -> None:
        workflow.end_pause(run_id=self.run.id, by=self.clerk, at=at)

    def do_holiday(self, number: int, at: datetime) -> None:
        day = (at + timedelta(days=number - 3)).date()
        works = not workflow.current_calendar().is_working(day)
        administrator = self.county.actor(SYSTEM_ADMINISTRATOR)
        workflow.set_working_day(day=day, is_working=works, label="改", by=administrator, at=at)

    def do_hours(self, number: int, at: datetime) -> None:
        morning, afternoon = workflow.current_calendar().hours
        administrator = self.county.actor(SYSTEM_ADMINISTRATOR)
        workflow.set_office_hours(
            morning=morning, afternoon=afternoon, yellow_percent=number * 10, by=administrator, at=at
        )

    def do_nothing(self, number: int, at: datetime) -> None:
        pass


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days)
def test_colours_of_past_days_equal_what_was_shown(days: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        life = Life(small_county())
        shown: list[tuple[datetime, workflow.Colour]] = []
        for offset, (what, number) in enumerate(days):
            for hour in (1, 9, 15):  # before anything is done that day, after it, and at night
                at = AT + timedelta(days=offset, hours=hour)
                if hour == 9:
                    life.do(what, number, at)
                workflow.end_pauses(at=at)
                workflow.recompute_clocks(at=at)
                workflow.sweep_overdue(at=at)
                shown.append((at, workflow.face(life.run, at=at).colour))
        for at, colour in shown:
            assert workflow.colour_on("case", life.case.id, at) is colour, at
        assert workflow.colour_on("case", life.case.id, AT - timedelta(seconds=1)) is None
        clocks = workflow.clocks_of("case", life.case.id)
        changes = workflow.colour_changes(clocks, at=shown[-1][0])
        for at, colour in shown:
            assert [one for one in changes if one.at <= at][-1].colour is colour, at
        transaction.set_rollback(True)


def test_changes_of_colour_are_told_with_their_reasons() -> None:
    life = Life(small_county())
    late = AT + timedelta(days=7)
    life.step("accept", AT + timedelta(hours=1))
    changes = workflow.colour_changes(workflow.clocks_of("case", life.case.id), at=late)
    assert [(one.colour.label, one.why) for one in changes][1:] == [
        ("将到期", "时间到了"),
        ("已超时", "时间到了"),
    ]
    assert changes[0].why.startswith("由工作人员登记") or "登记为事项" in changes[0].why
    life.do("pause", 1, late)
    assert workflow.colour_on("case", life.case.id, late) is workflow.Colour.GREY
    assert date(2026, 11, 20) == AT.date()
