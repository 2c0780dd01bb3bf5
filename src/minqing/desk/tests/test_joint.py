"""联办 and 督办 at the desk: every page for whoever may, and what a wrong form keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases.models import Case
from minqing.cases.models_joint import Listing, Part, Proposal
from minqing.cases.public import Report, open_case, propose, set_rule
from minqing.kernel import clock
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, SUPERVISOR, TOWN_DISPATCHER, TOWN_SECRETARY, VILLAGE_CLERK

pytestmark = pytest.mark.django_db
WORDS = "举坑村文化礼堂后面的沟渠堵了，下雨倒灌。"


@pytest.fixture
def here() -> Any:
    with clock.fixed(AT):
        yield small_county()


def opened(here: SmallCounty) -> Case:
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    return open_case(report, by=None, at=AT)


def browser(here: SmallCounty, role: Any, **where: Any) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=here.actor(role, **where).person_id))
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def made_joint(here: SmallCounty) -> tuple[Case, Part]:
    case = opened(here)
    answer = browser(here, TOWN_DISPATCHER).post(
        url("case_joint", case.id),
        {
            "assign-leg": 1, "assign-reason": "要两家一起办", "assign-unit": str(here.unit.id),
            "assign-assistants": [str(here.county_unit.id)], "assign-asked": "请水利局清沟",
        },
    )  # fmt: skip
    assert answer.status_code == 302, text(answer)
    return Case.everything.get(id=case.id), Part.objects.get(case=case)


def test_parts_are_among_the_things_to_do(here):
    case, part = made_joint(here)
    helper = browser(here, HANDLER, unit=here.county_unit)
    with CaptureQueriesContext(connection) as captured:
        answer = helper.get(url("queue"))
    of_the_page = [one["sql"] for one in captured.captured_queries if "case_" in one["sql"]]
    assert sum("case_part" in one for one in of_the_page) == 1, "in the statement that counts"
    page = text(answer)
    assert "协办单（1 张）" in page
    assert url("joint_part", part.id) in page
    assert "待协办 · 主办：谷来镇综合执法队" in page
    assert "现在没有等您办的事" not in page
    assert [one.count for one, _ in answer.context["tabs"]] == [1, 1, 1], "one to do, one under way"
    assert answer.context["parts"].rows[0].clock.words.startswith("还剩")
    assert "协办单（" not in text(helper.get(url("queue"), {"view": "todo", "text": "沟渠"}))
    assert "协办单（" not in text(helper.get(url("queue"), {"view": "open"}))
    assert "协办单（" not in text(browser(here, HANDLER, unit=here.unit).get(url("queue")))
    assert case.number in page


def test_a_dispatcher_makes_a_case_joint_and_units_answer(here):
    case, part = made_joint(here)
    lead, helper = browser(here, HANDLER), browser(here, HANDLER, unit=here.county_unit)
    assert "还有 1 个协办单位没有答复" in text(lead.get(url("case", case.id)))
    assert "嵊州市水利水电局" in text(lead.get(url("case", case.id)))
    assert "等我协办的" in text(helper.get(url("home")))
    assert case.number in text(helper.get(url("joint")))
    page = text(helper.get(url("joint_part", part.id)))
    assert "请水利局清沟" in page
    assert "答复主办单位" in page
    assert helper.get(url("case", case.id)).status_code == 200
    refused = helper.post(url("joint_part_step", part.id, "answer"), {"answer-leg": 1})
    assert refused.status_code == 400
    assert "请填写协办答复" in text(refused)
    sent = {"answer-leg": 1, "answer-answer": "沟已清好"}
    for _ in range(2):  # a slow phone sends it twice
        assert helper.post(url("joint_part_step", part.id, "answer"), sent).status_code == 302
    late = helper.post(url("joint_part_step", part.id, "answer"), sent | {"answer-answer": "又写了一段"})
    assert late.status_code == 409
    assert "又写了一段" in text(late)
    assert "不采纳这份答复" in text(lead.get(url("joint_part", part.id)))
    assert lead.post(url("joint_part_overrule", part.id), {"reason": ""}).status_code == 400
    assert lead.post(url("joint_part_overrule", part.id), {"reason": "没有清到底"}).status_code == 302
    assert "没有清到底" in text(lead.get(url("case", case.id)))
    assert lead.get(url("case_part", case.id)).status_code == 200
    again = {"unit": str(here.county_unit.id), "asked": "请清到底"}
    assert lead.post(url("case_part", case.id), again).status_code == 302
    assert lead.post(url("case_part", case.id), again).status_code == 400
    assert "本单位全部" in text(helper.get(url("joint") + "?view=all"))


@pytest.mark.parametrize("missing", ["assign-unit", "assign-assistants", "assign-asked", "assign-reason"])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(here, missing):
    case = opened(here)
    given = {
        "assign-leg": 1, "assign-reason": "要两家一起办", "assign-unit": str(here.unit.id),
        "assign-assistants": [str(here.county_unit.id)], "assign-asked": "请水利局清沟渠",
    }  # fmt: skip
    given.pop(missing)
    answer = browser(here, TOWN_DISPATCHER).post(url("case_joint", case.id), given)
    assert answer.status_code == 400
    assert ("请水利局清沟渠" in text(answer)) == (missing != "assign-asked")
    assert not Part.objects.exists()


def test_who_may_not(here):
    case, part = made_joint(here)
    clerk = browser(here, VILLAGE_CLERK)
    assert clerk.get(url("case_joint", case.id)).status_code == 403
    assert clerk.get(url("case_part", case.id)).status_code == 403
    assert clerk.get(url("joint_part", part.id)).status_code == 200  # may see it, has nothing to do
    assert "现在要做什么" not in text(clerk.get(url("joint_part", part.id)))
    stranger = browser(here, HANDLER, unit=here.far_unit)
    for name in ("joint_part", "joint_part_overrule"):
        ask = stranger.post if name.endswith("overrule") else stranger.get
        assert ask(url(name, part.id)).status_code == 404
    assert stranger.get(url("joint_part", UUID(int=7))).status_code == 404


def listed(here: SmallCounty) -> Case:
    case, secretary = opened(here), here.actor(TOWN_SECRETARY)
    client = browser(here, SUPERVISOR)
    assert "列入督办" in text(client.get(url("case", case.id)))
    assert "谷来镇书记" in text(client.get(url("case_supervise", case.id)))
    given = {
        "leg": 1, "reason": "拖得太久", "sponsor": str(secretary.person_id), "unit": str(here.unit.id),
        "interval_days": 7,
    }  # fmt: skip
    wrong = client.post(url("case_supervise", case.id), given | {"interval_days": 900, "sponsor": ""})
    assert wrong.status_code == 400
    assert "请填 1 到 90 的整数" in text(wrong)
    assert "请选择包案领导" in text(wrong)
    assert client.post(url("case_supervise", case.id), given).status_code == 302
    return case


def test_a_supervisor_lists_and_the_unit_reports(here):
    case = listed(here)
    supervisor, handler = browser(here, SUPERVISOR), browser(here, HANDLER)
    page = text(supervisor.get(url("supervision")))
    assert case.number in page
    assert "正在督办" in page
    page = text(handler.get(url("case", case.id)))
    assert "报进展" in page
    assert "拖得太久" in page
    assert handler.post(url("case_progress", case.id), {"words": ""}).status_code == 400
    assert handler.post(url("case_progress", case.id), {"words": "管子已订货"}).status_code == 302
    assert "管子已订货" in text(supervisor.get(url("case", case.id)))
    order = text(supervisor.get(url("case_order", case.id)))
    assert "督办单" in order
    assert "包案领导签字" in order
    assert (
        supervisor.get(url("supervision") + "?area=x&sponsor=1&late=on&page=99&stands=no").status_code == 200
    )
    assert supervisor.get(url("case_order", opened(here).id)).status_code == 404


def test_rules_and_proposals(here):
    client = browser(here, SUPERVISOR)
    assert "还没有设定条件" in text(client.get(url("supervision_rules")))
    assert client.post(url("supervision_rules"), {"urged": 0}).status_code == 400
    assert client.post(url("supervision_rules"), {"urged": 2, "red_days": ""}).status_code == 302
    assert "催办满 2 次" in text(client.get(url("supervision_rules")))
    case = opened(here)
    Case.everything.filter(id=case.id).update(urges=5)
    propose(at=AT)
    assert "待定督办" in text(client.get(url("home")))
    page = text(client.get(url("supervision_proposals")))
    assert "催办 5 次" in page
    proposal = Proposal.objects.get()
    assert client.post(url("supervision_dismiss", proposal.id), {"why": ""}).status_code == 400
    assert client.post(url("supervision_dismiss", proposal.id), {"why": "明天就修"}).status_code == 302
    late = client.post(url("supervision_dismiss", proposal.id), {"why": "我也来定"})
    assert late.status_code == 409
    assert "我也来定" in text(late)
    town = browser(here, SUPERVISOR, area=here.other_town)
    assert town.post(url("supervision_dismiss", proposal.id), {"why": "看看"}).status_code == 404
    set_rule(urged=None, sent_back=None, red_days=None, by=here.actor(SUPERVISOR), at=AT)
    assert not Listing.objects.exists()


def test_the_phone_of_an_assisting_unit(here):
    case, part = made_joint(here)
    helper = browser(here, HANDLER, unit=here.county_unit)
    assert "请本单位协办的" in text(helper.get(reverse("mobile:matters")))
    assert "嵊州市水利水电局" in text(helper.get(reverse("mobile:matter", args=[case.id])))
    assert "请水利局清沟" in text(helper.get(reverse("mobile:part", args=[part.id])))
    take = reverse("mobile:part_take", args=[part.id, "answer"])
    assert helper.post(take, {"answer-leg": 1}).status_code == 400
    assert helper.post(take, {"answer-leg": 1, "answer-answer": "清好了"}).status_code == 302
    assert "清好了" in text(helper.get(reverse("mobile:part", args=[part.id])))
    assert helper.post(take, {"answer-leg": 1, "answer-answer": "别的"}).status_code == 409
