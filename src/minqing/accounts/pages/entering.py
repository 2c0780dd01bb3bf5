"""Between the password and the second factor: who waits there, and what happens once both were right."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from minqing.accounts import factors
from minqing.accounts.devices import device_of, is_phone
from minqing.accounts.middleware import FACTOR_KEY, MUST_CHANGE_KEY
from minqing.accounts.models import Person
from minqing.accounts.services.notices import told
from minqing.accounts.services.people import must_change_password
from minqing.accounts.services.sign_in import record_sign_in
from minqing.accounts.session_store import DEVICE_KEY, PHONE_KEY
from minqing.kernel.pages import PROVED_KEY
from minqing.kernel.sealed import seal, unseal

_WAITING: Final = "waiting_for_second_factor"
_NEW_APP: Final = "new_app"
_PLACE: Final = "signed_in_session.data"
# Long enough to install an app and bind it; the password is asked again after that.
WAITS: Final = timedelta(minutes=15)


def wait_for_second_factor(request: HttpRequest, person: Person, at: datetime) -> None:
    """Remember under a new session key whose password was right. Nobody is signed in by that."""
    request.session.flush()
    request.session[_WAITING] = [str(person.id), at.timestamp(), person.get_session_auth_hash()]


def who_waits(request: HttpRequest, at: datetime) -> Person | None:
    """Return whose password was right here within the last quarter of an hour, if it is still that password."""
    try:
        person_id, since, password = request.session[_WAITING]
        fresh = at - datetime.fromtimestamp(since, UTC) < WAITS
        person = Person.objects.filter(id=UUID(person_id), is_active=True).first() if fresh else None
    except (KeyError, ValueError, TypeError):
        return None
    if person is None or not constant_time_compare(password, person.get_session_auth_hash()):
        return None
    return person


def enter(request: HttpRequest, person: Person, how: str, at: datetime) -> None:
    """Sign somebody in, under a new session key, and tell them what they do not know yet."""
    request.session.flush()
    login(request, person)
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[DEVICE_KEY] = device_of(agent)
    request.session[PHONE_KEY] = is_phone(agent)
    request.session[FACTOR_KEY] = how
    request.session[PROVED_KEY] = at.timestamp()
    if must_change_password(person, at):
        request.session[MUST_CHANGE_KEY] = True
    record_sign_in(person=person, how=how, at=at)
    for sentence in told(person.id, at):
        messages.warning(request, sentence)


def proved(request: HttpRequest, how: str, at: datetime) -> None:
    """Write into the session, under a new key, that whoever sits here showed who they are."""
    request.session.cycle_key()
    request.session[FACTOR_KEY] = how
    request.session[PROVED_KEY] = at.timestamp()


def picture_secret(request: HttpRequest, person: Person) -> str:
    """Return the secret for a new app, the same until it is bound; it waits in the session, sealed."""
    kept = request.session.get(_NEW_APP)
    if isinstance(kept, str):
        return unseal(b64decode(kept), place=_PLACE, row=person.id)
    made = factors.new_secret()
    request.session[_NEW_APP] = b64encode(seal(made, place=_PLACE, row=person.id)).decode()
    return made


def forget_picture(request: HttpRequest) -> None:
    """Forget the secret that waited."""
    request.session.pop(_NEW_APP, None)
