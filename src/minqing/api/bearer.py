"""Who calls with a token (``Authorization: Bearer …``); read here and nowhere else, so no page ever sees one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from minqing.accounts import public as accounts
from minqing.api.limits import TOKEN_CALLS, TOKEN_CHANGES, TOKEN_MISSES
from minqing.kernel import clock, limits
from minqing.kernel.errors import Refused

SAFE = ("GET", "HEAD", "OPTIONS")


class NoToken(Refused):
    """A token that does not hold (401)."""

    def __init__(self) -> None:
        super().__init__("这个令牌无效：可能抄错了、到期了、被撤销了，或者任职已经结束。请重新领取。")


class TokenBearer(HttpBearer):
    """A token in the header; one that does not hold is refused, whatever session comes with it."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Put the token's actor on the request, and count the call. Raises :class:`NoToken`, ``TooMany``."""
        bearer = bearer_from(request, token)
        request.bearer = bearer  # type: ignore[attr-defined]  # read by api.locks
        request.actor = bearer.actor  # type: ignore[attr-defined]  # as the middleware does for a session
        return bearer


class OfficialSession(SessionAuth):
    """The session of somebody signed in: for reading from one's own browser. Whatever changes asks for a token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the actor, or None: 401."""
        return getattr(request, "actor", None)


def bearer_from(request: HttpRequest, secret: str) -> accounts.Bearer:
    """Return whose token it is, counted. Raises :class:`NoToken`, ``TooMany``."""
    at = clock.now()
    limits.check(TOKEN_MISSES, request.META, at)
    bearer = accounts.bearer_of(secret, at=at)
    if bearer is None:
        limits.spend(TOKEN_MISSES, request.META, at)
        raise NoToken
    limits.spend_for(TOKEN_CALLS if request.method in SAFE else TOKEN_CHANGES, str(bearer.token_id), at)
    return bearer
