"""One's own file: signing in with a code, what is shown, what is asked, the copy; and everything that goes wrong."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from minqing.accounts import public as accounts
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.diary.tests.factories import make_visit
from minqing.disclosure import public as disclosure
from minqing.journal import public as journal
from minqing.journal.models import Entry
from minqing.journal.public import reads_of
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import AUDITOR, GRID_WORKER, VILLAGE_CLERK
from minqing.portal.tests.conftest import NOW, report
from minqing.registry import public as registry
from minqing.registry.tests.factories import id_number
from minqing.rights import public as rights
from minqing.rights.models import DataRequest

pytestmark = pytest.mark.django_db
NUMBER = id_number(nth=51)


@pytest.fixture
def resident(here: SmallCounty) -> registry.Resident:
    registry.load_tag_kinds()
    by = here.actor(VILLAGE_CLERK)
    home = registry.add_household(
        area_id=here.grid.id, values=registry.HouseholdInput(address="岭脚 12 号"), by=by, at=AT
    )
    who = registry.ResidentInput(name="张桂香", id_number=NUMBER, phone="13867512399", occupation="绣工")
    row = registry.add_resident(values=who, household_id=home.id, relation="head", by=by, at=AT)
    other = registry.ResidentInput(name="裘大山", phone="13867510000")
    registry.add_resident(values=other, household_id=home.id, relation="spouse", by=by, at=AT)
    return row


@pytest.fixture
def code(here: SmallCounty, resident: registry.Resident) -> str:
    shown = rights.Shown("self", "id_card", id_number=NUMBER)
    by = here.actor(VILLAGE_CLERK)
    return rights.hand_over(code_id=uuid7(), resident_id=resident.id, shown=shown, by=by, at=NOW)[1]


def sign_in(client: Client, code: str, proof: str = NUMBER[-6:]):
    return client.post("/me/", {"code": code, "proof": proof})


@pytest.fixture
def mine(client: Client, code: str) -> Client:
    assert sign_in(client, code)["Location"] == "/me/file/"
    return client


def test_signing_in_sets_a_cookie_of_its_own_and_no_officials_session(client, code):
    answered = sign_in(client, code)
    cookie = answered.cookies["mq_me"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/me/", True, "Strict")
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    page = client.get("/me/file/")
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", ["file/", "reads/", "changes/", "requests/", "requests/new/", "copy/"])
def test_without_a_code_nothing_opens(client, resident, path):
    answered = client.get(f"/me/{path}")
    assert (answered.status_code, answered["Location"]) == (302, "/me/")


def test_a_receipt_opens_no_file(client, here, door, resident):
    receipt = report(client, door, anonymous="no", name="张桂香", phone="13867512399")
    answered = sign_in(client, receipt)
    assert answered.status_code == 400
    assert "查阅码或证件号后 6 位不对" in answered.content.decode()


def test_the_file_shows_numbers_masked_and_others_by_their_surname(mine):
    words = mine.get("/me/file/").content.decode()
    assert "张桂香" in words
    assert NUMBER not in words
    assert "13867512399" not in words
    assert "裘*山" in words
    assert "裘大山" not in words
    assert "13867510000" not in words


def test_who_opened_it_and_why_is_named(mine, here, resident):
    worker = here.actor(GRID_WORKER)
    ref = registry.SubjectRef("resident", resident.id)
    registry.open_dossier(ref=ref, purpose="走访前查看", by=worker, at=NOW)
    words = mine.get("/me/reads/").content.decode()
    assert worker.person_name in words
    assert "走访前查看" in words


def test_the_work_that_linked_the_reader_is_named(mine, here, resident):
    worker = here.actor(GRID_WORKER)
    make_visit(resident, worker, days_ago=1)
    disclosure.open_file(ref=registry.SubjectRef("resident", resident.id), by=worker, at=NOW)
    words = mine.get("/me/reads/").content.decode()
    line = reads_of("resident", resident.id)[0]
    assert line.because
    assert line.because in words


def test_whoever_saw_the_whole_number_is_named_with_what_they_typed(mine, here, resident):
    worker = here.actor(GRID_WORKER)
    ref = registry.SubjectRef("resident", resident.id)
    disclosure.show_number(
        ref=ref, field="id_number", purpose="call_back", words="核对养老金申请", by=worker, at=NOW
    )
    why = "联系本人：核对养老金申请（本网格，还没有走访过）"
    words = mine.get("/me/reads/").content.decode()
    assert "完整证件号" in words
    assert why in words
    copy = mine.post("/me/copy/", {"form": "json"}).content.decode()
    line = json.loads(copy)["parts"]["reads"]["entries"][0]
    assert (line["what"], line["why"]) == ("完整证件号", why)
    audited, _ = journal.audit(here.actor(AUDITOR), accounts.READ_AUDIT)
    assert f"查看了完整证件号：{why}" in [one.sentence for one in audited]


def test_one_s_own_case_is_there_and_a_neighbour_s_words_are_not(mine, client, door, resident):
    own = report(
        Client(), door, anonymous="no", name="张阿姨", phone="13867512399", words="我家门口的灯坏了三天"
    )
    other = report(
        Client(), door, anonymous="no", name="裘某", phone="13700000000", words="张桂香家的狗天天叫"
    )
    Case.everything.filter(receipt_code=other).update(subject_kind="resident", subject_id=resident.id)
    words = mine.get("/me/file/").content.decode()
    assert "我家门口的灯坏了三天" in words
    assert own in words
    assert "天天叫" not in words
    assert "裘某" not in words
    assert "13700000000" not in words
    assert other not in words


def test_a_request_is_asked_followed_and_taken_back(mine):
    form = mine.get("/me/requests/new/?kind=correction&item=occupation")
    start = form.context["form"].initial
    sent = {"id": start["id"], "kind": "correction", "item": "occupation", "words": "应该是茶农"}
    first = mine.post("/me/requests/new/", sent)
    assert mine.post("/me/requests/new/", sent)["Location"] == first["Location"]
    page = mine.get(first["Location"]).content.decode()
    assert "待受理" in page
    assert "应该是茶农" in page
    request = DataRequest.objects.get()
    receipt = Client().get(f"/r/{request.case.receipt_code}/").content.decode()
    assert "职业" in receipt
    assert "茶农" not in receipt
    back = mine.post(f"/me/requests/{request.id}/back/")
    assert "已撤回" in mine.get(back["Location"]).content.decode()


def test_a_request_without_words_says_so_and_another_for_the_same_is_refused(mine):
    sent = {"id": uuid7(), "kind": "correction", "item": "name", "words": ""}
    answered = mine.post("/me/requests/new/", sent)
    assert answered.status_code == 400
    assert "请写应该是什么" in answered.content.decode()
    mine.post("/me/requests/new/", sent | {"words": "应为张桂湘"})
    again = mine.post("/me/requests/new/", sent | {"id": uuid7(), "words": "应为张桂湘"})
    assert again.status_code == 409
    assert "正在办理" in again.content.decode()


def test_somebody_else_s_request_is_not_there(mine, here, code):
    assert mine.get(f"/me/requests/{uuid7()}/").status_code == 404
    assert mine.post(f"/me/requests/{uuid7()}/back/").status_code == 404


def test_erasing_everything_says_first_what_the_law_keeps(mine):
    words = mine.get("/me/requests/new/?kind=erasure&item=everything").content.decode()
    assert "依法要保留的" in words
    assert "《个人信息保护法》" in words


@pytest.mark.parametrize("form", ["json", "pdf"])
def test_the_copy_is_taken_by_post_in_the_session_and_written_down(mine, resident, form):
    assert mine.get("/me/copy/").status_code == 200
    answered = mine.post("/me/copy/", {"form": form})
    assert answered.status_code == 200
    assert "attachment" in answered["Content-Disposition"]
    assert "no-store" in answered["Cache-Control"]
    assert Entry.objects.filter(kind="rights.copy_taken", subject_id=resident.id).count() == 1
    if form == "json":
        whole = json.loads(answered.content)
        assert whole["parts"]["facts"]["entries"][0]["id_number"] == NUMBER
        assert whole["made_for"] == "本人"
    else:
        assert answered.content.startswith(b"%PDF-")


def test_a_copy_in_no_known_form_is_refused(mine):
    answered = mine.post("/me/copy/", {"form": "exe"})
    assert answered.status_code == 400
    assert "请选择要哪一种副本" in answered.content.decode()


def test_after_fifteen_minutes_what_was_written_is_not_lost(mine):
    with clock.fixed(NOW + timedelta(minutes=16)):
        sent = {"id": uuid7(), "kind": "correction", "item": "name", "words": "应为张桂湘"}
        answered = mine.post("/me/requests/new/", sent)
        words = answered.content.decode()
    assert answered.status_code == 401
    assert "应为张桂湘" in words
    assert "还没有提交" in words


def test_signing_out_and_ending_the_code(mine, code):
    answered = mine.post("/me/out/")
    assert answered.cookies["mq_me"].value == ""
    assert sign_in(mine, code).status_code == 302
    assert "停用" in mine.post("/me/end/", follow=True).content.decode()
    assert "停用" in sign_in(mine, code).content.decode()


def test_guessing_from_one_address_is_slowed(client, resident):
    for _ in range(rights.WRONG_CODES.times_max):
        assert sign_in(client, "23456789AB").status_code == 400
    answered = sign_in(client, "23456789AB")
    assert answered.status_code == 429
    assert "十分钟" in answered.content.decode()


def test_pages_stay_light_with_a_full_file(mine, here, resident):
    worker = here.actor(GRID_WORKER)
    for number in range(30):
        make_visit(resident, worker, days_ago=number + 1, heard="说了很多话。" * 20)
    page = mine.get("/me/file/")
    assert len(page.content) < 60_000
    assert "下一页" in mine.get("/me/file/", headers={"accept-encoding": ""}).content.decode()
