"""A real Chromium against a live server; the first of a story signs in as one would, by name and password."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from minqing.accounts.actor import AppointedActor
from minqing.accounts.models import Person
from minqing.accounts.tests.factories import DAY, PASSWORD, SmallCounty, small_county
from minqing.kernel import clock
from minqing.kernel.pages import PROVED_KEY

# Playwright's own loop runs in the test's thread; Django would take that for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def here(transactional_db: None) -> SmallCounty:
    """The small county, with passwords that can be typed."""
    from minqing.cases.public import load_topics

    load_topics()
    return small_county()


@pytest.fixture
def window(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Open a window of a size, signed in as an actor or not at all; what a page logs as an error fails the story.

    Whoever comes first types name and password; those who come later are there already, which saves two pages each.
    """
    contexts: list[Any] = []
    signed_in: list[AppointedActor] = []
    complaints: list[str] = []

    def opened(size: dict[str, int], actor: AppointedActor | None = None, **given: Any) -> Any:
        context = chromium.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=live_server.url, **given
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: complaints.append(f"{page.url}: {said.text}") if _is_ours(said) else None,
        )
        if actor is not None:
            if signed_in:
                bring_session(page, actor, live_server.url)
            else:
                sign_in(page, actor)
            signed_in.append(actor)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _is_ours(said: Any) -> bool:
    # Chromium reports every 4xx answer as an error of the console; those are what some stories are about.
    return said.type == "error" and "Failed to load resource" not in said.text


def sign_in(page: Any, actor: AppointedActor) -> None:
    """Type name and password."""
    person = Person.objects.get(id=actor.person_id)
    if not person.has_usable_password():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(person.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def bring_session(page: Any, actor: AppointedActor, url: str) -> None:
    """Hand the browser a session like the one that the page of signing in makes."""
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[PROVED_KEY] = clock.now().timestamp()
    session.save()
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.fixture(autouse=True)
def _a_working_morning() -> Iterator[None]:
    """Let every story begin on a Friday morning and its clock run on."""
    from minqing.accounts.tests.factories import AT

    with clock.shifted(AT - clock.now()):
        assert clock.today() == DAY
        yield
