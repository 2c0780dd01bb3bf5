"""Pages of tokens: made, fetched, shown once, revoked; step-up before each; nobody else's."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minqing.accounts.models import ApiToken, Appointment
from minqing.accounts.public import bearer_of
from minqing.accounts.tests.factories import AT, SmallCounty, small_county, stepped_up
from minqing.kernel import clock
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"mq_[\w-]{40,}")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.fixed(AT):
        yield


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def browser(here: SmallCounty, role: Any, *, sure: bool = True) -> Client:
    here.actor(role)
    client = Client()
    client.force_login(here.people[role.key])
    return stepped_up(client) if sure else client


def form(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "name": "每日汇总", "scopes": ["cases:read"], "days": "30"} | changes


def test_a_token_is_shown_once_and_listed_without_its_secret(here):
    client = browser(here, TOWN_DISPATCHER)
    assert "还没有令牌" in client.get("/desk/tokens/").content.decode()
    sent = form()
    shown = client.post("/desk/tokens/make/", sent)
    assert "no-store" in shown["Cache-Control"]
    (secret,) = set(SECRET.findall(shown.content.decode()))
    assert bearer_of(secret, at=AT) is not None
    again = client.post("/desk/tokens/make/", sent)
    assert again.status_code == 409
    listed = client.get("/desk/tokens/").content.decode()
    for text in (again.content.decode(), listed):
        assert secret not in text
    assert "每日汇总" in listed
    assert "谷来镇调度员" in listed
    assert re.search("2026-11-20 10:00\\s*用过", listed)  # just now, by this test


def test_one_shows_again_who_one_is(here):
    client = browser(here, TOWN_DISPATCHER, sure=False)
    asked = client.post("/desk/tokens/make/", form())
    assert "生成接口令牌" in asked.content.decode()
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["open311"]}, {"days": "0"}, {"days": "91"}]
)
def test_a_wrong_field_keeps_what_was_typed(here, wrong):
    client = browser(here, TOWN_DISPATCHER)
    answered = client.post("/desk/tokens/make/", form(name="我的程序") | wrong)
    assert answered.status_code == 400
    if "name" not in wrong:
        assert "我的程序" in answered.content.decode()
    assert ApiToken.objects.count() == 0


def test_a_systems_token_goes_from_the_administrator_to_whoever_answers_for_it(here):
    administrator, official = browser(here, SECURITY_ADMINISTRATOR), browser(here, TOWN_DISPATCHER)
    held = Appointment.objects.get(person=here.people["town_dispatcher"])
    page = administrator.get(f"/desk/people/{held.person_id}/").content.decode()
    url = reverse("desk:token_open", args=[held.person_id, held.id])
    assert url in page
    assert "代群众提交" in administrator.get(url).content.decode()
    opened = administrator.post(url, form(name="随手拍", scopes=["open311"], days="365"), follow=True)
    text = opened.content.decode()
    assert "等负责人领取" in text
    assert not SECRET.search(text)
    token = ApiToken.objects.get()
    take = reverse("desk:token_take", args=[token.id])
    assert browser(here, VILLAGE_CLERK).post(take).status_code == 404
    assert administrator.post(take).status_code == 404
    assert take in official.get("/desk/tokens/").content.decode()
    (secret,) = set(SECRET.findall(official.post(take).content.decode()))
    assert official.post(take).status_code == 409
    assert bearer_of(secret, at=AT) is not None
    revoke = reverse("desk:token_revoke", args=[token.id])
    assert browser(here, VILLAGE_CLERK).post(revoke).status_code == 404
    ended = administrator.post(revoke, follow=True).content.decode()
    assert "已撤销" in ended
    assert bearer_of(secret, at=AT) is None


def test_who_opens_which_page(here):
    clerk = browser(here, VILLAGE_CLERK)
    held = Appointment.objects.get(person=here.people["village_clerk"])
    assert clerk.get("/desk/tokens/systems/").status_code == 403
    assert clerk.get(reverse("desk:token_open", args=[held.person_id, held.id])).status_code == 403
    assert (
        "还没有系统接入"
        in browser(here, SECURITY_ADMINISTRATOR).get("/desk/tokens/systems/").content.decode()
    )
    assert "/desk/tokens/" in clerk.get("/security/").content.decode()
    other = browser(here, SECURITY_ADMINISTRATOR)
    assert other.get(reverse("desk:token_open", args=[uuid.uuid4(), held.id])).status_code == 404
