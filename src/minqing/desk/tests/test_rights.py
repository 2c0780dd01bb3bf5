"""Handing over codes and answering requests at the desk and on the phone; with every mistake one can make."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import AT, SmallCounty, small_county, stepped_up
from minqing.cases.models import Case
from minqing.journal.models import Entry
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import GRID_WORKER, REGISTRAR, VILLAGE_CLERK
from minqing.registry import public as registry
from minqing.registry.tests.factories import id_number, make_resident
from minqing.rights import public as rights
from minqing.rights.models import DataRequest, PersonalCode

pytestmark = pytest.mark.django_db
NOW = AT + timedelta(hours=1)
NUMBER = id_number(nth=29)


@pytest.fixture(autouse=True)
def _now():
    forget_counts()
    with clock.fixed(NOW):
        yield


@pytest.fixture
def here(db: None) -> SmallCounty:
    return small_county()


@pytest.fixture
def resident(here: SmallCounty) -> registry.Resident:
    who = registry.ResidentInput(name="张桂香", id_number=NUMBER, phone="13867512399", occupation="绣工")
    return registry.add_resident(values=who, area_id=here.grid.id, by=here.actor(VILLAGE_CLERK), at=AT)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def signed_in(here: SmallCounty, role) -> Client:
    here.actor(role)
    return client_of(here.people[role.key])


def given(**changes):
    start = {"id": uuid7(), "holder": "self", "document": "id_card", "id_number": NUMBER, "seen": "on"}
    return start | changes


@pytest.mark.parametrize("door", ["desk", "mobile"])
def test_a_clerk_finds_the_file_by_the_card_and_hands_over_a_code(here, resident, door):
    client = signed_in(here, VILLAGE_CLERK)
    find, one = {
        "desk": ("/desk/personal-codes/", f"/desk/registry/resident/{resident.id}/code/"),
        "mobile": ("/m/codes/", f"/m/residents/{resident.id}/code/"),
    }[door]
    assert client.get(find).status_code == 200
    assert client.post(find, {"id_number": NUMBER})["Location"] == one
    assert client.get(one).status_code == 200
    sent = given()
    answered = client.post(one, sent)
    words = answered.content.decode()
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", words)
    assert code, words
    assert "no-store" in answered["Cache-Control"]
    assert NUMBER not in words
    token = rights.open_session(typed_code=code[0], typed_proof=NUMBER[-6:], at=NOW)
    assert rights.session(token, at=NOW)
    again = client.post(one, sent)
    assert again.status_code == 409
    assert "只显示一次" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seen": ""}, "要当面看过证件原件才能发"),
        ({"id_number": id_number(nth=30)}, "和档案里登记的不一致"),
        ({"id_number": "12"}, "证件号应为 18 位"),
        ({"holder": "guardian", "document": "id_card", "holder_name": "甲"}, "监护人来办，请查验"),
        ({"holder": "agent", "document": "power_of_attorney"}, "请写受托人的姓名"),
        ({"holder": "kin", "document": "kinship", "holder_name": "甲"}, "本人健在"),
    ],
)
def test_without_the_right_document_there_is_no_code(here, resident, changes, says):
    client = signed_in(here, VILLAGE_CLERK)
    answered = client.post(f"/desk/registry/resident/{resident.id}/code/", given(**changes))
    assert answered.status_code == 400
    assert says in answered.content.decode()
    assert not PersonalCode.objects.exists()


def test_nobody_else_hands_over_and_no_neighbour_s_file_is_found(here, resident):
    path = f"/desk/registry/resident/{resident.id}/code/"
    assert signed_in(here, GRID_WORKER).get(path).status_code == 403
    neighbour = here.actor(VILLAGE_CLERK, area=here.neighbour)
    client = client_of(here.people["village_clerk"])
    assert neighbour.person_id == here.people["village_clerk"].id
    assert client.get(path).status_code == 404
    answered = client.post("/desk/personal-codes/", {"id_number": NUMBER})
    assert answered.status_code == 400
    assert "您的辖区里没有登记" in answered.content.decode()


def test_a_code_is_withdrawn_at_the_desk(here, resident):
    client = signed_in(here, VILLAGE_CLERK)
    path = f"/desk/registry/resident/{resident.id}/code/"
    client.post(path, given())
    answered = client.post(f"{path}{PersonalCode.objects.get().id}/end/", follow=True)
    assert "查阅码已停用" in answered.content.decode()
    assert "已停用：工作人员停用" in answered.content.decode()


def test_a_merged_file_gets_no_code(here, resident):
    other = make_resident(here.grid, "张桂香")
    registry.Resident.everything.filter(id=resident.id).update(
        merged_into=other, how_gone="merged", closed_on=NOW.date()
    )
    client = signed_in(here, VILLAGE_CLERK)
    answered = client.post(f"/desk/registry/resident/{resident.id}/code/", given())
    assert answered.status_code == 400
    assert "并到同一个人的另一份" in answered.content.decode()


def asked(
    here: SmallCounty, resident: registry.Resident, kind: str, item: str, words: str = ""
) -> DataRequest:
    shown = rights.Shown("self", "id_card", id_number=NUMBER)
    by = here.actor(VILLAGE_CLERK)
    _, code = rights.hand_over(code_id=uuid7(), resident_id=resident.id, shown=shown, by=by, at=NOW)
    me = rights.session(rights.open_session(typed_code=code, typed_proof=NUMBER[-6:], at=NOW), at=NOW)
    assert me is not None
    return rights.ask(asked=rights.Asked(uuid7(), kind, item, words=words), me=me, at=NOW)


def walk(client: Client, request: DataRequest, *steps: tuple[str, dict[str, str]]) -> None:
    for step, values in steps:
        request.case.run.refresh_from_db()
        sent = {f"{step}-{name}": value for name, value in values.items()}
        sent[f"{step}-leg"] = str(request.case.run.legs_count)
        answered = client.post(f"/desk/rights/{request.id}/steps/{step}/", sent)
        assert answered.status_code == 302, answered.content.decode()


CHECKED: tuple[tuple[str, dict[str, str]], ...] = (("accept", {}), ("verify", {"found": "看过身份证"}))
GRANTED = (*CHECKED, ("grant", {"decision": "同意"}))


def test_a_request_is_listed_decided_done_and_answered(here, resident):
    request = asked(here, resident, "correction", "occupation", "应该是茶农")
    client = signed_in(here, REGISTRAR)
    assert "1 项居民对自己档案的请求" in client.get("/desk/").content.decode()
    assert request.case.number in client.get("/desk/rights/").content.decode()
    page = client.get(f"/desk/rights/{request.id}/").content.decode()
    assert "应该是茶农" in page
    assert NUMBER not in page
    reads = Entry.objects.filter(is_read=True, subject_id=resident.id, person_id=here.people["registrar"].id)
    assert reads.count() == 1
    walk(client, request, *GRANTED)
    early = client.post(f"/desk/rights/{request.id}/steps/reply/", {"reply-leg": "4", "reply-result": "好了"})
    assert early.status_code == 400
    assert "还没有办" in early.content.decode()
    empty = client.post(f"/desk/rights/{request.id}/do/", {"value": ""})
    assert empty.status_code == 400
    client.post(f"/desk/rights/{request.id}/do/", {"value": "茶农"})
    walk(client, request, ("reply", {"result": "改好了"}))
    resident.refresh_from_db()
    assert resident.occupation == "茶农"
    assert request.case.number in client.get("/desk/rights/?view=all&kind=correction").content.decode()
    assert request.case.number not in client.get("/desk/rights/").content.decode()


def test_a_step_somebody_else_took_meanwhile_is_said(here, resident):
    request = asked(here, resident, "erasure", "phone")
    client = signed_in(here, REGISTRAR)
    walk(client, request, CHECKED[0])
    stale = client.post(
        f"/desk/rights/{request.id}/steps/verify/", {"verify-leg": "1", "verify-found": "看过了"}
    )
    assert stale.status_code == 409
    assert "看过了" in stale.content.decode()
    assert client.post(f"/desk/rights/{request.id}/steps/fly/", {}).status_code == 404


def test_erasure_shows_what_goes_and_what_stays_and_asks_twice(here, resident):
    request = asked(here, resident, "erasure", "everything")
    client = signed_in(here, REGISTRAR)
    walk(client, request, *GRANTED)
    page = client.get(f"/desk/rights/{request.id}/").content.decode()
    assert "依法保留" in page
    assert "《网络安全法》" in page
    unsure = client.post(f"/desk/rights/{request.id}/do/", {})
    assert unsure.status_code == 400
    assert "请先看清范围" in unsure.content.decode()
    client.post(f"/desk/rights/{request.id}/do/", {"sure": "on"})
    resident.refresh_from_db()
    assert (resident.name, resident.occupation) == ("张桂香", ""), "who lives here stays registered"
    assert registry.own_numbers(resident.id).phone == ""


def test_the_paper_copy_is_printed_after_showing_who_one_is_and_written_down(here, resident):
    request = asked(here, resident, "copy", "everything")
    client = signed_in(here, REGISTRAR)
    walk(client, request, *GRANTED)
    path = f"/desk/rights/{request.id}/print/"
    assert not client.post(path).content.startswith(b"%PDF-")
    stepped_up(client)
    printed = client.post(path)
    assert printed.content.startswith(b"%PDF-")
    assert "no-store" in printed["Cache-Control"]
    assert Entry.objects.filter(kind="rights.copy_printed", subject_id=resident.id).count() == 1


def test_counts_are_the_registrar_s_and_small_ones_are_not_published(here, resident):
    asked(here, resident, "copy", "everything")
    client = signed_in(here, REGISTRAR)
    assert "不显示" not in client.get("/desk/rights/counts/").content.decode()
    assert "不显示" in client.get("/desk/rights/counts/?public=1&since=2026-01-01").content.decode()
    assert signed_in(here, VILLAGE_CLERK).get("/desk/rights/counts/").status_code == 403


def test_the_list_asks_as_much_for_one_as_for_many(here, resident, django_assert_max_num_queries):
    request = asked(here, resident, "copy", "everything")
    client = signed_in(here, REGISTRAR)
    for item in ("name", "occupation", "origin", "away_at", "presence"):
        asked(here, resident, "correction", item, "不对")
    assert Case.everything.filter(source="rights").count() == 6
    with django_assert_max_num_queries(16):
        page = client.get("/desk/rights/").content.decode()
    assert page.count(request.case.number[:6]) >= 6
