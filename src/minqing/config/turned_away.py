"""What somebody is told who is turned away in a crowd: written once when the process starts, so that it costs nothing.

No session is read and no database asked; only the seconds are put in. People get a page, the interface its own kinds of
answer, and each a ``Retry-After``. A small signed cookie, which says when to come back and nothing else, lets whoever
comes back then go before those who come for the first time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string

from minqing.api.open311.formats import FORMATS, XML, errors
from minqing.ui.policy import PolicyMiddleware

COOKIE: Final = "mq_line"
COOKIE_SECONDS: Final = 300
_COOKIE_IS: Final = f"{COOKIE}="
# Stands for the seconds in what was written beforehand; no word of a page has it.
_SECONDS: Final = "4294967291"
_API: Final = "/api/"
_OPEN311: Final = "/api/open311/"
_SENTENCE: Final = f"现在人多，这一次没有收下，没有留下任何数据。请按 Retry-After 等 {_SECONDS} 秒再来。"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: headers as WSGI wants them, and the body."""

    headers: list[tuple[str, str]]
    body: bytes


class TurnedAway:
    """The answers, written beforehand."""

    def __init__(self) -> None:
        self._key = hashlib.sha256(b"the line\0" + settings.SECRET_KEY.encode()).digest()
        self._page, self._form = (
            _written(
                HttpResponse(render_to_string("crowded.html", {"seconds": _SECONDS, "is_write": is_write}))
            )
            for is_write in (False, True)
        )
        said = json.dumps({"message": _SENTENCE, "field": None}, ensure_ascii=False)
        self._json = _written(HttpResponse(said, content_type="application/json; charset=utf-8"))
        self._open311 = {form: _written(errors(429, _SENTENCE, form)) for form in FORMATS}

    def answer(self, environ: Mapping[str, Any], *, is_write: bool, again_at: int, at: float) -> Answer:
        """Return the answer to a request, which may come back at ``again_at``; times are seconds since 1970."""
        headers, body = self._kind(environ, is_write=is_write)
        seconds = str(max(1, int(again_at - at)))
        return Answer(
            [*headers, ("Retry-After", seconds), ("Set-Cookie", self._cookie(again_at))],
            body.replace(_SECONDS.encode(), seconds.encode()),
        )

    def told(self, environ: Mapping[str, Any]) -> int:
        """Return when a visitor was told to come back, in seconds since 1970, as the cookie says; 0: was not told."""
        cookies: str = environ.get("HTTP_COOKIE", "")
        if _COOKIE_IS not in cookies:
            return 0
        own = (one.strip() for one in cookies.split(";"))
        value = next((one.removeprefix(_COOKIE_IS) for one in own if one.startswith(_COOKIE_IS)), "")
        when, _, sign = value.partition(".")
        if not (when.isascii() and when.isdecimal() and len(when) < len(_SECONDS) + 1 and sign.isascii()):
            return 0
        return int(when) if hmac.compare_digest(sign, self._sign(when)) else 0

    def _kind(self, environ: Mapping[str, Any], *, is_write: bool) -> tuple[list[tuple[str, str]], bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(_OPEN311):
            form = path.rpartition(".")[2]
            return self._open311[form if form in self._open311 else XML]
        if path.startswith(_API) or "json" in environ.get("HTTP_ACCEPT", ""):
            return self._json
        return self._form if is_write else self._page

    def _cookie(self, again_at: int) -> str:
        secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
        value = f"{_COOKIE_IS}{again_at}.{self._sign(str(again_at))}"
        return f"{value}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"

    def _sign(self, when: str) -> str:
        return hmac.digest(self._key, when.encode(), hashlib.sha256).hex()[:32]


def _written(response: HttpResponse) -> tuple[list[tuple[str, str]], bytes]:
    """Give an answer the headers that every answer has, by the same middleware."""
    request = HttpRequest()
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "443"}
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value

    def answer(_: HttpRequest) -> HttpResponse:
        return response

    XFrameOptionsMiddleware(PolicyMiddleware(answer))(request)
    SecurityMiddleware(answer).process_response(request, response)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return list(response.items()), response.content
