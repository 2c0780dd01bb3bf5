"""The gate in front of the pages: connections travel with places, and who is turned away is told what to do."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from minqing.config import admission
from minqing.config.admission import Admission
from minqing.config.line import Rank
from minqing.config.turned_away import TurnedAway
from minqing.kernel import clock


class Asked:
    """One request through the gate, as granian asks."""

    def __init__(
        self, gate: Admission, path: str = "/", method: str = "GET", body: bytes = b"", **meta: str
    ) -> None:
        self.sent = io.BytesIO(body)
        self.environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": self.sent,
            "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1", **meta,
        }  # fmt: skip
        self.status, self.headers = "", {}  # type: tuple[str, dict[str, str]]
        self.answer = gate(self.environ, self._start)

    def _start(
        self, status: str, headers: list[tuple[str, str]], _: object = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, dict(headers)
        return lambda _: None

    @property
    def words(self) -> str:
        return b"".join(self.answer).decode()


def gate_of(inner: Any, *, places: int = 1, waiting_max: int = 0) -> Admission:
    # Patient: a slow machine turns nobody away here, only a full line does.
    return Admission(inner, places=places, waiting_max=waiting_max, patience=100)


@pytest.fixture
def full() -> Iterator[Admission]:
    """A gate whose only place is taken and in whose line nobody may stand."""
    began, over = threading.Event(), threading.Event()

    def inner(environ: Any, start: Any) -> Iterable[bytes]:
        began.set()
        over.wait(20)
        return HttpResponse("done")

    gate = gate_of(inner)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(Asked, gate)
        assert began.wait(10)
        yield gate
        over.set()


def test_who_opens_a_page_is_told_to_wait_and_the_page_opens_itself_again(full: Admission) -> None:
    asked = Asked(full)
    seconds = asked.headers["Retry-After"]
    assert asked.status == "429 Too Many Requests"
    assert f"这一页 {seconds} 秒后会自己再打开" in asked.words
    assert f'<meta http-equiv="refresh" content="{seconds}">' in asked.words
    assert asked.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in asked.headers["Content-Security-Policy"]
    assert asked.headers["X-Frame-Options"] == "DENY"


def test_who_sends_a_form_is_told_that_what_was_written_is_not_lost(full: Admission) -> None:
    asked = Asked(full, method="POST", body=b"words=" + b"x" * 600_000)
    assert "还没有收下" in asked.words
    assert "没有丢" in asked.words
    assert "refresh" not in asked.words  # by itself it would come back without what was written
    assert asked.sent.read() == b""  # or the answer were lost with the connection


@pytest.mark.parametrize("meta", [{"HTTP_ACCEPT": "application/json"}, {}])
def test_a_system_is_told_in_the_shape_of_its_interface(full: Admission, meta: dict[str, str]) -> None:
    asked = Asked(full, "/" if meta else "/api/v1/reports", "POST", b"{}", **meta)
    said = json.loads(asked.words)
    assert f"等 {asked.headers['Retry-After']} 秒" in said["message"]
    assert said["field"] is None


def test_open311_is_told_in_its_two_forms(full: Admission) -> None:
    listed = json.loads(Asked(full, "/api/open311/v2/requests.json", "POST").words)
    marked = ElementTree.fromstring(Asked(full, "/api/open311/v2/requests.xml", "POST").words)
    assert listed[0]["code"] == 429
    assert marked.findtext("error/code") == "429"


def test_nothing_is_asked_of_the_database_for_it(full: Admission) -> None:
    Asked(full)  # no database is allowed in this test


def test_files_that_browsers_load_stand_in_no_line(full: Admission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "_files", frozenset({"/static/a.css"}))
    monkeypatch.setattr(full, "_inner", lambda environ, start: [b"body {}"])
    assert Asked(full, "/static/a.css").words == "body {}"
    assert Asked(full, "/static/b.css").status.startswith("429")


def test_whoever_was_given_a_time_says_so_by_a_signed_cookie(full: Admission) -> None:
    away = TurnedAway()
    asked = Asked(full)
    cookie = asked.headers["Set-Cookie"].split(";")[0]
    told = away.told({"HTTP_COOKIE": f"a=b; {cookie}; c=d"})
    assert told - clock.now().timestamp() == pytest.approx(int(asked.headers["Retry-After"]), abs=2)
    for wrong in (cookie[:-1] + "g", "mq_line=" + "9" * 5000, "mq_line=é.é", "mq_line=", "x"):
        assert away.told({"HTTP_COOKIE": wrong}) == 0
    assert away.told({}) == 0


def test_who_comes_too_early_is_told_the_same_time_and_who_comes_then_goes_first(full: Admission) -> None:
    away = TurnedAway()
    first = Asked(full)
    cookie = first.headers["Set-Cookie"].split(";")[0]
    for _ in range(20):
        Asked(full)
    again = Asked(full, HTTP_COOKIE=cookie)
    assert again.headers["Set-Cookie"].split(";")[0] == cookie
    late = clock.now().timestamp() - away.told({"HTTP_COOKIE": cookie})
    environ = {"PATH_INFO": "/", "REQUEST_METHOD": "GET"}
    assert full._rank(environ, late) is Rank.READ
    assert full._rank(environ, 0.5) is Rank.BACK
    assert full._rank(environ, 4000) is Rank.READ
    assert full._rank({**environ, "HTTP_X_BY_ITSELF": "1"}, 0.5) is Rank.ITSELF
    assert full._rank({**environ, "REQUEST_METHOD": "POST"}, 4000) is Rank.WRITE
    assert full._rank({**environ, "PATH_INFO": "/healthz"}, 4000) is Rank.HEALTH


def test_a_crowd_is_told_to_the_operator(
    full: Admission, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(admission, "_TOLD_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING):
        Asked(full, method="POST", HTTP_COOKIE="sessionid=secret")
    assert "turned away 1 (of them 1 with something written)" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_as_many_connections_as_places_however_many_threads() -> None:
    seen: set[int] = set()

    def inner(environ: Any, start: Any) -> HttpResponse:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            seen.add(cursor.fetchone()[0])
        return HttpResponse("ok")

    gate = gate_of(inner, places=2, waiting_max=30)
    try:
        with ThreadPoolExecutor(12) as pool:
            asked = list(pool.map(lambda _: Asked(gate).words, range(60)))
    finally:
        _close(gate)
    assert asked == ["ok"] * 60
    assert 1 <= len(seen) <= 2


@pytest.mark.django_db(transaction=True)
def test_a_streamed_answer_keeps_its_place_and_connection_until_it_is_closed() -> None:
    def rows() -> Iterator[bytes]:
        for _ in range(2):
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT 1")
                yield str(cursor.fetchone()[0]).encode()

    gate = gate_of(lambda environ, start: StreamingHttpResponse(rows()))

    def ask() -> tuple[str, str]:
        asked = Asked(gate)
        words, during = asked.words, Asked(gate).status
        asked.answer.close()  # type: ignore[attr-defined]  # as WSGI has it
        asked.answer.close()  # type: ignore[attr-defined]  # and twice is once
        return words, during

    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(ask).result(20) == ("11", "429 Too Many Requests")
            assert pool.submit(ask).result(20)[0] == "11"
    finally:
        _close(gate)


def test_a_slow_reader_of_a_file_keeps_no_place() -> None:
    gate = gate_of(lambda environ, start: FileResponse(io.BytesIO(b"photo")))
    first, second = Asked(gate), Asked(gate)
    assert first.words == second.words == "photo"


def test_a_page_that_fails_gives_its_place_back() -> None:
    def inner(environ: Any, start: Any) -> HttpResponse:
        raise RuntimeError

    gate = gate_of(inner)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            Asked(gate)


@pytest.mark.django_db(transaction=True)
def test_the_site_answers_through_it() -> None:
    gate = gate_of(WSGIHandler(), waiting_max=8)
    with ThreadPoolExecutor(1) as pool:
        try:
            asked = pool.submit(Asked, gate, "/healthz").result(20)
        finally:
            _close(gate)
    assert (asked.status, asked.words) == ("200 OK", "ok")


def _close(gate: Admission) -> None:
    for place in gate._line._free:
        for one in place._kept.values():
            one.close()
