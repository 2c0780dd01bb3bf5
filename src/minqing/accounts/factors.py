"""Second factors over django-allauth's tables and checks: a code from an app, a passkey, a recovery code.

allauth keeps and checks them (``allauth.mfa``); ours are the pages, the policy, the delays and the journal. Its secrets
are sealed for the person whose they are. A code of an app is good once, whichever process sees it: allauth remembers
used codes in a process's memory, we remember the last counter in the row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError
from django.db import transaction

from minqing.accounts.models import Person, SignInSecret

ELSEWHERE: Final = "sealed"
ISSUER: Final = "民情"
PERIOD: Final = 30
# Clocks of phones go a little wrong: the code before and the one after are taken too (RFC 6238, 5.2).
DRIFT: Final = (-1, 0, 1)
APP, PASSKEY, RECOVERY, PASSWORD = "totp", "webauthn", "recovery_codes", "password"
LABELS: Final = {APP: "验证器", PASSKEY: "通行密钥", RECOVERY: "备用码", PASSWORD: "密码"}
# A long paste of nonsense is refused before anybody parses it; a real answer of a key is under 5 kB.
ANSWER_MAX: Final = 20_000

_COLUMNS: Final = {APP: "app", RECOVERY: "recovery"}
_whose: ContextVar[tuple[UUID, str] | None] = ContextVar("whose", default=None)


@contextmanager
def of(person_id: UUID, kind: str) -> Iterator[None]:
    """Let the adapter know whose secret of which kind it keeps: allauth does not say."""
    token = _whose.set((person_id, _COLUMNS[kind]))
    try:
        yield
    finally:
        _whose.reset(token)


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks us: where secrets are kept, and what a person and this site are called (``MFA_ADAPTER``)."""

    def encrypt(self, text: str) -> str:
        """Keep a secret sealed in a table of ours; allauth's own gets a word in its place."""
        person_id, column = _owner()
        kept = SignInSecret.objects.filter(id=person_id).first() or SignInSecret(id=person_id)
        setattr(kept, column, text)
        kept.save()
        return ELSEWHERE

    def decrypt(self, encrypted_text: str) -> str:
        person_id, column = _owner()
        return str(getattr(SignInSecret.objects.get(id=person_id), column))

    def get_totp_label(self, user: Person) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return ISSUER

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        return {"id": user.id.bytes, "display_name": user.name, "name": user.username}

    def _get_site_name(self) -> str:
        return ISSUER


@dataclass(frozen=True, slots=True)
class Factor:
    """One way to show who one is, as its owner and the security administrator see it: no secret."""

    id: int
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None

    @property
    def label(self) -> str:
        return LABELS[self.kind]


def factors_of(person_id: UUID) -> list[Factor]:
    """Return what somebody enrolled, oldest first; recovery codes are none by themselves."""
    rows = Authenticator.objects.filter(user_id=person_id).exclude(type=RECOVERY).order_by("created_at")
    return [
        Factor(one.pk, str(one.type), str(one.data.get("name", "")), one.created_at, one.last_used_at)
        for one in rows
    ]


def is_enrolled(person_id: UUID) -> bool:
    """Whether somebody has a second factor."""
    return bool(Authenticator.objects.filter(user_id=person_id).exclude(type=RECOVERY).exists())


def new_secret() -> str:
    """Return a fresh secret for an app."""
    return str(generate_totp_secret())


def app_address(person: Person, secret: str) -> str:
    """Return the ``otpauth://`` address that an app reads from a picture."""
    return str(Adapter().build_totp_url(person, secret))


def counter_of(secret: str, code: str, at: datetime, *, after: int = -1) -> int | None:
    """Return the counter that a code stands for, if it is one of now and later than the last one used."""
    now = int(at.timestamp()) // PERIOD
    for drift in DRIFT:
        counter = now + drift
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > after and compare_digest(expected, code):
            return counter
    return None


def add_app(person: Person, secret: str, counter: int, at: datetime) -> None:
    """Keep an app's secret, sealed; one app a person."""
    with of(person.id, APP):
        made = TOTP.activate(person, secret).instance
    made.data["last_counter"] = counter
    made.created_at = made.last_used_at = at
    made.save(update_fields=["data", "created_at", "last_used_at"])


