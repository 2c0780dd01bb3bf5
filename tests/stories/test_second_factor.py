"""A clerk without a second factor binds a passkey at the first sign-in, and signs in with it from then on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from minqing.accounts import factors
from minqing.accounts.models import Person
from minqing.accounts.tests.factories import PASSWORD, appoint, make_person, small_county
from minqing.kernel.roles import VILLAGE_CLERK
from tests.stories.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerk(settings: Any) -> Person:
    settings.SECOND_FACTOR = "required"
    here = small_county()
    person = make_person("qiu", password=PASSWORD)
    appoint(person, VILLAGE_CLERK, here.village)
    return person


def with_a_key(page: Any) -> None:
    """Give a window an authenticator that always says yes, as a fingerprint would."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}}
    )


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asked for one (``MINQING_LOOK``), at the desk and on a phone."""
    if not (folder := os.environ.get("MINQING_LOOK")):
        return
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
    page.set_viewport_size(DESK)


def enter_password(page: Any) -> None:
    page.goto("/sign-in/?next=/security/")
    page.get_by_label("用户名").fill("qiu")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_passkey_is_bound_once_and_opens_the_door(window: Callable[..., Any], clerk: Person) -> None:
    page = window(DESK)
    with_a_key(page)
    enter_password(page)
    page.get_by_role("heading", name="先绑定第二重验证").wait_for()
    look(page, "enrol")
    page.goto("/desk/")
    assert "/sign-in/" in page.url  # nothing else is open yet
    enter_password(page)
    page.get_by_label("给它起个名字").fill("村里的电脑")
    page.get_by_role("button", name="绑定通行密钥").click()
    page.get_by_role("heading", name="请抄下备用码").wait_for()
    assert len(re.findall(r"<code>\d{10}</code>", page.content())) == 10
    look(page, "codes")
    page.get_by_role("link", name="抄好了，继续").click()
    page.get_by_text("通行密钥“村里的电脑”").wait_for()
    assert [one.kind for one in factors.factors_of(clerk.id)] == [factors.PASSKEY]

    page.context.clear_cookies()
    enter_password(page)
    page.get_by_role("heading", name="还差一步").wait_for()
    look(page, "second_factor")
    page.get_by_role("button", name="用通行密钥").click()
    page.get_by_text("登录着的设备").wait_for()
    assert factors.factors_of(clerk.id)[0].used_at is not None
    look(page, "security")
