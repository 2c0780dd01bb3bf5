"""A sentence waits for the next page of the same session, sealed, and is gone once it was read."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.utils.safestring import mark_safe

from minqing.ui.told import BYTES_MAX, Storage, cookie_name

WORDS = "已登记张三，请放心。"


class SessionStore(SessionBase):
    """A session that is kept nowhere."""

    def load(self) -> dict[str, Any]:
        return {}


class Visitor:
    """A browser with a session: what it is told, and what it finds on its next page."""

    def __init__(self) -> None:
        self.session = SessionStore(uuid4().hex)
        self.cookies: dict[str, str] = {}

    def _request(self) -> HttpRequest:
        request = RequestFactory().get("/")
        request.session, request.COOKIES = self.session, dict(self.cookies)
        return request

    def told(self, *words: str) -> HttpResponse:
        storage = Storage(self._request())
        for one in words:
            storage.add(messages.SUCCESS, one)
        return self._answered(storage)

    def reads(self) -> list[Message]:
        storage = Storage(self._request())
        found = list(storage)
        self._answered(storage)
        return found

    def _answered(self, storage: Storage) -> HttpResponse:
        response = HttpResponse()
        storage.update(response)
        for name, morsel in response.cookies.items():
            self.cookies[name] = morsel.value
            if morsel["max-age"] == 0:
                del self.cookies[name]
        return response


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_it_is_read_once_and_stands_nowhere_readable(visitor: Visitor) -> None:
    response = visitor.told(WORDS, mark_safe("<b>好</b>"))
    assert response.cookies[cookie_name()]["httponly"]
    assert "张" not in visitor.cookies[cookie_name()]
    assert not visitor.session.modified
    one, two = visitor.reads()
    assert (one.message, one.level_tag, two.message) == (WORDS, "success", "<b>好</b>")
    assert hasattr(two.message, "__html__")
    assert not hasattr(one.message, "__html__")
    assert visitor.reads() == []
    assert visitor.cookies == {}


def test_several_wait_together(visitor: Visitor) -> None:
    visitor.told("一")
    visitor.told("二")
    assert [one.message for one in visitor.reads()] == ["一", "二"]


def test_who_comes_after_at_the_same_desk_does_not_read_it(visitor: Visitor) -> None:
    visitor.told(WORDS)
    visitor.session = SessionStore(uuid4().hex)
    assert visitor.reads() == []
    assert visitor.cookies == {}


@pytest.mark.parametrize("box", ["", "x", "AAAA", "不是", "AgE" + "A" * 60])
def test_what_is_not_ours_is_nothing(visitor: Visitor, box: str) -> None:
    visitor.cookies = {cookie_name(): box}
    assert visitor.reads() == []
    visitor.told(WORDS)
    assert [one.message for one in visitor.reads()] == [WORDS]


def test_what_is_too_long_for_a_cookie_waits_in_the_session(visitor: Visitor) -> None:
    long = "长" * BYTES_MAX
    visitor.told("短")
    visitor.told(long)
    assert visitor.session.modified
    assert cookie_name() not in visitor.cookies
    assert [one.message for one in visitor.reads()] == ["短", long]
    assert visitor.reads() == []


def test_nothing_is_sent_where_nothing_waits(visitor: Visitor) -> None:
    assert not visitor.told().cookies
    assert visitor.reads() == []


@override_settings(SESSION_COOKIE_NAME="__Host-sessionid", SESSION_COOKIE_SECURE=True)
def test_over_tls_it_is_bound_to_the_host(visitor: Visitor) -> None:
    cookie = visitor.told(WORDS).cookies["__Host-messages"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert [one.message for one in visitor.reads()] == [WORDS]
