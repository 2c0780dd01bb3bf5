"""The operations: what they promise, to whom, and what they say to everything else."""

from __future__ import annotations

import uuid

import pytest

from minqing.accounts.models import Session
from minqing.accounts.tests.factories import everyone
from minqing.api.door import api, description
from minqing.api.errors import STATUS_WORDS
from minqing.api.tests.conftest import WORDS, a_report, walk_to_the_follow_up
from minqing.api.urls import urlpatterns
from minqing.cases.models import Case, Contact
from minqing.cases.public import MISSES, OPEN_CASES, REPORTS
from minqing.journal.models import Entry
from minqing.kernel.pages import Lock
from minqing.kernel.roles import AUDITOR, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.kernel.text import clean
from minqing.workflow.public import procedures

pytestmark = pytest.mark.django_db


def test_a_report_is_followed_urged_and_answered(machine, here):
    made = machine.report(here, contact={"name": "裘大爷", "phone": "13800000000"})
    assert made.status_code == 201
    code = made.json()["code"]
    assert machine.get(f"/receipts/{code}").json()["state"] == "待签收"
    added = machine.post(f"/receipts/{code}/words", {"words": "今天更暗了，请早点来"})
    assert "今天更暗了" in added.json()["timeline"][-1]["sentence"]
    assert machine.post(f"/receipts/{code}/urge").json()["may_urge"] is False
    assert machine.post(f"/receipts/{code}/urge").status_code == 429
    assert machine.post(f"/receipts/{code}/answer", {"done": True, "content": "content"}).status_code == 409
    walk_to_the_follow_up(here, code)
    seen = machine.get(f"/receipts/{code}").json()
    assert seen["may_answer"] is True
    assert [leg["clock"]["words"] for leg in seen["legs"]][:4] == ["按时"] * 4
    assert machine.post(f"/receipts/{code}/answer", {"done": True}).status_code == 400
    assert machine.post(f"/receipts/{code}/answer", {"done": False}).json()["field"] == "words"
    back = machine.post(f"/receipts/{code}/answer", {"done": False, "words": "还是不亮"}).json()
    assert (back["state"], back["done"]) == ("审核办理中", False)


def test_the_same_report_twice_is_one_and_other_words_are_a_conflict(machine, here):
    sent = a_report(here)
    first, second = (machine.post("/reports", sent) for _ in range(2))
    assert first.json()["code"] == second.json()["code"]
    clash = machine.post("/reports", sent | {"words": "河边的护栏断了一截。"})
    assert clash.status_code == 409
    assert "不一样" in clash.json()["message"]
    assert Case.everything.count() == 1


def test_a_door_code_carries_the_household_unless_anonymous(machine, here, door):
    named = machine.report(here, area_code="", door_code=door.code.lower()).json()["code"]
    assert Case.everything.get(receipt_code=named).subject_id == door.subject_id
    contact = {"name": "裘大爷", "phone": "13800000000"}
    nameless = machine.report(here, area_code="", door_code=door.code, anonymous=True, contact=contact)
    case = Case.everything.get(receipt_code=nameless.json()["code"])
    assert (case.subject_id, case.subject_kind) == (None, "")
    assert not Contact.objects.filter(case=case).exists()
    assert Session.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": 7}, "words"),
        ({"words": "长" * 2001}, "words"),
        ({"words": "\x00\u200b"}, "words"),
        ({"words": "\ud800路灯坏了三天"}, "words"),
        ({"id": "nope"}, "id"),
        ({"id": None}, "id"),
        ({"anonymous": "perhaps"}, "anonymous"),
        ({"anonymus": True}, "anonymus"),
        ({"area_code": ""}, None),
        ({"door_code": "ABCDEFGH"}, None),
        ({"contact": {"phone": "1380000000"}}, "contact.phone"),
        ({"contact": [1]}, "contact"),
    ],
)
def test_a_wrong_field_is_named_with_a_sentence(machine, here, changes, field):
    answered = machine.report(here, **changes)
    assert answered.status_code in (400, 422), answered.content
    assert answered.json()["field"] == field
    assert answered.json()["message"].endswith("。")
    assert Case.everything.count() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b"NaN"],
)
def test_what_is_no_report_is_refused(machine, here, body):
    for path in ("/reports", "/receipts/ABCDEFGHJK/words", "/receipts/ABCDEFGHJK/answer"):
        answered = machine.post(path, body)
        assert answered.status_code in (400, 422), answered.content
        assert set(answered.json()) == {"message", "field"}


def test_what_does_not_say_it_is_json_is_refused(machine, here):
    import json

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answered = machine.post("/reports", json.dumps(a_report(here)).encode(), content_type=kind)
        assert answered.status_code == 400
        assert "application/json" in answered.json()["message"]


def test_a_body_too_large_is_413(machine, here):
    answered = machine.post("/reports", b'{"words": "' + b"x" * 3_000_000 + b'"}')
    assert answered.status_code == 413
    assert "2 MB" in answered.json()["message"]


def test_a_place_that_is_not_there(machine, here):
    assert machine.report(here, area_code="999").status_code == 404
    assert machine.report(here, area_code="", door_code="ABCDEFGH").status_code == 404
    here.grid.closed_at = here.grid.closed_at or "2026-11-01T00:00:00Z"
    here.grid.save()
    assert machine.report(here).status_code == 400


@pytest.mark.parametrize("code", ["ABCDEFGHJK", "%00", "x" * 500, "路灯", "%ED%A0%80", "9" * 400])
def test_a_receipt_that_is_not_there(machine, here, code):
    assert machine.get(f"/receipts/{code}").status_code == 404
    assert machine.post(f"/receipts/{code}/urge").status_code == 404


