"""Three lines, petitions and the mayor's lane at the desk: what a page shows is what its numbers open."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models import Case
from minqing.desk.tests.county import Desk
from minqing.kernel import clock
from minqing.kernel.access import Role
from minqing.kernel.roles import (
    DISCIPLINE_OFFICER,
    EXPRESS_OFFICER,
    GRID_WORKER,
    GROUP_LEADER,
    PETITION_OFFICER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)


def test_the_village_chooses_who_tries_first(desk: Desk) -> None:
    """三道防线 is offered where there is a first line: at intake on desk and phone, and for what a village took in."""
    given = {
        "id": str(cases.new_report_id()), "area": str(desk.county.grid.id), "words": "两家为晒谷场吵起来了。",
        "procedure": "three_lines", "name": "裘阿婆", "phone": "",
    }  # fmt: skip
    clerk = desk.as_(VILLAGE_CLERK)
    assert "组长、微网格先办" in text(clerk.get("/desk/cases/new/"))
    assert clerk.post("/desk/cases/new/", given).status_code == 302
    case = Case.everything.get()
    assert (case.run.procedure, case.run.state) == ("three_lines", "first")
    leader = desk.as_(GROUP_LEADER)
    assert "组长、微网格先办" in text(leader.get("/m/matters/new/"))
    assert leader.post("/m/matters/new/", given | {"id": str(cases.new_report_id())}).status_code == 302
    assert Case.everything.filter(run__procedure="three_lines").count() == 2
    dispatcher = desk.as_(TOWN_DISPATCHER)
    assert "组长、微网格先办" not in text(dispatcher.get("/desk/cases/new/"))
    taken = opened(desk, "officer", VILLAGE_CLERK)
    address = f"/desk/cases/{taken.id}/lines/"
    assert address in text(clerk.get(f"/desk/cases/{taken.id}/"))
    assert address not in text(desk.as_(GRID_WORKER).get(f"/desk/cases/{taken.id}/"))
    assert desk.as_(GRID_WORKER).get(address).status_code == 403
    assert "请写明" in text(clerk.post(address, {"reason": ""}))
    assert clerk.post(address, {"reason": "邻里的事，组长熟"}).status_code == 302
    assert Case.everything.get(id=taken.id).run.state == "first"
    refused = clerk.post(address, {"reason": "再转一次"})
    assert refused.status_code == 409 or "还在村里" in text(refused)
    assert address not in text(clerk.get(f"/desk/cases/{taken.id}/"))


def test_the_secretary_reads_whether_it_is_a_repeated_visit(desk: Desk) -> None:
    leader, secretary = desk.county.actor(GROUP_LEADER), desk.as_(VILLAGE_SECRETARY)
    cases.load_topics()
    made = []
    for days in (0, 30):
        report = cases.Report(
            id=cases.new_report_id(), source="officer", area_id=desk.county.grid.id, words="屋后的水沟又堵了。",
            procedure="three_lines", topic_key="water.drain", contact=cases.ContactInput("裘阿婆", "19957512345"),
        )  # fmt: skip
        made.append(cases.open_case(report, by=leader, at=AT + timedelta(days=days)))
    with clock.fixed(AT + timedelta(days=31)):
        for case in made:
            assert "这是" not in text(secretary.get(f"/desk/cases/{case.id}/"))
            for step, by in (("lift_first", leader), ("lift_second", desk.county.actor(VILLAGE_CLERK))):
                given = cases.StepInput({"reason": "组里办不了"})
                cases.take_step(case_id=case.id, step=step, given=given, by=by, at=clock.now())
        first, again = (text(secretary.get(f"/desk/cases/{case.id}/")) for case in made)
    assert ("这是初访" in first, "书记办结" in first) == (True, True)
    assert "这是重访" in again
    assert "请上交镇街，由镇街书记负责到底" in again
    assert "书记办结" not in again


def text(answer: object) -> str:
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))  # type: ignore[attr-defined]


def opened(desk: Desk, source: str, by: Role, procedure: str = "") -> Case:
    report = cases.Report(
        id=cases.new_report_id(), source=source, area_id=desk.county.grid.id, words="屋后的水沟堵了，雨水漫进来。",
        procedure=procedure, contact=cases.ContactInput("裘阿婆", "19957512345"),
    )  # fmt: skip
    return cases.open_case(report, by=desk.county.actor(by), at=AT)


def test_the_lines_count_what_their_numbers_open(desk: Desk) -> None:
    first, second = (opened(desk, "officer", GROUP_LEADER, "three_lines") for _ in range(2))
    for case, step, by in (
        (first, "settle_first", GROUP_LEADER),
        (second, "lift_first", GROUP_LEADER),
        (second, "settle_second", VILLAGE_CLERK),
    ):
        given = cases.StepInput({"result": "疏通了", "reason": "组里办不了"})
        cases.take_step(case_id=case.id, step=step, given=given, by=desk.county.actor(by), at=AT)
    for case in (first, second):
        code = Case.everything.get(id=case.id).receipt_code
        cases.answer(receipt_code=code, done=True, content="content", words="", at=AT)
    watcher = desk.as_(DISCIPLINE_OFFICER)
    page = text(watcher.get("/desk/lines/"))
    assert "100%" in page
    opens = re.findall(
        r'href="(/desk/cases/\?[^"]*set=line_(\w+)[^"]*)" aria-label="谷来镇，[^"]* (\d+) 件"', page
    )
    assert {name: int(count) for _, name, count in opens} == {"first": 1, "second": 1}
    for href, _, count in opens:
        listed = watcher.get(href)
        assert listed.context["found"].total == int(count)


def test_nothing_in_the_lines_says_what_will_appear(desk: Desk) -> None:
    assert "没有走三道防线的事项" in text(desk.as_(TOWN_DISPATCHER).get("/desk/lines/"))
    assert desk.as_(EXPRESS_OFFICER).get("/desk/lines/").status_code == 403


def test_a_petition_is_registered_and_a_leader_named(desk: Desk) -> None:
    officer = desk.as_(PETITION_OFFICER)
    assert "现在没有正在办的信访" in text(officer.get("/desk/petitions/"))
    form = officer.get("/desk/petitions/new/")
    given = {
        "id": form.context["form"]["id"].value(), "area": desk.county.village.id, "words": "反映征地补偿款没有发。",
        "name": "钱阿大", "phone": "19957512345",
    }  # fmt: skip
    answer = officer.post("/desk/petitions/new/", given)
    case = Case.everything.get()
    assert answer["Location"] == f"/desk/cases/{case.id}/receipt/?new=1"
    assert (case.source, case.run.procedure) == ("petition", "petition")
    assert officer.get(answer["Location"]).status_code == 200
    desk.county.actor(TOWN_SECRETARY)
    named = officer.post(
        f"/desk/petitions/{case.id}/sponsor/", {"sponsor": desk.county.people["town_secretary"].id}
    )
    assert named["Location"] == f"/desk/cases/{case.id}/"
    assert "谷来镇书记" in text(officer.get(f"/desk/cases/{case.id}/"))
    assert "反映征地补偿款没有发" in text(desk.as_(TOWN_SECRETARY).get("/desk/petitions/"))
    assert desk.as_(VILLAGE_CLERK).get(f"/desk/cases/{case.id}/").status_code == 404
    refused = officer.post(f"/desk/petitions/{case.id}/sponsor/", {"sponsor": ""})
    assert refused.status_code == 400
    assert "请选择包案领导" in text(refused)


def test_an_old_petition_is_backlog_until_it_is_cleared(desk: Desk) -> None:
    case = opened(desk, "petition", PETITION_OFFICER)
    officer = desk.as_(PETITION_OFFICER)
    with clock.fixed(AT + timedelta(days=91)):
        assert case.number in text(officer.get("/desk/petitions/?stands=backlog"))
        assert case.number in text(officer.get("/desk/petitions/?stands=alone"))
        given = cases.StepInput({"reason": "不属于信访受理范围"})
        cases.take_step(
            case_id=case.id,
            step="decline",
            given=given,
            by=desk.county.actor(PETITION_OFFICER),
            at=clock.now(),
        )
        assert "没有积案" in text(officer.get("/desk/petitions/?stands=backlog"))
        page = text(officer.get("/desk/petitions/?stands=cleared"))
        assert "2027年2月了结 1 件" in page
        assert case.number in text(officer.get("/desk/petitions/?stands=cleared&month=2027-02"))
        assert case.number not in text(officer.get("/desk/petitions/?stands=cleared&month=2027-01"))
    for nonsense in ("?stands=x", "?month=99", "?page=zz"):
        assert officer.get(f"/desk/petitions/{nonsense}").status_code == 200


def test_the_mayors_lane_from_the_lift_to_the_return_visit(desk: Desk) -> None:
    case = opened(desk, "officer", GRID_WORKER)
    town, officer = desk.as_(TOWN_DISPATCHER), desk.as_(EXPRESS_OFFICER)
    assert "转市长直通车" in text(town.get(f"/desk/cases/{case.id}/"))
    assert town.post(f"/desk/cases/{case.id}/express/", {"reason": " "}).status_code == 400
    assert town.post(f"/desk/cases/{case.id}/express/", {"reason": "要县里几个部门一起定"}).status_code == 302
    day = {
        "starts_at": "2026-11-23T09:00",
        "place": "市政务中心三楼",
        "host": "市长",
        "slots": 4,
        "slot_minutes": 30,
    }
    bad = officer.post("/desk/express/days/new/", {**day, "starts_at": "2026-11-01T09:00"})
    assert bad.status_code == 400
    assert "在现在以后" in text(bad)
    assert "就定在这个时间" not in text(bad)
    odd = {**day, "starts_at": "2026-11-28T09:00"}
    asked = text(officer.post("/desk/express/days/new/", odd))
    assert "11月28日是休息日" in asked
    assert 'type="checkbox" name="after_hours"' in asked
    assert officer.post("/desk/express/days/new/", {**odd, "after_hours": "on"}).status_code == 302
    to = officer.post("/desk/express/days/new/", day)["Location"]
    assert "空着" in text(officer.get(to))
    page = officer.get(f"/desk/cases/{case.id}/sit-in/")
    slot = page.context["form"].fields["slot"].choices[2][0]
    assert officer.post(f"/desk/cases/{case.id}/sit-in/", {"slot": slot}).status_code == 302
    assert case.number in text(officer.get(to))
    assert officer.post(f"/desk/cases/{case.id}/sit-in/", {"slot": slot}).status_code == 400
    kept = officer.post(f"{to}call-off/")
    assert kept.status_code == 400
    assert "还有 1 个时段已预约" in text(kept)
    with clock.fixed(AT + timedelta(days=4)):
        noted = officer.post(f"/desk/cases/{case.id}/sit-in/note/", {"came": "yes", "notes": "要求拓宽路口"})
        assert noted.status_code == 302
        planned = {"on": "2026-11-26", "how": "visit", "host": "市长"}
        assert officer.post(f"/desk/cases/{case.id}/return/", planned).status_code == 302
        assert "市长" in text(officer.get("/desk/express/"))
        said = {"passed": "yes", "said": "车进得来了"}
        assert officer.post(f"/desk/cases/{case.id}/return/note/", said).status_code == 302
        shown = text(officer.get(f"/desk/cases/{case.id}/"))
    assert "要求拓宽路口" in shown
    assert "车进得来了" in shown
    assert desk.as_(GRID_WORKER).get("/desk/express/").status_code == 403


def test_the_mayors_telephone_opens_a_matter_of_the_lane(desk: Desk) -> None:
    officer = desk.as_(EXPRESS_OFFICER)
    form = officer.get("/desk/express/new/")
    given = {
        "id": form.context["form"]["id"].value(), "area": desk.county.town.id, "words": "厂门口的路太窄，货车进不来。",
        "name": "周厂长", "phone": "19957512345",
    }  # fmt: skip
    assert officer.post("/desk/express/new/", given).status_code == 302
    case = Case.everything.get()
    assert (case.source, case.run.procedure) == ("express", "express_lane")
    assert case.number in text(officer.get("/desk/express/"))


@pytest.mark.parametrize("address", ["/desk/express/days/00000000-0000-4000-8000-000000000000/"])
def test_what_is_not_there_is_not_there(desk: Desk, address: str) -> None:
    assert desk.as_(EXPRESS_OFFICER).get(address).status_code == 404


def test_a_legal_term_is_kept_and_the_board_says_what_runs(desk: Desk) -> None:
    administrator = desk.as_(SYSTEM_ADMINISTRATOR)
    address = "/desk/terms/petition/handling/"
    given = {"amount": 200, "measure": "calendar_days", "holds_from": "2026-11-20", "why": "忙不过来"}
    assert "第三十四条" in text(administrator.get(address))
    refused = administrator.post(address, given)
    assert (refused.status_code, "只能改短，不能改长" in text(refused)) == (400, True)
    assert administrator.post(address, {**given, "amount": 45, "yellow_percent": 0}).status_code == 302
    assert "不亮黄灯" in text(administrator.get("/desk/terms/"))
    with clock.fixed(AT + timedelta(minutes=1)):
        board = text(desk.as_(PETITION_OFFICER).get("/desk/petitions/"))
    assert "现在按 45 天办" in board
    assert "法定 60 天，《信访工作条例》第三十四条" in board
