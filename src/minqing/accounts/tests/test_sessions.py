"""Promises of sessions: a right that is gone is gone at the next request, everywhere; what lies idle ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.models import Appointment, Person, SecurityNotice, Session
from minqing.accounts.session_store import SessionStore
from minqing.accounts.tests.factories import (
    DAY,
    PASSWORD,
    SmallCounty,
    appoint,
    make_person,
    small_county,
    stepped_up,
)
from minqing.kernel import clock
from minqing.kernel.roles import GRID_WORKER, SECURITY_ADMINISTRATOR

pytestmark = pytest.mark.django_db

NEW = "xiaoman-mangzhong-7"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture
def person(here: SmallCounty) -> Person:
    made = make_person("qiu", password=PASSWORD)
    appoint(made, GRID_WORKER, here.grid)
    return made


def entered(**headers: str) -> Client:
    client = Client(headers=headers)
    assert client.post("/sign-in/", {"username": "qiu", "password": PASSWORD}).status_code == 302
    return client


def security_of(here: SmallCounty) -> Client:
    here.actor(SECURITY_ADMINISTRATOR)
    client = Client()
    client.force_login(here.people["security_administrator"])
    return stepped_up(client)


def may_open(client: Client) -> bool:
    return client.get("/desk/registry/").status_code == 200


def test_every_open_session_loses_the_right_with_the_next_request(here: SmallCounty, person: Person) -> None:
    clients = [entered() for _ in range(10)]
    assert all(may_open(one) for one in clients)
    Appointment.objects.filter(person=person).update(ends_on=DAY.replace(day=1))
    assert not any(may_open(one) for one in clients), "0 requests late"
    Appointment.objects.filter(person=person).update(ends_on=None)
    assert all(may_open(one) for one in clients)
    closing = reverse("desk:person_close", args=[person.id])
    security = security_of(here)
    assert security.post(closing, {"reason": ""}).status_code == 400
    assert security.post(closing, {"reason": "离职"}).status_code == 302
    for client in clients:
        assert client.get("/desk/registry/").status_code == 302  # signed out
    assert Session.objects.filter(person=person).count() == 0
    refused = Client().post("/sign-in/", {"username": "qiu", "password": PASSWORD})
    assert "用户名或密码不对" in refused.content.decode()
    assert security.post(reverse("desk:person_reopen", args=[person.id])).status_code == 302
    entered()


def test_nobody_closes_their_own_account(here: SmallCounty) -> None:
    client = security_of(here)
    own = here.people["security_administrator"]
    answer = client.post(reverse("desk:person_close", args=[own.id]), {"reason": "试"})
    assert answer.status_code == 400
    assert Person.objects.get(id=own.id).is_active


def test_another_password_ends_all_sessions_but_the_one_it_was_changed_in(person: Person) -> None:
    first, second = entered(), entered()
    key = first.session.session_key
    given = {"old": PASSWORD, "password": NEW}
    assert "换一个" in first.post("/password/", {"old": PASSWORD, "password": PASSWORD}).content.decode()
    assert first.post("/password/", given).status_code == 302
    assert first.session.session_key != key
    assert may_open(first)
    assert second.get("/security/").status_code == 302
    assert Session.objects.filter(person=person).count() == 1


def test_a_password_that_somebody_else_set_is_changed_first(here: SmallCounty, person: Person) -> None:
    old = entered()
    reset = reverse("desk:person_password", args=[person.id])
    assert security_of(here).post(reset, {"new": NEW}).status_code == 302
    assert old.get("/security/").status_code == 302
    client = Client()
    client.post("/sign-in/", {"username": "qiu", "password": NEW})
    assert client.get("/desk/registry/")["Location"] == "/password/"
    assert "别人给您设的" in client.get("/password/").content.decode()
    client.post("/password/", {"old": NEW, "password": PASSWORD})
    assert may_open(client)
    assert SecurityNotice.objects.filter(person=person, sentence__contains="重设了您的密码").exists()


def test_a_county_that_wants_it_has_passwords_changed_every_so_often(person: Person, settings) -> None:
    Person.objects.filter(id=person.id).update(password_set_at=clock.now() - timedelta(days=91))
    assert may_open(entered())
    settings.PASSWORD_MAX_DAYS = 90
    assert entered().get("/desk/registry/")["Location"] == "/password/"


def test_what_lies_idle_ends_and_so_does_a_long_day(person: Person) -> None:
    idle, long, phone = entered(), entered(), entered(user_agent=PHONE)
    kept = {one.device: one for one in Session.objects.filter(person=person)}
    handset = next(one for device, one in kept.items() if device.startswith("安卓"))
    assert handset.device == "安卓 · Chrome"
    assert handset.idle_until - handset.seen_at == timedelta(minutes=240)
    assert handset.expires_at - handset.made_at == timedelta(hours=12)
    now = clock.machine()

    def row(client: Client):
        from minqing.accounts.session_store import hash_of

        return Session.objects.filter(key_hash=hash_of(client.session.session_key or ""))

    of_idle, of_long = row(idle), row(long)
    one = of_idle.get()
    assert one.idle_until - one.seen_at == timedelta(minutes=60)
    assert one.expires_at - one.made_at == timedelta(hours=8)
    of_idle.update(seen_at=now - timedelta(minutes=61), idle_until=now - timedelta(minutes=1))
    of_long.update(expires_at=now - timedelta(seconds=1))
    assert idle.get("/security/").status_code == 302
    assert long.get("/security/").status_code == 302
    assert phone.get("/security/").status_code == 200
    SessionStore.clear_expired()
    assert Session.objects.filter(person=person).count() == 1


def test_using_a_session_keeps_it_but_not_beyond_its_day(person: Person) -> None:
    client = entered()
    [before] = Session.objects.filter(person=person)
    Session.objects.filter(id=before.id).update(
        seen_at=before.seen_at - timedelta(minutes=30), idle_until=before.idle_until - timedelta(minutes=30)
    )
    assert client.get("/security/").status_code == 200
    [after] = Session.objects.filter(person=person)
    assert after.idle_until > before.idle_until - timedelta(minutes=1)
    assert client.post("/step-up/", {"password": PASSWORD}).status_code == 302
    [again] = Session.objects.filter(person=person)
    assert again.key_hash != after.key_hash
    assert again.expires_at == before.expires_at


def test_one_sees_ones_devices_and_signs_out_of_one_or_all(person: Person) -> None:
    here, phone, third = entered(), entered(user_agent=PHONE), entered()
    page = here.get("/security/").content.decode()
    assert "安卓 · Chrome" in page
    assert page.count("让它退出") == 2
    its = Session.objects.get(device="安卓 · Chrome")
    stranger = Client()
    stranger.force_login(make_person("other"))
    assert stranger.post(f"/security/sessions/{its.id}/end/").status_code == 404
    assert here.post(f"/security/sessions/{its.id}/end/").status_code == 302
    assert phone.get("/security/").status_code == 302
    assert here.post("/security/sessions/end/").status_code == 302
    assert third.get("/security/").status_code == 302
    assert here.get("/security/").status_code == 200


def test_the_database_holds_nothing_that_signs_anybody_in(person: Person) -> None:
    client = entered()
    key = client.cookies["sessionid"].value
    [row] = Session.objects.filter(person=person)
    for kept in (bytes(row.key_hash).hex(), row.data, str(row.id)):
        assert key not in kept
        assert not Session.objects.filter(key_hash=kept.encode()).exists()
        thief = Client()
        thief.cookies["sessionid"] = kept
        assert thief.get("/security/").status_code == 302


def test_whose_a_session_is_comes_with_it(person: Person) -> None:
    client = entered()
    with CaptureQueriesContext(connection) as asked:
        assert may_open(client)
    about = [one["sql"] for one in asked if '"person"."password"' in one["sql"]]
    assert len(about) == 1
    assert '"signed_in_session"' in about[0]


def test_a_session_of_an_older_password_is_over(person: Person) -> None:
    client = entered()
    assert may_open(client)
    person.set_password(NEW)
    person.save(update_fields=["password"])
    assert not may_open(client)
    assert not may_open(client)


def test_a_session_signed_with_an_older_secret_goes_on(person: Person, settings: Any) -> None:
    client = entered()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [settings.SECRET_KEY]
    assert may_open(client)


def test_a_session_entered_in_a_way_that_is_no_more_is_over(person: Person, settings: Any) -> None:
    client = entered()
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
    assert not may_open(client)
