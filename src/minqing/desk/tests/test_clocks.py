"""Time is asked for and granted on the case page; an office changes a term; what a changed day moved is listed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.public import Case, Report, new_report_id, open_case
from minqing.cases.services.moved import tell_holders
from minqing.cases.services.telling import read
from minqing.desk.tests.county import WORDS, Desk, telephoned
from minqing.journal.public import Entry, deliver
from minqing.kernel import clock
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.notices.models import Notice
from minqing.workflow import public as workflow
from minqing.workflow.models import ClockRequest, Leg

ASK = {"amount": "1", "which": "leg", "why": "材料还没送到"}


@pytest.fixture
def case(desk: Desk):
    return telephoned(desk.county.grid)


def reported(desk: Desk, *, minutes: int) -> Case:
    """A case that came in so many minutes later."""
    report = Report(id=new_report_id(), source="door_code", area_id=desk.county.grid.id, words=WORDS)
    return open_case(report, by=None, at=AT + timedelta(minutes=minutes))


def page(client, name: str, *arguments: object, status: int = 200, **data: object) -> str:
    address = reverse(f"desk:{name}", args=arguments)
    answer = client.post(address, data) if data else client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_more_time_is_asked_for_and_granted_by_somebody_else(desk: Desk, case) -> None:
    dispatcher, reviewer = desk.as_(TOWN_DISPATCHER), desk.as_(REVIEWER)
    shown = page(dispatcher, "case", case.id)
    assert "申请延期" in shown
    assert "申请挂起" in shown
    assert "原来 2 个工作小时" in page(dispatcher, "clock_extend", case.id)
    assert "请改小" in page(dispatcher, "clock_extend", case.id, status=400, **(ASK | {"amount": "9"}))
    page(dispatcher, "clock_extend", case.id, status=302, **ASK)
    waiting = page(dispatcher, "case", case.id)
    assert "申请延期 1 个工作小时" in waiting
    assert "不同意</button>" not in waiting, "not by who asked"
    for name in ("clock_extend", "clock_pause"):
        at_once = page(dispatcher, name, case.id, status=409)
        assert f"{reverse('desk:case', args=[case.id])}#clock-asked" in at_once, (
            "before anything is filled in"
        )
        assert "提交申请" not in at_once
    typed = page(dispatcher, "clock_extend", case.id, status=409, **ASK)
    assert "材料还没送到" in typed, "what was typed is kept"
    asked = ClockRequest.objects.get()
    read(list(Entry.objects.filter(kind="workflow.clock_asked")), at=AT)
    (told,) = Notice.objects.filter(kind="cases.clock_asked")
    assert told.person_id == desk.county.people["reviewer"].id, "who decides, and not who asked"
    assert "同意" in page(reviewer, "case", case.id)
    page(reviewer, "clock_decide", case.id, asked.id, status=302, granted="no", why="")
    assert ClockRequest.objects.get().state == "asked", "a refusal wants its reason"
    page(reviewer, "clock_decide", case.id, asked.id, status=302, granted="yes", why="可以")
    assert "审核员" in page(reviewer, "case", case.id)
    assert workflow.run_of("case", case.id).next_due_at == AT + timedelta(hours=5)  # three hours, over lunch


def test_a_pause_is_asked_for_granted_and_ended_by_hand(desk: Desk, case) -> None:
    dispatcher, reviewer = desk.as_(TOWN_DISPATCHER), desk.as_(REVIEWER)
    assert "60 天以内" in page(
        dispatcher, "clock_pause", case.id, status=400, until="2026-11-20", why="等住户回来"
    )
    page(dispatcher, "clock_pause", case.id, status=302, until="2026-11-24", why="等住户回来")
    page(reviewer, "clock_decide", case.id, ClockRequest.objects.get().id, status=302, granted="yes", why="")
    shown = page(dispatcher, "case", case.id)
    assert "已挂起，到11月24日" in shown
    assert "不用再申请" in page(dispatcher, "clock_extend", case.id, status=409)
    assert "申请延期" not in shown
    assert "不计时" in page(reviewer, "case", case.id), "the changes of colour are told"
    page(dispatcher, "clock_resume", case.id, status=302, go="1")
    assert "还剩" in page(dispatcher, "case", case.id)
    page(dispatcher, "clock_resume", case.id, status=409, go="1")


def test_others_neither_ask_nor_see(desk: Desk, case) -> None:
    assert "申请延期" not in page(desk.as_(GRID_WORKER), "case", case.id)
    page(desk.as_(GRID_WORKER), "clock_extend", case.id, status=403, **ASK)
    page(desk.as_(HANDLER, unit=desk.county.far_unit), "clock_extend", case.id, status=404)


def test_an_office_changes_a_term_and_only_later_legs_follow(desk: Desk, case) -> None:
    administrator = desk.as_(SYSTEM_ADMINISTRATOR)
    assert "2 个工作小时" in page(desk.as_(VILLAGE_CLERK), "terms")
    shown = page(administrator, "term", "hotline", "received")
    assert "现在正在办的 1 件" in shown
    given = {
        "amount": "1", "measure": "working_days", "yellow_percent": "50", "holds_from": "2026-11-20",
        "why": "市里通知〔2026〕3 号",
    }  # fmt: skip
    page(administrator, "term", "hotline", "received", status=400, **(given | {"why": " "}))
    page(administrator, "term", "hotline", "received", status=400, **(given | {"holds_from": "2026-11-19"}))
    page(administrator, "term", "hotline", "received", status=302, **given)
    before = workflow.run_of("case", case.id)
    with clock.fixed(AT + timedelta(minutes=1)):
        other = reported(desk, minutes=1)
        listed = page(administrator, "terms")
    assert "1 个工作日" in listed
    assert "规程文件：2 个工作小时" in listed
    assert workflow.run_of("case", case.id).next_due_at == before.next_due_at
    leg = Leg.objects.get(run_id=other.run_id)
    assert (leg.within_amount, leg.within_measure, leg.yellow_percent) == (1, "working_days", 50)
    assert leg.term_version > 0
    assert "市里通知" in page(administrator, "term", "hotline", "received")
    # Back to the file, and the whole procedure's threshold.
    with clock.fixed(AT + timedelta(minutes=2)):
        page(
            administrator,
            "term",
            "hotline",
            "received",
            status=302,
            **(given | {"amount": "", "yellow_percent": ""}),
        )
        threshold = {"yellow_percent": "30", "holds_from": "2026-11-20", "why": "试"}
        page(administrator, "term", "hotline", "0-all", status=302, **threshold)
    third = Leg.objects.get(run_id=reported(desk, minutes=3).run_id)
    assert (third.within_amount, third.within_measure, third.yellow_percent) == (2, "working_hours", 30)
    page(administrator, "term", "hotline", "nonsense", status=404)
    page(administrator, "term", "nonsense", "received", status=404)
    page(desk.as_(VILLAGE_CLERK), "term", "hotline", "received", status=403)


def test_what_a_changed_day_moved_is_listed_and_told(desk: Desk, case) -> None:
    administrator, dispatcher = desk.as_(SYSTEM_ADMINISTRATOR), desk.as_(TOWN_DISPATCHER)
    assert "还没有改动过" in page(administrator, "clocks")
    page(administrator, "calendar_day", "2026-11-20", status=302, is_working="no", label="台风停工")
    workflow.recompute_clocks(at=AT)
    (found,) = workflow.recomputations()
    shown = page(administrator, "clocks")
    assert "2026年11月20日休息（台风停工）" in shown
    mine = page(dispatcher, "clocks_moved", found.work.id)
    assert case.number in mine
    assert "的时限由2026年11月20日12:00改为2026年11月23日10:30" in mine
    numbers = page(administrator, "clocks_moved", found.work.id)
    assert case.number not in numbers, "an administrator reads no case"
    assert "没有您能看到的变动" in numbers
    done = Entry.objects.get(kind="workflow.clocks_recomputed")
    assert deliver(done.id) == 1
    (told,) = Notice.objects.filter(kind="cases.clocks_moved")
    assert told.sentence == "工作日历有调整，您手上 1 件事的时限变了"
    assert tell_holders(version=found.version.number, county_id=desk.county.county.id, at=AT) == 1
    assert Notice.objects.filter(kind="cases.clocks_moved").count() == 1, "told again, told once"
    answer = dispatcher.get(reverse("desk:go", args=["recomputation", found.work.id]))
    assert answer.headers["Location"] == reverse("desk:clocks_moved", args=[found.work.id])


def test_a_list_that_is_not_there_and_filters_that_make_no_sense(desk: Desk, case) -> None:
    administrator = desk.as_(SYSTEM_ADMINISTRATOR)
    page(administrator, "clocks_moved", case.id, status=404)
    page(administrator, "calendar_day", "2026-11-20", status=302, is_working="no", label="")
    workflow.recompute_clocks(at=AT)
    found = workflow.recomputations()[0].work.id
    address = reverse("desk:clocks_moved", args=[found])
    for query in ("?which=closed", "?which=nonsense&page=999999", "?page=x"):
        assert desk.as_(TOWN_DISPATCHER).get(address + query).status_code == 200


def test_who_decides_has_a_list_of_what_waits(desk: Desk, case) -> None:
    dispatcher, reviewer = desk.as_(TOWN_DISPATCHER), desk.as_(REVIEWER)
    assert "没有等您审批的申请" in page(reviewer, "approvals")
    page(dispatcher, "clock_extend", case.id, status=302, **ASK)
    assert "有 1 项申请在等您决定" in page(reviewer, "home")
    counted = '<span class="mq-count" aria-hidden="true">1</span>'
    assert counted in page(reviewer, "home")
    assert counted in page(reviewer, "queue")
    assert counted in page(reviewer, "approvals")
    assert counted not in page(dispatcher, "queue")
    listed = page(reviewer, "approvals")
    assert "延期 1 个工作小时" in listed
    assert f"{reverse('desk:case', args=[case.id])}#clock-asked" in listed
    assert 'id="clock-asked"' in page(reviewer, "case", case.id)
    assert "没有等您审批的申请" in page(dispatcher, "approvals"), "not by who asked"
    far = desk.as_(TOWN_DISPATCHER, area=desk.county.other_town)
    assert "没有等您审批的申请" in page(far, "approvals")
    assert desk.as_(GRID_WORKER).get(reverse("desk:approvals")).status_code == 403
    page(reviewer, "clock_decide", case.id, ClockRequest.objects.get().id, status=302, granted="yes", why="")
    assert "没有等您审批的申请" in page(reviewer, "approvals")
    assert "在等您决定" not in page(reviewer, "home")
    assert counted not in page(reviewer, "queue")


def test_proposals_to_leave_a_case_out_wait_for_the_supervisor(desk: Desk, case) -> None:
    county = desk.county
    desk.step(desk.as_(TOWN_DISPATCHER), case, "sign", 1)
    desk.step(desk.as_(TOWN_DISPATCHER), case, "assign", 2, unit=str(county.unit.id))
    cases.propose_exclusion(
        case_id=case.id, reason="要求超出政策", evidence="文件第三条", by=county.actor(HANDLER), at=AT
    )
    supervisor = desk.as_(SUPERVISOR)
    assert "有 1 项申请在等您决定" in page(supervisor, "home")
    assert "要求超出政策" in page(supervisor, "approvals")
    assert "要求超出政策" not in page(desk.as_(REVIEWER), "approvals")


def test_every_approver_of_every_procedure_has_the_list() -> None:
    approvers = {role for one in workflow.procedures() for role in one.leeway.approvers}
    assert approvers <= cases.DECIDE_REQUESTS.held_by
