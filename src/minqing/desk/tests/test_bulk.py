"""Many cases at once: a preview that is what then happens, refusals with reasons, once however often it is sent."""

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models import Case
from minqing.cases.models_desk import BulkAct
from minqing.desk.tests.county import telephoned
from minqing.journal.public import timeline
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER


def ticks(*found):
    return [
        f"{one.id}:{Case.everything.select_related('run').get(id=one.id).run.legs_count}" for one in found
    ]


def signed(desk, *areas):
    by = desk.county.actor(TOWN_DISPATCHER)
    return [
        cases.take_step(case_id=telephoned(area).id, step="sign", given=cases.StepInput(), by=by, at=AT)
        for area in areas
    ]


def states():
    return sorted(Case.everything.values_list("run__state", flat=True))


def test_tick_look_do_report(desk):
    county = desk.county
    ready = signed(desk, county.grid, county.neighbour_grid)
    fresh = telephoned(county.second_grid)
    client = desk.as_(TOWN_DISPATCHER)
    given = {"case": ticks(*ready, fresh), "query": "view=open"}
    asked = client.post(reverse("desk:bulk"), given, follow=True)
    assert [key for key, _ in asked.context["form"].fields["action"].choices] == [
        "unit",
        "person",
        "step:签收",
    ]
    before = (states(), len(timeline("case", ready[0].id)))
    chosen = {**given, "action": "unit", "unit": str(county.unit.id), "advice": "三天内看现场"}
    looked = client.post(reverse("desk:bulk"), chosen, follow=True)
    foreseen = {one.row.number: one.outcome for one in looked.context["foreseen"]}
    assert [foreseen[one.number].done for one in (*ready, fresh)] == [True, True, False]
    assert "待签收" in foreseen[fresh.number].sentence
    assert (states(), len(timeline("case", ready[0].id))) == before  # only looked
    sent = {**chosen, "act": str(looked.context["act"])}
    answer = client.post(reverse("desk:bulk_do"), sent)
    report = client.get(answer.url)
    assert (report.context["done"], report.context["refused"]) == (2, 1)
    assert [one["sentence"] for one in report.context["lines"]] == [
        foreseen[one.number].sentence for one in (*ready, fresh)
    ]
    assert states() == ["handling", "handling", "received"]
    assert "三天内看现场" in timeline("case", ready[0].id)[-1].sentence
    # The same page sent again changes nothing and answers the same.
    entries = len(timeline("case", ready[0].id))
    assert client.post(reverse("desk:bulk_do"), sent).url == answer.url
    assert (len(timeline("case", ready[0].id)), BulkAct.objects.count()) == (entries, 1)


def test_going_back_finds_the_pages_again(desk):
    [case] = signed(desk, desk.county.grid)
    client, given = desk.as_(TOWN_DISPATCHER), {"case": ticks(case), "query": "view=open"}
    choosing = client.post(reverse("desk:bulk"), given).url
    chosen = {**given, "action": "unit", "unit": str(desk.county.unit.id), "advice": "裘阿婆家门前先看"}
    looking = client.post(reverse("desk:bulk"), chosen).url
    assert "裘阿婆" not in str(client.session["bulk"])
    looked = client.get(looking)
    assert "裘阿婆家门前先看" in looked.content.decode()
    assert client.get(choosing).context["form"].is_bound is False
    done = client.post(reverse("desk:bulk_do"), {**chosen, "act": str(looked.context["act"])}).url
    assert client.get(looking).url == done
    assert "还没有勾选" not in client.get(choosing).content.decode()
    assert client.get(choosing).status_code == 200
    for unknown in ("", "?look=x", f"?look={uuid7()}"):
        assert client.get(reverse("desk:bulk") + unknown).url == reverse("desk:queue")
    assert desk.as_(TOWN_DISPATCHER).get(choosing).url == reverse("desk:queue"), "another session's"


