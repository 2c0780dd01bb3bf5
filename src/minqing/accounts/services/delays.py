"""Whoever guesses waits: failures are counted under keyed hashes, in the database, for all processes together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import F

from minqing.accounts import rules
from minqing.accounts.models import SignInDelay
from minqing.kernel.errors import TooMany
from minqing.kernel.sealed import blind_index

# What is counted, and how many failures of it are free.
Guess: TypeAlias = tuple[bytes, int]


def guess_of_account(username: str) -> Guess:
    """Return what counts passwords tried for an account, whether it exists or not."""
    return blind_index(username.lower(), "sign-in account"), rules.FREE_FAILURES


def guess_of_second_factor(person_id: UUID) -> Guess:
    """Return what counts codes tried for a person; a right password does not forgive them."""
    return blind_index(str(person_id), "sign-in second factor"), rules.FREE_FAILURES


def guess_of_address(address: str) -> Guess:
    """Return what counts whatever is tried from an address."""
    return blind_index(address, "sign-in address"), rules.FREE_FAILURES_PER_ADDRESS


def refuse_if_waiting(guesses: Sequence[Guess], at: datetime) -> None:
    """Raise :class:`TooMany` while any of these has to wait."""
    waits = SignInDelay.objects.filter(key__in=[key for key, _ in guesses], blocked_until__gt=at).values_list(
        "blocked_until", flat=True
    )
    if waits:
        seconds = math.ceil((max(waits) - at).total_seconds())
        words = f"{seconds} 秒" if seconds < 60 else f"{math.ceil(seconds / 60)} 分钟"
        raise TooMany(f"试错次数太多，请 {words}后再试。忘记密码请联系安全管理员重设。", retry_after=seconds)


def remember_failure(guesses: Sequence[Guess], at: datetime) -> int:
    """Count one failure more; return how often the first of them failed by now."""
    counts = [_remember(key, free, at) for key, free in guesses]
    return counts[0]


def forgive(guess: Guess) -> None:
    """Forget the failures of one."""
    SignInDelay.objects.filter(key=guess[0]).delete()


def forget_old_failures(at: datetime) -> int:
    """Delete failures older than a day; return how many."""
    return SignInDelay.objects.filter(last_failure_at__lt=at - rules.FORGET_AFTER).delete()[0]


def _remember(key: bytes, free: int, at: datetime) -> int:
    with transaction.atomic():
        row, made = SignInDelay.objects.get_or_create(
            key=key, defaults={"failures": 1, "last_failure_at": at, "blocked_until": at}
        )
        if made:
            return 1
        SignInDelay.objects.filter(id=row.id, last_failure_at__lt=at - rules.FORGET_AFTER).update(failures=0)
        # The count rises in the database: twenty guesses at once are twenty guesses.
        SignInDelay.objects.filter(id=row.id).update(failures=F("failures") + 1, last_failure_at=at)
        row.refresh_from_db()
        row.blocked_until = at + rules.wait_after(row.failures, free)
        row.save(update_fields=["blocked_until"])
        return row.failures