@transaction.atomic
def code_fits(person_id: UUID, code: str, at: datetime) -> str | None:
    """Return by which factor a typed code is right, and use it up; None when it is wrong or used already."""
    code = "".join(code.split())
    held = {
        str(one.type): one
        for one in Authenticator.objects.select_for_update().filter(
            user_id=person_id, type__in=(APP, RECOVERY)
        )
    }
    app, recovery = held.get(APP), held.get(RECOVERY)
    if app is not None:
        with of(person_id, APP):
            secret = decrypt(app.data["secret"])
        counter = counter_of(secret, code, at, after=int(app.data.get("last_counter", -1)))
        if counter is not None:
            app.data["last_counter"] = counter
            app.last_used_at = at
            app.save(update_fields=["data", "last_used_at"])
            return APP
    if recovery is not None:
        with of(person_id, RECOVERY):
            if RecoveryCodes(recovery).validate_code(code):
                return RECOVERY
    return None


def new_recovery_codes(person: Person) -> list[str]:
    """Return ten fresh codes, each good once; those of before are void."""
    with transaction.atomic(), of(person.id, RECOVERY):
        Person.objects.select_for_update(no_key=True).get(id=person.id)
        Authenticator.objects.filter(user_id=person.id, type=RECOVERY).delete()
        return [str(code) for code in RecoveryCodes.activate(person).get_unused_codes()]


def codes_left(person_id: UUID) -> int:
    """Return how many recovery codes are unused."""
    found = Authenticator.objects.filter(user_id=person_id, type=RECOVERY).first()
    if found is None:
        return 0
    with of(person_id, RECOVERY):
        return len(RecoveryCodes(found).get_unused_codes())


def passkey_to_make(person: Person) -> str:
    """Return what the browser needs to make a passkey, as JSON; the challenge waits in the session."""
    return json.dumps(_plain(webauthn.begin_registration(person, passwordless=False)))


def passkey_to_ask(person: Person) -> str:
    """Return what the browser needs to ask for one of somebody's passkeys; the challenge waits in the session."""
    return json.dumps(_plain(webauthn.begin_authentication(person)))


def add_passkey(person: Person, name: str, answer: str, at: datetime) -> bool:
    """Keep a passkey that the browser made; False when the answer does not fit the challenge."""
    credential = _answer(answer)
    if credential is None:
        return False
    try:
        webauthn.parse_registration_response(credential)
        webauthn.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError, InvalidSignature):
        return False
    finally:
        webauthn.clear_state()
    made = webauthn.WebAuthn.add(person, name, credential).instance
    made.created_at = at
    made.save(update_fields=["created_at"])
    return True


def passkey_fits(person: Person, answer: str, at: datetime) -> bool:
    """Whether the browser's answer is signed by one of somebody's passkeys over the challenge that waits."""
    given = _answer(answer)
    if given is None:
        return False
    try:
        webauthn.parse_authentication_response(given)
        found = webauthn.complete_authentication(person, given)
    except (ValidationError, ValueError, TypeError, KeyError, InvalidSignature):
        return False
    finally:
        webauthn.clear_state()
    found.last_used_at = at
    found.save(update_fields=["last_used_at"])
    return True


def remove(person_id: UUID, factor_id: int) -> str | None:
    """Remove one of somebody's factors; return its kind, None when it is not theirs."""
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(id=person_id)
        found = Authenticator.objects.filter(user_id=person_id, pk=factor_id).exclude(type=RECOVERY).first()
        if found is None:
            return None
        kind = str(found.type)
        found.delete()
        if kind == APP:
            _forget(person_id, APP)
        if not is_enrolled(person_id):
            remove_all(person_id)
        return kind


def remove_all(person_id: UUID) -> int:
    """Remove everything somebody enrolled; return how many factors there were."""
    had = len(factors_of(person_id))
    Authenticator.objects.filter(user_id=person_id).delete()
    SignInSecret.objects.filter(id=person_id).delete()
    return had


def _owner() -> tuple[UUID, str]:
    owner = _whose.get()
    if owner is None:
        raise RuntimeError("a second factor's secret is a person's: say whose by factors.of(id, kind)")
    return owner


def _forget(person_id: UUID, kind: str) -> None:
    """Forget a secret whose factor is gone."""
    kept = SignInSecret.objects.filter(id=person_id).first()
    if kept is not None:
        setattr(kept, _COLUMNS[kind], None)
        kept.save()


def _answer(text: str) -> dict[str, Any] | None:
    if len(text) > ANSWER_MAX:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _plain(value: Any) -> Any:
    """Return options as plain JSON, bytes in the alphabet of addresses (WebAuthn level 3, 5.1.8)."""
    if isinstance(value, bytes):
        from fido2.utils import websafe_encode

        return websafe_encode(value)
    if isinstance(value, dict) or hasattr(value, "keys"):
        return {str(key): _plain(value[key]) for key in value}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
