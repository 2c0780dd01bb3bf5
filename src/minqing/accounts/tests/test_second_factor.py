"""Promises of the second factor: a password alone opens nothing, a code is good once, and guessing is slowed down."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from minqing.accounts import factors
from minqing.accounts.models import Person, Session, SignInSecret
from minqing.accounts.public import reset_factors
from minqing.accounts.services.second_factor import renew_recovery_codes
from minqing.accounts.tests.factories import AT, PASSWORD, SmallCounty, appoint, make_person, small_county
from minqing.journal.public import timeline
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import GRID_WORKER, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR
from minqing.kernel.sealed import Unreadable
from tests.addresses import addresses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture
def person(here: SmallCounty) -> Person:
    made = make_person("qiu", password=PASSWORD)
    appoint(made, GRID_WORKER, here.grid)
    return made


def code_at(secret: str, at: Any) -> str:
    return str(format_hotp_value(hotp_value(secret.replace(" ", ""), int(at.timestamp()) // 30)))


def with_app(person: Person) -> str:
    secret = factors.new_secret()
    factors.add_app(person, secret, 0, AT)
    return secret


def password(client: Client) -> Any:
    return client.post("/sign-in/", {"username": "qiu", "password": PASSWORD})


def secret_on(page: Any) -> str:
    found = re.search(r"密钥：<code>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found is not None
    return found[1]


def open_addresses(client: Client) -> list[str]:
    """Return what a browser may open that is not for everybody, by every address there is without a filling."""
    found = []
    for one in addresses():
        if one.is_public or one.arguments:
            continue
        for method in (client.get, client.post):
            answer = method(one.filled())
            if answer.status_code not in (301, 302, 401, 403, 405) or "sign-in" not in answer.get(
                "Location", "sign-in"
            ):
                found.append(f"{one.name}: {answer.status_code} {answer.get('Location', '')}")
    return found


def test_a_password_alone_opens_not_one_page(person: Person) -> None:
    secret = with_app(person)
    client = Client()
    with clock.fixed(AT):
        asked = password(client)
        assert "还差一步" in asked.content.decode()
        assert "_auth_user_id" not in client.session
        assert open_addresses(client) == []
        assert client.get("/sign-in/bind/")["Location"] == "/sign-in/"  # not a way to bind another
        entered = client.post("/sign-in/code/", {"code": code_at(secret, AT)})
        assert (entered.status_code, entered["Location"]) == (302, "/")
        assert client.get("/security/").status_code == 200
    assert timeline("person", person.id)[0].sentence == "登录了系统（验证器）"


def test_whoever_has_none_reaches_only_the_page_to_bind_one(person: Person) -> None:
    client = Client()
    with clock.fixed(AT):
        page = password(client)
        assert "先绑定第二重验证" in page.content.decode()
        assert open_addresses(client) == []
        secret = secret_on(page)
        assert secret_on(client.get("/sign-in/bind/")) == secret  # a reload keeps what was scanned
        assert secret.replace(" ", "") not in str(dict(client.session))
        wrong = client.post("/sign-in/bind/", {"code": "000000"})
        assert wrong.status_code == 400
        assert "手机的时间" in wrong.content.decode()
        bound = client.post("/sign-in/bind/", {"code": code_at(secret, AT), "next": "/desk/"})
        codes = re.findall(r"<code>(\d{10})</code>", bound.content.decode())
        assert len(set(codes)) == 10
        assert 'href="/desk/"' in bound.content.decode()
        assert client.get("/security/").status_code == 200
    assert {one.data.get("secret", one.data.get("seed")) for one in Authenticator.objects.all()} == {"sealed"}
    box: Any = SignInSecret.objects.values_list("app", flat=True).get()
    assert secret.replace(" ", "").encode() not in bytes(box)
    other = make_person("other")
    SignInSecret.objects.filter(id=person.id).update(id=other.id)
    moved = SignInSecret.objects.get(id=other.id)
    with pytest.raises(Unreadable):  # sealed for the person whose it is
        str(moved.app)


def test_a_session_of_before_the_rule_is_nobodys(person: Person, settings: Any) -> None:
    settings.SECOND_FACTOR = "offered"
    client = Client()
    assert password(client).status_code == 302
    assert client.get("/security/").status_code == 200
    settings.SECOND_FACTOR = "required"
    assert client.get("/security/").status_code == 302


@pytest.mark.parametrize(("demonstration", "required"), [(True, False), (False, True)])
def test_by_default_a_demonstration_offers_and_a_county_requires(
    settings: Any, demonstration: bool, required: bool
) -> None:
    from minqing.accounts.public import second_factor_required

    settings.SECOND_FACTOR = ""
    small_county(demonstration=demonstration)
    assert second_factor_required() is required


def test_a_code_is_good_once_and_around_its_time(person: Person) -> None:
    secret = with_app(person)
    code = code_at(secret, AT)
    assert factors.code_fits(person.id, f"{code[:3]} {code[3:]}", AT) == factors.APP
    assert factors.code_fits(person.id, code, AT) is None
    earlier = code_at(secret, AT - timedelta(seconds=30))
    assert factors.code_fits(person.id, earlier, AT) is None  # older than the one used
    later = code_at(secret, AT + timedelta(seconds=30))
    assert factors.code_fits(person.id, later, AT) == factors.APP
    for far in (60, 3600):
        assert factors.code_fits(person.id, code_at(secret, AT + timedelta(seconds=far + 60)), AT) is None


def test_guessing_codes_is_slowed_down_and_a_right_password_forgives_nothing(person: Person) -> None:
    secret = with_app(person)
    client = Client()
    with clock.fixed(AT):
        for number in range(5):
            assert password(client).status_code == 200
            assert client.post("/sign-in/code/", {"code": f"00000{number}"}).status_code == 400
        password(client)
        waits = client.post("/sign-in/code/", {"code": code_at(secret, AT)})
        assert waits.status_code == 429
    lines = [one.sentence for one in timeline("person", person.id)]
    assert any("连续试错" in line for line in lines)
    later = AT + timedelta(minutes=1)
    with clock.fixed(later):
        password(client)
        assert client.post("/sign-in/code/", {"code": code_at(secret, later)}).status_code == 302


def test_a_recovery_code_enters_once_and_its_owner_is_told(person: Person) -> None:
    with_app(person)
    codes = renew_recovery_codes(person=person, at=AT)
    client = Client()
    with clock.fixed(AT):
        password(client)
        assert client.post("/sign-in/code/", {"code": codes[3]}).status_code == 302
        assert "还剩 9 个" in client.get("/security/").content.decode()
        other = Client()
        password(other)
        assert other.post("/sign-in/code/", {"code": codes[3]}).status_code == 400
    assert factors.codes_left(person.id) == 9
    renew_recovery_codes(person=person, at=AT)
    assert factors.code_fits(person.id, codes[4], AT) is None


def test_the_security_administrator_resets_and_the_person_is_told(here: SmallCounty, person: Person) -> None:
    secret = with_app(person)
    client = Client()
    security = here.actor(SECURITY_ADMINISTRATOR)
    with clock.fixed(AT):
        password(client)
        client.post("/sign-in/code/", {"code": code_at(secret, AT)})
        with pytest.raises(NotAllowed):
            reset_factors(person_id=person.id, by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
        with pytest.raises(Refused, match="不能自己重设"):
            reset_factors(person_id=security.person_id, by=security, at=AT)
        reset_factors(person_id=person.id, by=security, at=AT)
        assert client.get("/security/").status_code == 302  # signed out at once
        page = password(client)
        assert "先绑定第二重验证" in page.content.decode()
        bound = client.post("/sign-in/bind/", {"code": code_at(secret_on(page), AT)})
        assert "重设了您的第二重验证" in bound.content.decode()
    assert any("重设了裘小满的第二重验证" in one.sentence for one in timeline("person", person.id))


def test_the_last_one_stays_and_others_are_removed_after_showing_who_one_is(
    person: Person, settings: Any
) -> None:
    secret = with_app(person)
    client = Client()
    with clock.fixed(AT):
        password(client)
        client.post("/sign-in/code/", {"code": code_at(secret, AT)})
        [app] = factors.factors_of(person.id)
        address = f"/security/unbind/{app.id}/"
        assert "最后一种" in client.post(address).content.decode()
    later = AT + timedelta(minutes=11)
    with clock.fixed(later):
        asked = client.post(address)
        assert asked.status_code == 401
        assert "验证码" in asked.content.decode()
        assert (
            client.post("/step-up/", {"password": PASSWORD}).status_code == 400
        )  # a password no longer does
        assert client.post("/step-up/", {"code": code_at(secret, later)}).status_code == 302
        settings.SECOND_FACTOR = "offered"
        assert client.post(address).status_code == 302
        assert client.post(address).status_code == 404
    assert not Authenticator.objects.filter(user=person).exists()


def test_nonsense_in_place_of_a_passkey_is_refused_with_a_sentence(person: Person) -> None:
    with_app(person)
    client = Client()
    with clock.fixed(AT):
        for nonsense in (
            "x",
            "[]",
            "{}",
            '{"response": 7}',
            "9" * 30_000,
            '{"id": "a", "rawId": "b", "response": {}}',
        ):
            password(client)
            answer = client.post("/sign-in/code/", {"passkey": nonsense})
            assert answer.status_code in (400, 429)
            assert Session.objects.filter(person=person).count() == 0
