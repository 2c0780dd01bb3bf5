"""The door of the live process: one address for streams, and one that says whether it is well."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import django.db
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minqing.kernel.settings import settings as environment
from minqing.live.crowd import CHANGED, ELSEWHERE, Crowd, Full, Stream
from minqing.live.news import News
from minqing.live.rights import Asking, look

# More often than proxies give up on a silent connection (60 s), seldom enough for a thousand streams.
BEAT_SECONDS: Final = 20.0
# A link that takes nothing for so long is given up; the page comes back when it can.
SEND_SECONDS_MAX: Final = 30.0
# As many wait for their rights at once; the others come back in a few seconds, each at its own.
WAITING_MAX: Final = 100
RETRY_AFTER_SECONDS: Final = "10"
AGE_SECONDS_MAX: Final = 3600.0


class Live:
    """The process: streams, news, and how requests become streams."""

    def __init__(self) -> None:
        self.ask = Asking()
        self.crowd = Crowd()
        self.news = News(self.crowd, self.ask)
        self._waiting = 0

    def application(self) -> Starlette:
        """Return the ASGI application."""
        routes = [Route("/live/", self.stream), Route("/live/healthz", self.healthz)]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, application: Starlette) -> AsyncIterator[None]:
        hearing = asyncio.create_task(self.news.run())
        try:
            yield
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
            self.ask.close()

    async def healthz(self, request: Request) -> Response:
        """Answer ``ok`` while the process lives; whether news comes is for the database to say."""
        return PlainTextResponse("ok")

    async def stream(self, request: Request) -> Response:
        """Open a stream for whoever is signed in: of one case they may see, or of all."""
        origin = request.headers.get("origin", "")
        if origin and not is_own(origin, request.headers.get("host", "")):
            return PlainTextResponse("不是本站的网页。", 403)
        headers = {"Vary": "Origin"}
        if origin:
            headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
        if not key:
            return PlainTextResponse("请先登录。", 401, headers)
        if self.crowd.is_full or self._waiting >= WAITING_MAX:
            return PlainTextResponse(
                "实时更新的人太多了，请稍后。", 503, {**headers, "Retry-After": RETRY_AFTER_SECONDS}
            )
        try:
            opened = await self._opened(request, key)
        except django.db.Error:
            return PlainTextResponse("数据库没有应答。", 503, {**headers, "Retry-After": RETRY_AFTER_SECONDS})
        if isinstance(opened, Response):
            opened.headers.update(headers)
            return opened
        told = self._told(opened, request.query_params.get("last", ""), _age(request))
        return EventSourceResponse(
            told, headers={**headers, "X-Content-Type-Options": "nosniff"}, ping=0, send_timeout=SEND_SECONDS_MAX
        )  # fmt: skip

    async def _opened(self, request: Request, key: str) -> Stream | Response:
        """Return the stream that somebody may have, or why not. Not yours and not there look the same."""
        wanted = request.query_params.get("case", "")
        try:
            at = UUID(wanted) if wanted else None
        except ValueError:
            return PlainTextResponse("没有这件事。", 404)
        self._waiting += 1
        try:
            actor, seen = await self.ask(look, key, {at} if at else ())
        finally:
            self._waiting -= 1
        if actor is None:
            return PlainTextResponse("请先登录，或切换任职。", 401)
        if at is not None and at not in seen:
            return PlainTextResponse("没有这件事。", 404)
        return Stream(key, actor, at, is_doing=at is not None and "doing" in request.query_params)

    async def _told(self, stream: Stream, place: str, age: float) -> AsyncIterator[ServerSentEvent]:
        """Yield what a stream is told, and a beat when there is nothing, until it ends."""
        try:
            self.crowd.join(stream)
        except Full:
            yield _said("end", {"why": ELSEWHERE}, self.news.place)
            return
        try:
            yield _said("beat", {}, place or self.news.place)
            try:
                await self.news.catch_up(stream, place, age)
            except django.db.Error:
                yield _said("end", {"why": CHANGED}, place)
                return
            while True:
                place = (
                    self.news.place
                )  # taken before what is told, so that coming back tells rather too much
                messages = await stream.messages(beat=BEAT_SECONDS)
                for one in messages:
                    yield _said(one.event, one.data, place)
                    if one.event == "end":
                        return
                if not messages:
                    yield _said("beat", {}, place)
        finally:
            self.crowd.leave(stream)


def _said(event: str, data: dict[str, object], place: str) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=event, id=place)


def _age(request: Request) -> float:
    """Return how long ago the page was made, as it says itself."""
    try:
        return min(max(float(request.query_params.get("age", "0")), 0.0), AGE_SECONDS_MAX)
    except ValueError:
        return 0.0


def is_own(origin: str, host: str) -> bool:
    """Whether a page of this origin is one of ours: the same host, on the same port or on that of the pages.

    Browsers bind cookies to a host whatever the port; what else may run on the machine is not ours.
    """
    page, here = urlsplit(origin), split_domain_port(host)
    if not validate_host(here[0], settings.ALLOWED_HOSTS):
        return False
    if environment().site.rstrip("/") == origin:
        return True
    if page.scheme != ("https" if environment().https else "http"):
        return False
    theirs = split_domain_port(page.netloc)
    return page.netloc.lower() == host.lower() or theirs == (here[0], str(environment().port))
