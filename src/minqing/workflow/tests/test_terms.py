"""Terms are data: dated, with a reason, for what begins later; nothing extra is read for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from minqing.accounts.tests.factories import AT
from minqing.journal.public import timeline
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, VILLAGE_CLERK
from minqing.workflow import public as workflow
from minqing.workflow.models import Leg
from minqing.workflow.parts import Measure, Within, calendar_days, working_days, working_hours
from minqing.workflow.procedure import only
from minqing.workflow.rules import ZONE, Calendar, Term
from minqing.workflow.terms import OVERALL, span_of
from minqing.workflow.tests.errand import Errand
from minqing.workflow.tests.test_clocks import begin
from minqing.workflow.tests.test_pausing import Watched, accepted

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def set_term(county, state="reported", within=None, at=AT, **changes):
    given = {"of": "errand", "yellow_percent": None, "holds_from": TODAY, "why": "通知"} | changes
    return workflow.set_term(
        **given, state=state, within=within, by=county.actor(SYSTEM_ADMINISTRATOR), at=at
    )  # fmt: skip


def test_a_term_holds_from_its_day_on(county):
    workflow.ensure_calendar(at=AT - timedelta(days=1))
    set_term(county, within=working_hours(1), holds_from=date(2026, 11, 24), yellow_percent=50)
    before = begin(county)
    after = begin(county, at=datetime(2026, 11, 24, 9, tzinfo=ZONE))
    assert before.next_due_at == datetime(2026, 11, 20, 16, tzinfo=ZONE)
    assert after.next_due_at == datetime(2026, 11, 24, 10, tzinfo=ZONE)
    assert after.yellow_at == datetime(2026, 11, 24, 9, 30, tzinfo=ZONE)
    leg = Leg.objects.get(run=after)
    assert (leg.term_version, leg.within, leg.calendar_version) == (2, working_hours(1), 2)
    said = timeline("calendar", county.county.id)[-1].sentence
    assert said == "调整了时限：“跑腿”“待受理”时限1 个工作小时，最后 50% 预警，自2026年11月24日起（通知）"
    assert not [one for one in workflow.recomputations() if one.version.number == 2], (
        "no clock that runs moves"
    )


def test_reading_terms_costs_no_statement(county, django_assert_num_queries):
    workflow.ensure_calendar(at=AT - timedelta(days=1))
    set_term(county, within=working_hours(1))
    workflow.current_calendar()
    with django_assert_num_queries(3):  # the calendar's version, two rows written
        begin(county, at=AT + timedelta(hours=1))


def test_the_whole_way_has_terms_too_and_renames_carry_them(county):
    workflow.ensure_calendar(at=AT - timedelta(days=1))
    with only(Watched):
        set_term(county, of="watched", state=OVERALL, within=working_days(9), yellow_percent=10)
        run = accepted(county, Watched)
        assert (run.overall_amount, run.overall_yellow_percent) == (9, 10)
        assert workflow.running_under(Watched, OVERALL) == 1
        assert [line.label for line in workflow.terms_of_all(at=AT)[0].lines][:2] == ["整个规程", "全程"]
    term = Term(7, AT - timedelta(days=1), calendar_days(3))
    renamed = span_of(Errand, Errand.accepted, Calendar(terms={("errand", "waiting"): (term,)}), AT)
    assert (renamed.within, renamed.version) == (calendar_days(3), 7)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"state": "", "within": working_days(1)}, "只能改预警比例"),
        ({"within": working_days(0)}, "应在 1 到 250 个工作日之间"),
        ({"within": Within(9999, Measure.WORKING_HOURS)}, "应在 1 到 2000 个工作小时之间"),
        ({"yellow_percent": 101}, "0 到 100"),
        ({"why": " "}, "为什么改"),
        ({"why": "长" * 301}, "不能超过 300"),
        ({"holds_from": date(2026, 11, 19)}, "不能是过去"),
        ({"holds_from": date(2028, 11, 19)}, "一年以内"),
    ],
)
def test_what_cannot_be_is_refused(county, given, sentence):
    with pytest.raises(Refused, match=sentence):
        set_term(county, **given)


def test_only_what_is_there_is_changed_and_only_by_who_may(county):
    for given in ({"of": "nothing"}, {"state": "nothing"}, {"state": "closed"}, {"state": OVERALL}):
        with pytest.raises(NotThere):
            set_term(county, **given)
    with pytest.raises(NotAllowed):
        workflow.set_term(
            of="errand", state="reported", within=None, yellow_percent=None, holds_from=TODAY, why="通知",
            by=county.actor(VILLAGE_CLERK), at=AT,
        )  # fmt: skip


def test_the_list_says_what_holds_and_what_is_coming(county):
    workflow.ensure_calendar(at=AT - timedelta(days=1))
    set_term(county, within=working_hours(1))
    set_term(county, within=working_hours(2), holds_from=date(2026, 12, 24))
    set_term(county, within=working_hours(3), holds_from=date(2026, 12, 1))
    (errand,) = workflow.terms_of_all(at=AT + timedelta(minutes=1))
    line = next(one for one in errand.lines if one.state == "reported")
    assert line.is_changed
    assert line.coming is not None
    assert line.coming.amount == 3, "the next one"
    assert line.yellow_words == "按全县"
    assert [one.span_words for one in workflow.terms_set("errand", "reported")] == [
        "2 个工作小时", "3 个工作小时", "1 个工作小时"
    ]  # fmt: skip
