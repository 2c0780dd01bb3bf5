"""Promises of showing again who one is: nothing happens without it, nothing that was posted is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from minqing.accounts.public import SYSTEM_ADMINISTRATOR
from minqing.accounts.tests.factories import AT, PASSWORD, appoint, make_person, small_county, stepped_up
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@page(signed_in="a probe", step_up="导出档案")
def probe(request: OfficialRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} {request.POST.getlist('id')} {request.POST.get('why', '')}")


urlpatterns = [path("probe/", probe, name="probe"), path("", include("minqing.config.urls"))]


@pytest.fixture
def browser() -> Client:
    here = small_county()
    person = make_person("page", password=PASSWORD)
    appoint(person, SYSTEM_ADMINISTRATOR, here.county)
    client = Client()
    client.force_login(person)
    return client


def hidden(text: str) -> dict[str, str]:
    form = text[text.index('action="/step-up/"') :].split("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {
        name: value.replace("&quot;", '"') for name, value in found.items() if name != "csrfmiddlewaretoken"
    }


def test_what_was_posted_waits_and_is_sent_on(browser: Client) -> None:
    with clock.fixed(AT):
        asked = browser.post("/probe/", {"id": ["1", "2"], "why": "核对低保名单", "password": "secret"})
        assert asked.status_code == 401
        assert "no-store" in asked["Cache-Control"]
        text = asked.content.decode()
        assert "“导出档案”要先确认是您本人" in text
        assert "核对低保名单" in text
        assert "secret" not in text
        wrong = browser.post("/step-up/", {**hidden(text), "password": "not-that-one"})
        assert wrong.status_code == 400
        assert "密码不对" in wrong.content.decode()
        assert "核对低保名单" in wrong.content.decode()
        key = browser.session.session_key
        right = browser.post("/step-up/", {**hidden(wrong.content.decode()), "password": PASSWORD})
        assert right.status_code == 200
        assert 'action="/probe/"' in right.content.decode()
        assert browser.session.session_key != key
        again = browser.post("/probe/", {"id": ["1", "2"], "why": "核对低保名单"})
        assert again.content.decode() == "POST ['1', '2'] 核对低保名单"
    with clock.fixed(AT + timedelta(minutes=9)):
        assert browser.get("/probe/").status_code == 200
    with clock.fixed(AT + timedelta(minutes=10)):
        assert browser.get("/probe/").status_code == 401


def test_a_post_without_words_is_sent_on_too_and_a_download_goes_on_by_itself(browser: Client) -> None:
    asked = browser.post("/probe/").content.decode()
    onward = browser.post("/step-up/", {**hidden(asked), "password": PASSWORD})
    assert 'action="/probe/"' in onward.content.decode()
    stale = browser.session
    del stale["proved_at"]
    stale.save()
    asked = browser.get("/probe/?kind=resident").content.decode()
    onward = browser.post("/step-up/", {**hidden(asked), "password": PASSWORD})
    assert (onward.status_code, onward["Location"]) == (302, "/probe/?kind=resident")
    assert browser.get(onward["Location"]).status_code == 200


def test_htmx_puts_the_question_on_the_whole_page(browser: Client) -> None:
    asked = browser.post("/probe/", {"why": "看看"}, headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Retarget"]) == (200, "body")


def test_guessing_is_slowed_down_as_at_signing_in(browser: Client) -> None:
    with clock.fixed(AT):
        for _ in range(5):
            assert browser.post("/step-up/", {"password": "wrong-one"}).status_code == 400
        assert browser.post("/step-up/", {"password": PASSWORD}).status_code == 429


def test_other_sites_are_never_gone_on_to(browser: Client) -> None:
    onward = browser.post("/step-up/", {"next": "https://evil.example/", "password": PASSWORD})
    assert onward["Location"] == "/"


def test_a_test_can_say_that_it_was_shown(browser: Client) -> None:
    assert stepped_up(browser).get("/probe/").status_code == 200


def test_a_page_for_anybody_cannot_ask() -> None:
    with pytest.raises(TypeError):
        page(public="anybody", step_up="导出")
