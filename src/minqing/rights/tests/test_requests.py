"""Requests: asked once, decided by the registrar and nobody else, done, answered; refused with a law."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from minqing.cases import public as cases
from minqing.cases.models import Case as Matter
from minqing.cases.procedures.rights import BASES
from minqing.diary import public as diary
from minqing.diary.tests.factories import make_visit
from minqing.journal.public import timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import REGISTRAR
from minqing.registry import public as registry
from minqing.rights import public as rights
from minqing.rights.models import DataRequest
from minqing.rights.tests.conftest import NOW, Case

pytestmark = pytest.mark.django_db


def ask(person: Case, me: rights.Me, kind: str, item: str, words: str = "", **given: object) -> DataRequest:
    asked = rights.Asked(uuid7(), kind, item, words=words, **given)  # type: ignore[arg-type]
    return rights.ask(asked=asked, me=me, at=NOW)


def step(request: DataRequest, name: str, by: Actor, **values: str) -> DataRequest:
    return rights.take_step(
        request_id=request.id, step=name, given=cases.StepInput(values), leg=None, by=by, at=NOW
    )


def grant(request: DataRequest, by: Actor) -> DataRequest:
    step(request, "accept", by)
    step(request, "verify", by, found="看了身份证")
    return step(request, "grant", by, decision="同意")


def test_a_correction_goes_its_way_and_the_file_is_right(person: Case) -> None:
    me, by = person.me(), person.registrar
    request = ask(person, me, "correction", "occupation", "应该是茶农")
    assert request.case.words == "申请更正本人档案中的“职业”"
    assert "茶农" not in str(Matter.everything.values())
    grant(request, by)
    with pytest.raises(Refused, match="还没有办"):
        step(request, "reply", by, result="改好了")
    rights.carry_out(request_id=request.id, value="茶农", by=by, at=NOW)
    step(request, "reply", by, result="已经改为茶农")
    person.resident.refresh_from_db()
    assert person.resident.occupation == "茶农"
    [line] = rights.my_requests(person.resident.id, at=NOW)
    assert (line.state_label, line.outcome_label) == ("已答复", "同意")
    said = [one.sentence for one in timeline("resident", person.resident.id)]
    assert any("更正了职业" in one for one in said)


def test_a_number_is_put_right_in_the_vault(person: Case) -> None:
    request = ask(person, person.me(), "correction", "phone", "换号码了")
    grant(request, person.registrar)
    with pytest.raises(Refused) as refused:
        rights.carry_out(request_id=request.id, value="138", by=person.registrar, at=NOW)
    assert refused.value.field == "phone"
    rights.carry_out(request_id=request.id, value="139 0000 1111", by=person.registrar, at=NOW)
    assert registry.own_numbers(person.resident.id).phone == "13900001111"


def test_the_same_form_again_is_the_same_request(person: Case) -> None:
    me, asked = person.me(), rights.Asked(uuid7(), "correction", "name", words="应为张桂香")
    first = rights.ask(asked=asked, me=me, at=NOW)
    assert rights.ask(asked=asked, me=me, at=NOW).id == first.id
    other = rights.Asked(asked.id, "correction", "name", words="别的")
    with pytest.raises(Conflict):
        rights.ask(asked=other, me=me, at=NOW)
    with pytest.raises(Conflict, match="正在办理"):
        ask(person, me, "correction", "name", "又提一次")
    assert DataRequest.objects.count() == 1


def test_nobody_but_a_registrar_of_the_place_sees_or_decides(person: Case) -> None:
    request = ask(person, person.me(), "erasure", "phone")
    far = person.here.actor(REGISTRAR, area=person.here.other_town)
    for stranger in (person.clerk, person.worker, far):
        assert not Matter.objects.visible_to(stranger).exists()
        with pytest.raises(NotThere):
            step(request, "accept", stranger)
        with pytest.raises(NotThere):
            rights.request_file(request.id, by=stranger, at=NOW)
    near = person.here.actor(REGISTRAR, area=person.here.town)
    assert rights.request_file(request.id, by=near, at=NOW).steps


def test_a_registrar_has_no_other_way_to_a_request_s_case() -> None:
    assert REGISTRAR not in cases.OPEN_CASES.held_by
    assert REGISTRAR not in cases.SEE_CASES.held_by


def test_whoever_put_the_tag_on_does_not_decide_about_it(person: Case) -> None:
    me = person.me()
    appoint_registrar = person.here.actor(REGISTRAR)
    owner = person.clerk
    tag = registry.Tag.everything.create(
        subject_kind="resident", subject_id=person.resident.id, area=person.here.grid,
        kind=registry.TagKind.objects.get(key="volunteer"), owner_id=appoint_registrar.person_id, reason="报过名",
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    request = ask(person, me, "objection", "tag", item_id=tag.id)
    assert request.concerns_id == appoint_registrar.person_id
    with pytest.raises(NotAllowed, match="不能由您来办"):
        step(request, "accept", appoint_registrar)
    other = person.here.actor(REGISTRAR, area=person.here.town)
    grant(request, other)
    rights.carry_out(request_id=request.id, by=other, at=NOW)
    tag.refresh_from_db()
    assert tag.ended_at == NOW
    assert owner.person_id != tag.ended_by_id


def test_a_refusal_names_its_law(person: Case) -> None:
    request = ask(person, person.me(), "erasure", "origin")
    step(request, "accept", person.registrar)
    step(request, "verify", person.registrar, found="看过")
    with pytest.raises(Refused, match="法律依据"):
        step(request, "refuse", person.registrar, reason="不行")
    done = step(request, "refuse", person.registrar, reason="还要联系", basis=BASES[0])
    assert (done.outcome_label, done.basis) == ("不同意", BASES[0])
    with pytest.raises(Conflict):
        rights.carry_out(request_id=request.id, by=person.registrar, at=NOW)
    assert step(request, "reply", person.registrar, result="不能删除").outcome == "refused"


def test_one_s_own_request_may_be_taken_back_until_it_is_decided(person: Case) -> None:
    me = person.me()
    request = ask(person, me, "copy", "everything")
    assert rights.take_back(request_id=request.id, me=me, at=NOW).outcome == "withdrawn"
    again = ask(person, me, "copy", "everything")
    grant(again, person.registrar)
    with pytest.raises((Conflict, Refused)):
        rights.take_back(request_id=again.id, me=me, at=NOW)


def test_the_receipt_follows_the_request_and_says_no_value(person: Case) -> None:
    request = ask(person, person.me(), "correction", "phone", "应该是 13900001111")
    receipt = cases.receipt(request.case.receipt_code, at=NOW)
    assert "电话" in receipt.words
    assert "1390000" not in str(receipt)


def test_somebody_else_s_visit_cannot_be_asked_about(person: Case) -> None:
    far = registry.add_resident(
        values=registry.ResidentInput(name="楼大妈"), area_id=person.here.grid.id, by=person.clerk, at=NOW
    )
    visit = make_visit(far, person.worker)
    with pytest.raises(Refused, match="选一次走访"):
        ask(person, person.me(), "correction", "visit", "不对", item_id=visit.id)


def test_a_visit_s_words_go_on_request_and_the_visit_stays(person: Case) -> None:
    visit = make_visit(person.resident, person.worker, met="张桂香", heard="说腰疼。", done="记下。")
    request = ask(person, person.me(), "erasure", "visit", item_id=visit.id)
    assert request.concerns_id == person.worker.person_id
    grant(request, person.registrar)
    rights.carry_out(request_id=request.id, by=person.registrar, at=NOW)
    visit.refresh_from_db()
    assert (visit.met, visit.heard) == ("", "")
    assert diary.Visit.everything.count() == 1
    assert "腰疼" not in "".join(one.sentence for one in timeline("resident", person.resident.id))


def test_counts_are_by_kind_and_small_ones_are_not_published(person: Case) -> None:
    me = person.me()
    for item in ("name", "occupation"):
        ask(person, me, "correction", item, "不对")
    year = {"since": NOW.date() - timedelta(days=1), "until": NOW.date()}
    [first, *_] = rights.counts(person.registrar, **year, public=False)
    assert (first.kind_label, first.total, first.open) == ("更正", "2", "2")
    assert rights.counts(person.registrar, **year, public=True)[0].total == "不显示"
    far = person.here.actor(REGISTRAR, area=person.here.other_town)
    assert rights.counts(far, **year, public=False)[0].total == "0"
