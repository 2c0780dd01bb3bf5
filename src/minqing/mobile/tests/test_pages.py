"""The phone's pages through Django's client: what is wrong keeps what was typed, what is not yours is not there."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import AT, PASSWORD, SmallCounty, small_county
from minqing.cases.models import Case
from minqing.diary.models import Visit
from minqing.diary.tests.factories import make_household, make_resident, make_visit
from minqing.kernel import clock
from minqing.kernel.access import Role
from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.roles import AUDITOR, GRID_WORKER, HANDLER, VILLAGE_CLERK
from minqing.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_working_morning():
    with clock.fixed(AT):
        yield


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def browser(here: SmallCounty, role: Role, **where: object) -> Client:
    actor = here.actor(role, **where)  # type: ignore[arg-type]
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


def visit_form(**changes: object) -> dict[str, object]:
    given = {"visit_id": str(uuid7(AT)), "met": "张阿婆", "heard": "路灯坏了三天。", "done": ""}
    return {**given, **changes}


def test_a_visit_is_written_once_though_sent_twice(here):
    home = make_household(here.grid)
    worker = browser(here, GRID_WORKER)
    address, form = f"/m/visits/new/household/{home.id}/", visit_form()
    first = worker.post(address, form)
    assert first.status_code == 302
    assert worker.post(address, form)["Location"] == first["Location"]
    assert Visit.everything.count() == 1
    other = worker.post(address, form | {"heard": "别的话。"})
    assert other.status_code == 409
    assert "别的话" in other.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"visit_id": "not-an-id"}, "编号"),
        ({"heard": "长" * 5000}, "最多"),
        ({"met": "", "heard": "\u200b\u202e", "done": ""}, "写"),
        ({"lon": "abc", "lat": "1"}, "定位"),
        ({"visited_at": "2030-01-01T10:00"}, "时间"),
    ],
)
def test_a_visit_that_cannot_be_kept_says_why_and_loses_nothing(here, changes, words):
    home = make_household(here.grid)
    answer = browser(here, GRID_WORKER).post(
        f"/m/visits/new/household/{home.id}/", visit_form(done="答应报修") | changes
    )
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_one_tap_makes_one_case(here):
    home = make_household(here.grid)
    actor = here.actor(GRID_WORKER)
    visit = make_visit(home, actor, heard="路灯坏了三天。水管也漏。", done="")
    worker = browser(here, GRID_WORKER)
    for _ in range(2):
        assert worker.post(f"/m/visits/{visit.id}/findings/", {"text": "路灯坏了三天。"}).status_code == 302
    case = Case.everything.get()
    assert case.source == "visit"
    page = worker.get(f"/m/visits/{visit.id}/").content.decode()
    assert "待受理" in page
    assert worker.post(f"/m/visits/{visit.id}/findings/", {"text": ""}).status_code == 302


def test_a_neighbour_finds_nothing(here):
    home = make_household(here.grid)
    visit = make_visit(home, here.actor(GRID_WORKER))
    stranger = browser(here, GRID_WORKER, area=here.neighbour_grid)
    for address in (
        f"/m/subjects/household/{home.id}/",
        f"/m/visits/new/household/{home.id}/",
        f"/m/visits/{visit.id}/",
        f"/m/matters/{uuid4()}/",
        "/m/subjects/nonsense/00000000-0000-7000-8000-000000000001/",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"/m/visits/{visit.id}/findings/", {"text": "偷看"}).status_code == 404


def test_who_has_no_diary_is_told_so(here):
    assert browser(here, AUDITOR).get("/m/visits/").status_code == 403
    assert browser(here, HANDLER).get("/m/").status_code == 200
    assert Client().get("/m/")["Location"].startswith("/sign-in/")


def test_steps_are_taken_and_refusals_keep_what_was_typed(here):
    worker = browser(here, GRID_WORKER)
    form = {"id": str(random_id()), "area": str(here.grid.id), "words": "路灯坏了三天，没人修。"}
    made = worker.post("/m/matters/new/", form)
    assert made.status_code == 302
    assert worker.post("/m/matters/new/", form)["Location"] == made["Location"]
    case = Case.everything.get()
    clerk = browser(here, VILLAGE_CLERK)
    take = f"/m/matters/{case.id}/decline/"
    empty = clerk.post(take, {"decline-leg": "1"})
    assert empty.status_code == 400
    assert "请填写理由" in empty.content.decode()
    stale = clerk.post(take, {"decline-leg": "7", "decline-reason": "已在别处登记"})
    assert stale.status_code == 409
    assert "已在别处登记" in stale.content.decode()
    assert clerk.post(f"/m/matters/{case.id}/no-such-step/", {}).status_code == 404
    assert worker.post(take, {"decline-leg": "1", "decline-reason": "想替村里退"}).status_code == 403
    assert clerk.post(take, {"decline-leg": "1", "decline-reason": "已在别处登记"}).status_code == 302


def test_the_nearest_grid_is_offered_as_a_guess(here):
    worker = browser(here, VILLAGE_CLERK)
    form = {"locate": "1", "lon": "120.6391", "lat": "29.6991", "words": "路灯坏了", "id": str(random_id())}
    page = worker.post("/m/matters/new/", form).content.decode()
    assert "可能不准" in page
    assert "举坑村第二网格" in page
    assert "路灯坏了" in page
    assert "没有拿到定位" in worker.post("/m/matters/new/", form | {"lon": "x"}).content.decode()
    assert (
        "不在您任职的辖区"
        in worker.post("/m/matters/new/", form | {"lon": "120.656", "lat": "29.541"}).content.decode()
    )


def test_the_first_page_shows_what_is_unread_however_old(here):
    actor = here.actor(GRID_WORKER)
    Notice.objects.bulk_create(
        Notice(
            person_id=actor.person_id, kind="cases.late", subject_kind="case", subject_id=uuid7(),
            sentence=f"第 {number} 条", key=f"of {number}", made_at=AT - timedelta(days=number),
            read_at=AT if number < 25 else None,
        )
        for number in range(30)
    )  # fmt: skip
    told = browser(here, GRID_WORKER).get("/m/").content.decode()
    assert [number for number in range(30) if f"第 {number} 条<" in told] == [25, 26, 27]
    assert "5 条未读" in told
    Notice.objects.update(read_at=AT)
    assert "条未读" not in browser(here, GRID_WORKER).get("/m/").content.decode()


def test_a_page_costs_the_same_for_ten_visits_and_for_a_hundred(here, django_assert_max_num_queries):
    actor = here.actor(GRID_WORKER)
    worker = browser(here, GRID_WORKER)
    for number in range(12):
        home = make_household(here.grid, f"举坑村岭脚{number}号")
        make_resident(here.grid, f"张{number}", home)
        make_visit(home, actor)
    for address, most in (("/m/", 22), ("/m/visits/", 14), ("/m/visits/pick/?q=张", 26), ("/m/matters/", 12)):
        with django_assert_max_num_queries(most):
            assert worker.get(address).status_code == 200


def test_a_session_that_ended_loses_nothing_that_was_written(here):
    home = make_household(here.grid)
    actor = here.actor(GRID_WORKER)
    person = Person.objects.get(id=actor.person_id)
    person.set_password(PASSWORD)
    person.save()
    address, form = f"/m/visits/new/household/{home.id}/", visit_form(heard="水管漏了两天，没人来修。")
    stranger = Client()
    expired = stranger.post(address, form)
    assert expired.status_code == 401
    assert "登录已过期" in expired.content.decode()
    assert "水管漏了两天" in expired.content.decode()
    kept = expired.context["kept"]
    given = {"username": person.username, "next": address, "kept": kept}
    wrong = stranger.post("/sign-in/", given | {"password": "wrong"})
    assert wrong.context["kept"] == kept
    entered = stranger.post("/sign-in/", given | {"password": PASSWORD})
    assert "继续提交" in entered.content.decode()
    assert dict(entered.context["fields"])["visit_id"] == form["visit_id"]
    assert stranger.post(address, dict(entered.context["fields"])).status_code == 302
    assert Visit.everything.get().heard == "水管漏了两天，没人来修。"


def test_a_post_without_its_token_shows_what_was_written():
    careless = Client(enforce_csrf_checks=True)
    refused = careless.post("/m/matters/new/", {"words": "桥栏杆断了"})
    assert refused.status_code == 403
    assert "桥栏杆断了" in refused.content.decode()