def test_the_limits_are_those_of_the_residents_pages(machine, here, client, door):
    for _ in range(REPORTS.times_max):
        assert machine.report(here).status_code == 201
    refused = machine.report(here)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    sent = {"id": a_report(here)["id"], "words": WORDS, "anonymous": "yes"}
    assert client.post(f"/d/{door.code}/", sent).status_code == 429
    for _ in range(MISSES.times_max):
        machine.get("/receipts/ABCDEFGHJK")
    assert machine.get("/receipts/ABCDEFGHJK").status_code == 429


def test_officials_see_their_own_cases_only(machine, here, client):
    machine.report(here)
    assert machine.get("/cases").status_code == 401
    assert machine.get(f"/cases/{uuid.uuid4()}").status_code == 401
    case = Case.everything.get()

    def sign_in(role, **where):
        here.actor(role, **where)
        client.force_login(here.people[role.key])

    sign_in(VILLAGE_CLERK)
    found = machine.get("/cases").json()
    assert [one["number"] for one in found["items"]] == [case.number]
    assert machine.get(f"/cases/{case.id}").json()["words"] == WORDS
    assert Entry.objects.filter(kind="journal.file_opened", subject_id=case.id).count() == 1
    sign_in(VILLAGE_CLERK, area=here.neighbour)
    assert machine.get("/cases").json()["items"] == []
    assert machine.get(f"/cases/{case.id}").status_code == 404
    assert machine.get("/cases", area=str(here.grid.id)).json() == {"items": [], "next": ""}
    sign_in(AUDITOR)
    assert machine.get("/cases").status_code == 403
    sign_in(HANDLER)
    assert machine.get("/cases").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"todo": "true"}, 200),
        ({"text": "路灯"}, 200),
        ({"text": "\x00"}, 200),
        ({"text": "%_\\"}, 200),
        ({"text": "长" * 101}, 422),
        ({"colour": "green"}, 200),
        ({"colour": "blue"}, 422),
        ({"sort": "urged"}, 200),
        ({"sort": "name"}, 422),
        ({"limit": "100"}, 200),
        ({"limit": "0"}, 422),
        ({"limit": "9" * 5000}, 422),
        ({"cursor": "none of ours"}, 400),
        ({"cursor": "x" * 201}, 422),
        ({"unit": "x"}, 422),
        ({"area": str(uuid.uuid4())}, 200),
        ({"state": "nowhere", "procedure": "none", "topic": "\x00"}, 200),
    ],
)
def test_filters_are_those_of_the_queue(machine, here, client, query, status):
    machine.report(here)
    here.actor(TOWN_DISPATCHER)
    client.force_login(here.people["town_dispatcher"])
    answered = machine.get("/cases", **query)
    assert answered.status_code == status, answered.content


def test_the_list_asks_the_database_no_more_for_more_cases(
    machine, here, client, django_assert_max_num_queries
):
    everyone(here)
    client.force_login(here.people["town_dispatcher"])
    for _ in range(20):
        machine.report(here)
    with django_assert_max_num_queries(14):
        assert len(machine.get("/cases").json()["items"]) == 20


def test_every_operation_carries_its_lock_and_every_error():
    said = description()
    found = 0
    for path, methods in said["paths"].items():
        for operation in methods.values():
            found += 1
            assert {str(status) for status in STATUS_WORDS} <= set(operation["responses"]), path
            assert clean(operation["description"])
            assert clean(operation["summary"])
    assert found == 17
    assert said["info"]["title"] == "民情接口"
    locks: dict[str | None, tuple[Lock, ...]] = {
        one.name: getattr(one.callback, "locks", ()) for one in urlpatterns
    }
    assert all(locks.values())
    locked = {name: held[0].capability for name, held in locks.items()}
    assert locked["cases"] == locked["case"] == OPEN_CASES
    assert api.docs_url is None


def test_the_words_of_the_description_are_those_of_the_county():
    asked = {one["name"]: one for one in description()["paths"]["/api/v1/cases"]["get"]["parameters"]}
    from minqing.cases.public import CONTENT_LABELS, SORTS, SOURCE_LABELS

    # What residents ask about their own file is in no list of cases.
    assert set(asked["source"]["schema"]["enum"]) == {"", *SOURCE_LABELS} - {"rights"}
    assert set(asked["sort"]["schema"]["enum"]) == set(SORTS)
    content = description()["components"]["schemas"]["AnswerIn"]["properties"]["content"]
    assert set(content["anyOf"][0]["enum"]) == set(CONTENT_LABELS)
    assert procedures()


def test_the_description_and_its_page(client, here):
    page = client.get("/api/v1/")
    assert page.status_code == 200
    assert "凭回执码查进度" in page.content.decode()
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
    assert client.get("/api/v1/docs").json()["field"] is None
    assert client.get("/api/v1/docs").status_code == 404


def test_a_method_that_is_not_taken_is_told_like_every_other_failure(client, here):
    for address, method in (("/api/v1/cases", "post"), ("/api/v1/reports", "delete")):
        answer = getattr(client, method)(address)
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (405, "application/json")
        assert answer.json()["field"] is None
        assert answer.json()["message"].startswith(f"这个地址不接受 {method.upper()}，只能用 ")
        assert all(one in answer.json()["message"] for one in answer.headers["Allow"].split(", "))
        assert "no-store" in answer.headers["Cache-Control"]
