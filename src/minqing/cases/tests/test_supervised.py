"""督办: listed with a sponsor, reported on by dates, released only by the body that listed it; rules that propose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases.models import Case
from minqing.cases.models_joint import RELEASED, Listing, ProgressReport, Proposal
from minqing.cases.public import Report, StepInput, open_case, take_step
from minqing.cases.queries.supervision import (
    LedgerFilters,
    count_proposals,
    ledger,
    may_sponsor,
    proposals,
    reports_due,
    supervision_of,
)
from minqing.cases.services.proposing import dismiss, propose, rule_words, set_rule
from minqing.cases.services.supervising import list_case, report_progress, sweep_reports
from minqing.journal.public import timeline
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import FOLLOW_UP_CALLER, HANDLER, SUPERVISOR, TOWN_DISPATCHER, TOWN_SECRETARY
from minqing.notices.models import Notice
from minqing.workflow import public as workflow

pytestmark = pytest.mark.django_db
WORDS = "举坑村自来水一到周末就停，说了三年。"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def opened(here: SmallCounty) -> Case:
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    return open_case(report, by=None, at=AT)


def listed(here: SmallCounty, *, at_town: bool = False, days: int = 7) -> tuple[Case, Listing]:
    case = opened(here)
    by = here.actor(SUPERVISOR, area=here.town) if at_town else here.actor(SUPERVISOR)
    listing = list_case(
        case_id=case.id, reason="群众反映三年没有解决", sponsor_id=here.actor(TOWN_SECRETARY).person_id,
        interval_days=days, unit_id=here.unit.id, by=by, at=AT, leg=1,
    )  # fmt: skip
    case.refresh_from_db()
    return case, listing


def test_a_case_is_listed_with_its_sponsor_and_its_first_date(here):
    case, listing = listed(here)
    run = workflow.run_of("case", case.id)
    assert (run.procedure, run.state, run.unit_id) == ("supervised", "handling", here.unit.id)
    assert (run.sponsor_id, run.listed_area_id) == (here.actor(TOWN_SECRETARY).person_id, here.county.id)
    report = ProgressReport.objects.get(listing=listing)
    assert timedelta(days=6) < report.due_at - AT < timedelta(days=12)
    assert run.sponsor_id is not None
    assert Notice.objects.filter(person_id=run.sponsor_id).exists()
    with pytest.raises(Refused, match="不能再列入督办"):
        list_case(
            case_id=case.id,
            reason="再列",
            sponsor_id=run.sponsor_id,
            interval_days=7,
            by=here.actor(SUPERVISOR),
            at=AT,
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "请写明为什么转"),
        ({"unit_id": None}, "要先选定主办单位"),
        ({"interval_days": 0}, "间隔请填 1 到 90 天"),
        ({"sponsor_id": UUID(int=7)}, "."),
    ],
)
def test_what_a_listing_needs(here, changes, words):
    case = opened(here)
    given = {
        "reason": "拖得太久", "sponsor_id": here.actor(TOWN_SECRETARY).person_id, "interval_days": 7,
        "unit_id": here.unit.id,
    }  # fmt: skip
    with pytest.raises(Refused, match=words):
        list_case(case_id=case.id, **(given | changes), by=here.actor(SUPERVISOR), at=AT)
    assert not Listing.objects.exists()


def test_only_a_supervisor_lists(here):
    case = opened(here)
    with pytest.raises(NotAllowed):
        list_case(
            case_id=case.id, reason="拖", sponsor_id=here.actor(TOWN_SECRETARY).person_id, interval_days=7,
            unit_id=here.unit.id, by=here.actor(TOWN_DISPATCHER), at=AT,
        )  # fmt: skip


def test_who_may_be_a_sponsor_there(here):
    secretary = here.actor(TOWN_SECRETARY)
    elsewhere = here.actor(TOWN_SECRETARY, area=here.other_town)
    ids = [one for one, _ in may_sponsor(here.village.path, on=AT.date())]
    assert str(secretary.person_id) in ids
    assert str(elsewhere.person_id) not in ids


def test_reports_are_due_late_and_missed(here):
    handler = here.actor(HANDLER, unit=here.unit)
    case, listing = listed(here)
    assert (
        report_progress(
            case_id=case.id, words="已约水务集团现场看", by=handler, at=AT + timedelta(days=2)
        ).number
        == 1
    )
    late = AT + timedelta(days=40)
    second = ProgressReport.objects.get(listing=listing, number=2)
    assert sweep_reports(at=second.due_at) == 1
    assert sweep_reports(at=second.due_at) == 0
    while sweep_reports(at=late):
        pass
    waiting = ProgressReport.objects.filter(listing=listing, closed_at=None)
    assert waiting.filter(due_at__gt=late).count() == 1
    overdue = waiting.filter(due_at__lte=late).count()
    assert overdue >= 2
    supervisor = here.actor(SUPERVISOR)
    assert ledger(supervisor, LedgerFilters(late=True), at=late).total == 1
    assert [one.row.id for one in reports_due(handler, at=late)] == [case.id]
    assert report_progress(case_id=case.id, words="管子换好了", by=handler, at=late).number == 2
    file = supervision_of(case, by=handler, at=late)
    assert file is not None
    assert [line.was_late for line in file.lines[:2]] == [False, True]
    assert sum(line.is_missed for line in file.lines) == overdue - 1
    found = ledger(supervisor, LedgerFilters(), at=late)
    assert (found.total, found.late_count, found.rows[0].reported, found.rows[0].missed) == (
        1,
        0,
        2,
        overdue - 1,
    )
    said = " ".join(line.sentence for line in timeline("case", case.id))
    assert "第 2 次督办进展没有按时报" in said
    assert "第 2 次督办进展（迟报）" in said
    with pytest.raises(NotAllowed):
        report_progress(case_id=case.id, words="我也来报", by=supervisor, at=late)


def test_release_is_for_the_body_that_listed_it(here):
    handler, secretary = here.actor(HANDLER, unit=here.unit), here.actor(TOWN_SECRETARY)
    case, listing = listed(here)
    county, town = here.actor(SUPERVISOR), here.actor(SUPERVISOR, area=here.town)
    step: dict[str, Any] = {"case_id": case.id, "at": AT + timedelta(days=1)}
    take_step(step="apply", given=StepInput({"result": "新管子已通水"}), by=handler, **step)
    with pytest.raises(NotAllowed, match="包案领导"):
        take_step(step="sign", given=StepInput(), by=county, **step)
    take_step(step="sign", given=StepInput({"opinion": "属实"}), by=secretary, **step)
    take_step(
        step="confirm", given=StepInput({"content": "content"}), by=here.actor(FOLLOW_UP_CALLER), **step
    )
    with pytest.raises(NotAllowed, match="列督单位"):
        take_step(step="release", given=StepInput(), by=town, **step)
    take_step(step="send_back", given=StepInput({"reason": "再看一个周末"}), by=county, **step)
    for one, by, values in (
        ("apply", handler, {"result": "周末也有水"}),
        ("sign", secretary, {}),
        ("confirm", here.actor(FOLLOW_UP_CALLER), {"content": "content"}),
        ("release", county, {"opinion": "同意"}),
    ):
        case = take_step(step=one, given=StepInput(values), by=by, **step)
    listing.refresh_from_db()
    assert case.closed_at
    assert (listing.ended_how, listing.ended_at) == (RELEASED, step["at"])
    assert not ProgressReport.objects.filter(listing=listing, closed_at=None).exists()
    assert ledger(county, LedgerFilters(stands="ended"), at=AT).total == 1
    assert ledger(county, LedgerFilters(), at=AT).counts == {"open": 0, "ended": 1}


def test_the_ledger_counts_what_its_filters_open(here):
    listed(here)
    listed(here, at_town=True)
    supervisor, other = here.actor(SUPERVISOR), here.actor(SUPERVISOR, area=here.other_town)
    assert ledger(supervisor, LedgerFilters(), at=AT).total == 2
    assert ledger(supervisor, LedgerFilters(area_id=here.town.id), at=AT).total == 1
    secretary = here.actor(TOWN_SECRETARY).person_id
    assert ledger(supervisor, LedgerFilters(sponsor_id=secretary), at=AT).total == 2
    assert ledger(other, LedgerFilters(), at=AT).total == 0
    assert [name for _, name in ledger(supervisor, LedgerFilters(), at=AT).areas] == ["嵊州市", "谷来镇"]


def test_rules_propose_and_a_person_decides(here):
    county, town = here.actor(SUPERVISOR), here.actor(SUPERVISOR, area=here.town)
    set_rule(urged=3, sent_back=None, red_days=5, by=county, at=AT)
    rule = set_rule(urged=2, sent_back=2, red_days=None, by=town, at=AT)
    assert rule_words(rule) == "催办满 2 次，或退回重办满 2 次"
    with pytest.raises(Refused, match="1 到 365"):
        set_rule(urged=0, sent_back=None, red_days=None, by=town, at=AT)
    quiet, urged = opened(here), opened(here)
    Case.everything.filter(id=urged.id).update(urges=2)
    assert propose(at=AT) == 1
    assert propose(at=AT) == 0
    [(proposal, row)] = proposals(town, at=AT)
    assert (row.id, proposal.reasons, proposal.area_id) == (urged.id, "催办 2 次", here.town.id)
    assert count_proposals(county) == 1
    assert count_proposals(here.actor(SUPERVISOR, area=here.other_town)) == 0
    with pytest.raises(Refused, match="请写明"):
        dismiss(proposal_id=proposal.id, why="", by=town, at=AT)
    dismiss(proposal_id=proposal.id, why="明天就修", by=town, at=AT)
    with pytest.raises(Conflict):
        dismiss(proposal_id=proposal.id, why="明天就修", by=town, at=AT)
    assert propose(at=AT) == 0  # the same count again is no news
    workflow.Run.everything.filter(id=quiet.run_id).update(overdue_since=AT - timedelta(days=6))
    assert propose(at=AT) == 1
    found = Proposal.objects.get(case=quiet)
    assert found.reasons == "超时满 5 天"
    list_case(
        case_id=quiet.id, reason="拖了六天", sponsor_id=here.actor(TOWN_SECRETARY).person_id, interval_days=7,
        unit_id=here.unit.id, by=county, at=AT,
    )  # fmt: skip
    found.refresh_from_db()
    assert found.accepted
    assert count_proposals(county) == 0
