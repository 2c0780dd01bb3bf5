"""Sign in, show again who one is, and slow down whoever guesses."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F

from minqing.accounts import rules
from minqing.accounts.events import SignedIn
from minqing.accounts.models import Person, SignInDelay
from minqing.accounts.queries import actor_of
from minqing.areas.public import county, profile
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.errors import Refused, TooMany
from minqing.kernel.sealed import blind_index

WRONG: Final = "用户名或密码不对，请核对后再试。"


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Person:
    """Return the person whose name and password these are, or refuse; failures slow down account and address.

    The sentence and the work are the same whether the account exists or not.
    """
    keys = _delay_keys(username, address)
    _refuse_if_waiting([key for key, _ in keys], at)
    person = authenticate(username=username, password=password)
    if not isinstance(person, Person) or not _may_sign_in(person):
        for key, free in keys:
            _remember_failure(key, free, at)
        raise Refused(WRONG)
    with transaction.atomic():
        SignInDelay.objects.filter(key=keys[0][0]).delete()
        actor = actor_of(person, clock.local(at).date())
        area_id = actor.acting.area_id if actor.acting else county().id
        signed_in = SignedIn(subject_kind="person", subject_id=person.id, area_id=area_id)
        record(signed_in, by=actor.hand, at=at)
    return person


def prove_by_password(*, person: Person, password: str, address: str, at: datetime) -> None:
    """Let somebody signed in show again who they are; as slow to guess as signing in."""
    keys = _delay_keys(person.username, address)
    _refuse_if_waiting([key for key, _ in keys], at)
    if not person.check_password(password):
        for key, free in keys:
            _remember_failure(key, free, at)
        raise Refused("密码不对，请核对后再试。", field="password")
    SignInDelay.objects.filter(key=keys[0][0]).delete()


def _delay_keys(username: str, address: str) -> tuple[tuple[bytes, int], ...]:
    return (
        (blind_index(username.lower(), "sign-in account"), rules.FREE_FAILURES),
        (blind_index(address, "sign-in address"), rules.FREE_FAILURES_PER_ADDRESS),
    )


def _may_sign_in(person: Person) -> bool:
    if not person.is_demonstration:
        return True
    here = profile()
    return here is not None and here.is_demonstration


def _refuse_if_waiting(keys: list[bytes], at: datetime) -> None:
    waits = SignInDelay.objects.filter(key__in=keys, blocked_until__gt=at).values_list(
        "blocked_until", flat=True
    )
    if waits:
        seconds = math.ceil((max(waits) - at).total_seconds())
        words = f"{seconds} 秒" if seconds < 60 else f"{math.ceil(seconds / 60)} 分钟"
        raise TooMany(f"试错次数太多，请 {words}后再试。忘记密码请联系安全管理员重设。", retry_after=seconds)


def _remember_failure(key: bytes, free: int, at: datetime) -> None:
    with transaction.atomic():
        row, made = SignInDelay.objects.get_or_create(
            key=key, defaults={"failures": 1, "last_failure_at": at, "blocked_until": at}
        )
        if made:
            return
        SignInDelay.objects.filter(id=row.id, last_failure_at__lt=at - rules.FORGET_AFTER).update(failures=0)
        # The count rises in the database: twenty guesses at once are twenty guesses.
        SignInDelay.objects.filter(id=row.id).update(failures=F("failures") + 1, last_failure_at=at)
        row.refresh_from_db()
        row.blocked_until = at + rules.wait_after(row.failures, free)
        row.save(update_fields=["blocked_until"])


def forget_old_failures(at: datetime) -> int:
    """Delete failures older than a day; return how many."""
    return SignInDelay.objects.filter(last_failure_at__lt=at - rules.FORGET_AFTER).delete()[0]
