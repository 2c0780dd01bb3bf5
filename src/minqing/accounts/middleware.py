"""Put the actor on the request: one query, so that a right lost a second ago is already gone.

A session without a second factor is nobody's where everybody must have one, whenever it began.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from minqing.accounts.actor import AppointedActor
from minqing.accounts.factors import PASSWORD
from minqing.accounts.models import Person
from minqing.accounts.queries import actor_of
from minqing.accounts.session_store import SessionStore
from minqing.kernel import clock

ACTING_KEY = "acting"
FACTOR_KEY = "factor"
MUST_CHANGE_KEY = "must_change_password"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Said by a script of ours that asks without anybody having touched a key: such a request is no sign of life.
BY_ITSELF = "X-By-Itself"


class ActorMiddleware:
    """Sets ``request.actor`` to the signed-in person's actor, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if BY_ITSELF in request.headers and isinstance(request.session, SessionStore):
            request.session.touches = False  # before anything reads it
        known = _came_with_the_session(request)
        if known is not None:
            request._cached_user = known  # type: ignore[attr-defined]  # where Django's middleware looks first
        actor = _actor(request, request.user)
        request.actor = actor  # type: ignore[attr-defined]
        if actor is not None and request.session.get(MUST_CHANGE_KEY) and not _may_wait(request):
            return redirect("accounts:password")
        return self.get_response(request)


def actor_of_session(session_key: str) -> AppointedActor | None:
    """Return who a session's key belongs to, as the next page would find them; nobody where it would ask to sign in.

    Two statements, and none of them counts as having used the session.
    """
    request = HttpRequest()
    session = SessionStore(session_key)
    session.touches = False
    request.session = session
    actor = _actor(request, _came_with_the_session(request) or get_user(request))
    return None if session.get(MUST_CHANGE_KEY) else actor


def _came_with_the_session(request: HttpRequest) -> Person | None:
    """Return whose the session is, read in the same statement, where Django would say so too; None: ask Django.

    Checked is what ``django.contrib.auth.get_user`` checks, and only what holds at once: an older secret of ours,
    another way to sign in, a password that was changed meanwhile are for Django to judge.
    """
    session = request.session
    if not isinstance(session, SessionStore):
        return None
    person_id, backend = session.get(SESSION_KEY), session.get(BACKEND_SESSION_KEY)
    person = session.person
    if person is None or str(person.pk) != person_id or backend != _BACKEND or not person.is_active:
        return None
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    holds = constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    return person if holds else None


def _actor(request: HttpRequest, user: AbstractBaseUser | AnonymousUser) -> AppointedActor | None:
    if user.is_authenticated and isinstance(user, Person) and _is_enough(request):
        return actor_of(user, clock.today(), _acting_id(request))
    return None


def _may_wait(request: HttpRequest) -> bool:
    """Whether a page is open to whoever has to choose another password first."""
    open_ones = (reverse("accounts:password"), reverse("accounts:sign_out"), settings.STATIC_URL)
    return request.path.startswith(open_ones)


def _is_enough(request: HttpRequest) -> bool:
    """Whether the session was entered by what the county asks for; a demonstration asked for less, by default."""
    return settings.SECOND_FACTOR != "required" or request.session.get(FACTOR_KEY, PASSWORD) != PASSWORD


def _acting_id(request: HttpRequest) -> UUID | None:
    value = request.session.get(ACTING_KEY)
    try:
        return UUID(value) if value else None
    except (ValueError, TypeError):
        return None