def test_what_somebody_moved_in_the_meantime_is_left_alone(desk):
    [one, other] = signed(desk, desk.county.grid, desk.county.grid)
    old = ticks(one, other)
    by = desk.county.actor(TOWN_DISPATCHER)
    given = cases.StepInput({"reason": "重复的"})
    cases.take_step(case_id=one.id, step="decline", given=given, by=by, at=AT)
    looked = desk.as_(TOWN_DISPATCHER).post(
        reverse("desk:bulk"),
        {"case": old, "action": "unit", "unit": str(desk.county.unit.id)},
        follow=True,
    )
    assert [one.outcome.done for one in looked.context["foreseen"]] == [False, True]
    assert "有人刚刚办过" in looked.context["foreseen"][0].outcome.sentence


def test_a_person_is_named_among_those_whose_turn_it_is(desk):
    county = desk.county
    [one] = signed(desk, county.grid)
    handler = county.actor(HANDLER)
    by = county.actor(TOWN_DISPATCHER)
    cases.take_step(
        case_id=one.id, step="assign", given=cases.StepInput({"unit": str(county.unit.id)}), by=by, at=AT
    )
    fresh = telephoned(county.grid)
    client = desk.as_(HANDLER)
    given = {"case": [*ticks(one), *ticks(fresh)], "action": "person", "person": str(handler.person_id)}
    looked = client.post(reverse("desk:bulk"), given, follow=True)
    assert looked.context["missing"] == 1  # not the handler's to see
    client.post(reverse("desk:bulk_do"), {**given, "act": str(looked.context["act"])})
    assert Case.everything.select_related("run").get(id=one.id).run.holder_id == handler.person_id
    assert client.get(reverse("desk:queue"), {"mine": "1", "view": "open"}).context["found"].total == 1


def test_the_whole_list_up_to_the_cap(desk, monkeypatch):
    for _ in range(4):
        telephoned(desk.county.grid)
    telephoned(desk.county.neighbour_grid)
    client = desk.as_(TOWN_DISPATCHER)
    query = f"view=open&area={desk.county.village.id}"
    asked = client.post(reverse("desk:bulk"), {"all": "1", "query": query}, follow=True)
    assert len(asked.context["ticked"]) == 4
    monkeypatch.setattr(cases, "BULK_MAX", 3)
    asked = client.post(reverse("desk:bulk"), {"all": "1", "query": query}, follow=True)
    assert len(asked.context["ticked"]) == 3
    assert "一次最多 3 件" in asked.content.decode()


def test_nothing_ticked_and_nonsense_are_said(desk):
    client = desk.as_(TOWN_DISPATCHER)
    for given in (
        {},
        {"case": ["x", "1:2", f"{uuid7()}:x", f"{uuid7()}:999999999"]},
        {"all": "1", "query": "view=%"},
    ):
        answer = client.post(reverse("desk:bulk"), given, follow=True)
        assert answer.status_code == 400
        assert "还没有勾选事项" in answer.content.decode()
    case = telephoned(desk.county.grid)
    for given in (
        {"action": "unit"},
        {"action": "fly"},
        {"action": "unit", "unit": str(desk.county.far_unit.id)},
    ):
        answer = client.post(reverse("desk:bulk"), {"case": ticks(case), **given}, follow=True)
        assert answer.status_code == 400
    assert client.post(reverse("desk:bulk_do"), {"case": ticks(case)}).status_code == 400


def test_an_id_belongs_to_one_person_and_one_content(desk):
    [one] = signed(desk, desk.county.grid)
    by, act_id = desk.county.actor(TOWN_DISPATCHER), uuid7()
    ticked = [cases.Ticked(one.id, 2)]
    wish = cases.BulkWish("unit", unit_id=desk.county.unit.id)
    cases.act_on_many(act_id=act_id, ticked=ticked, wish=wish, by=by, at=AT)
    with pytest.raises(Conflict):
        cases.act_on_many(act_id=act_id, ticked=ticked, wish=cases.BulkWish("step:签收"), by=by, at=AT)
    with pytest.raises(NotThere):
        cases.report_of(act_id, by=desk.county.actor(HANDLER))
    with pytest.raises(NotAllowed):
        cases.act_on_many(act_id=uuid7(), ticked=ticked, wish=wish, by=desk.county.actor(GRID_WORKER), at=AT)
    many = [cases.Ticked(uuid7(), 1)] * (cases.BULK_MAX + 1)
    with pytest.raises(Refused, match="最多"):
        cases.look_through(many, wish, by=by, at=AT)
