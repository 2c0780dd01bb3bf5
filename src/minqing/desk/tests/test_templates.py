"""Wording of answers: filled in by the server, put into a step without losing a word, changed by whose it is."""

from typing import Any

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models_desk import AnswerTemplate
from minqing.desk.tests.county import telephoned
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK

WORDS = "您反映的｛事项编号｝已收到，{登记日期}登记，由{承办单位}在{应完成时间}前答复。"


def written(desk: Any, role: Any = TOWN_DISPATCHER, **given: Any) -> AnswerTemplate:
    given = {"template_id": uuid7(), "name": "不予受理", "words": WORDS, **given}
    return cases.save_template(by=desk.county.actor(role), at=AT, **given)


def test_a_template_is_put_into_a_step_after_what_was_typed(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    template = written(desk)
    page = client.get(reverse("desk:case", args=[case.id]))
    assert template in page.context["templates"]
    given = {
        "decline-leg": "2",
        "decline-reason": "先说一句。",
        "template": str(template.id),
        "into": "reason",
    }
    filled = client.post(reverse("desk:fill", args=[case.id, "decline"]), given)
    box = next(one for one in filled.context["boxes"] if one.step.key == "decline")
    assert box.is_open
    assert box.form["reason"].value() == (
        f"先说一句。\n您反映的{case.number}已收到，2026年11月20日登记，由承办单位在2026年11月20日16:00前答复。"
    )
    assert str(box.form["leg"].value()) == "2"
    words = client.get(reverse("desk:template_words", args=[case.id, template.id]))
    assert words.content.decode() in box.form["reason"].value()
    for wrong in ({"template": ""}, {"template": str(uuid7())}, {"template": "x"}):
        answer = client.post(reverse("desk:fill", args=[case.id, "decline"]), {**given, **wrong})
        assert answer.status_code in (200, 404)
    assert client.post(reverse("desk:fill", args=[case.id, "fly"]), given).status_code == 404
    far = desk.as_(VILLAGE_CLERK, area=desk.county.far_village)
    assert far.get(reverse("desk:template_words", args=[case.id, template.id])).status_code == 404


def test_whose_it_is_and_for_what(desk):
    county = desk.county
    case = telephoned(county.grid)
    mine = written(desk, HANDLER, name="执法队的")
    town = written(desk, name="镇里的")
    lamp = written(desk, name="路灯的", topic_key="roads.light")
    other = county.actor(TOWN_DISPATCHER, area=county.other_town)
    far = cases.save_template(template_id=uuid7(), name="石璜的", words="好", by=other, at=AT)
    dispatcher, handler = county.actor(TOWN_DISPATCHER), county.actor(HANDLER)
    assert cases.templates_for(case, dispatcher) == [town]
    assert cases.templates_for(case, handler) == [mine, town]
    assert {one.template for one in cases.templates(dispatcher)} == {mine, town, lamp}
    assert far not in {one.template for one in cases.templates(handler)}
    with pytest.raises(NotAllowed):
        cases.close_template(template_id=town.id, by=handler, at=AT)
    with pytest.raises(NotAllowed):
        cases.close_template(template_id=far.id, by=dispatcher, at=AT)
    with pytest.raises(NotAllowed):
        written(desk, GRID_WORKER)
    cases.close_template(template_id=town.id, by=dispatcher, at=AT)
    assert cases.templates_for(case, dispatcher) == []


def test_the_page_keeps_changes_and_says_what_is_wrong(desk):
    client = desk.as_(TOWN_DISPATCHER)
    fresh = client.get(reverse("desk:templates")).context["form"]
    given = {
        "id": str(fresh["id"].value()),
        "version": "0",
        "name": "受理",
        "words": "您好，{事项编号}已受理。",
    }
    for _ in range(2):  # sent twice, written once
        assert client.post(reverse("desk:template_save"), given).status_code == 302
    [one] = AnswerTemplate.objects.all()
    assert client.get(reverse("desk:template_edit", args=[one.id])).status_code == 200
    changed = {**given, "version": "1", "words": "改过"}
    assert client.post(reverse("desk:template_save"), changed).status_code == 302
    late = client.post(reverse("desk:template_save"), {**changed, "words": "晚了一步"})
    assert late.status_code == 409
    assert "晚了一步" in late.content.decode()
    for wrong in ({"words": "{反映人}您好"}, {"name": " "}, {"words": ""}, {"topic": "no"}, {"version": "x"}):
        answer = client.post(reverse("desk:template_save"), {**given, "id": str(uuid7()), **wrong})
        assert answer.status_code == 400
    with pytest.raises(Refused, match="不认识"):
        written(desk, words="{反映人}您好")
    with pytest.raises(Conflict):
        written(desk, template_id=one.id, words="旧的", version=1)
    reader = desk.as_(VILLAGE_CLERK).get(reverse("desk:templates"))
    assert reader.context["form"] is None
