"""Put the actor on the request: one query, so that a right lost a second ago is already gone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from minqing.accounts.models import Person
from minqing.accounts.queries import actor_of
from minqing.kernel import clock

ACTING_KEY = "acting"


class ActorMiddleware:
    """Sets ``request.actor`` to the signed-in person's actor, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        actor = None
        if user.is_authenticated and isinstance(user, Person):
            actor = actor_of(user, clock.today(), _acting_id(request))
        request.actor = actor  # type: ignore[attr-defined]
        return self.get_response(request)


def _acting_id(request: HttpRequest) -> UUID | None:
    value = request.session.get(ACTING_KEY)
    try:
        return UUID(value) if value else None
    except (ValueError, TypeError):
        return None
