"""Sign in: first the password, then the second factor; nobody is signed in between the two."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction

from minqing.accounts import factors, rules
from minqing.accounts.events import GuessingSlowedDown, SignedIn
from minqing.accounts.models import Person
from minqing.accounts.queries import actor_of
from minqing.accounts.services.delays import (
    forgive,
    guess_of_account,
    guess_of_address,
    guess_of_second_factor,
    refuse_if_waiting,
    remember_failure,
)
from minqing.accounts.services.notices import tell
from minqing.areas.public import county, profile
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.kernel.errors import Refused

WRONG: Final = "用户名或密码不对，请核对后再试。"
WRONG_CODE: Final = "验证码不对，或者已经用过。请看验证器上现在的六位数字，或用一个还没用过的备用码。"
WRONG_PASSKEY: Final = "通行密钥没有通过，请再试一次，或改用验证码。"


def second_factor_required() -> bool:
    """Whether everybody has to show a second factor (``MINQING_SECOND_FACTOR``; by default not in a demonstration)."""
    said: str = settings.SECOND_FACTOR
    if said:
        return said == "required"
    here = profile()
    return here is None or not here.is_demonstration


def check_name_and_password(*, username: str, password: str, address: str, at: datetime) -> Person:
    """Return the person whose name and password these are, or refuse; failures slow down account and address.

    The sentence and the work are the same whether the account exists or not.
    """
    account, place = guess_of_account(username), guess_of_address(address)
    refuse_if_waiting((account, place), at)
    person = authenticate(username=username, password=password)
    if not isinstance(person, Person) or not _may_sign_in(person):
        if remember_failure((account, place), at) == rules.FREE_FAILURES:
            _say_so(Person.objects.filter(username__iexact=username).first(), at)
        raise Refused(WRONG)
    forgive(account)
    return person


def prove(
    *, person: Person, code: str = "", passkey: str = "", password: str = "", address: str, at: datetime
) -> str:
    """Let somebody show who they are by what they enrolled, or by the password where nothing is; return how."""
    guess, place = guess_of_second_factor(person.id), guess_of_address(address)
    refuse_if_waiting((guess, place), at)
    enrolled = factors.is_enrolled(person.id)
    how: str | None
    if not enrolled:
        how, field, words = factors.PASSWORD, "password", "密码不对，请核对后再试。"
        how = how if not second_factor_required() and person.check_password(password) else None
    elif passkey:
        how, field, words = factors.PASSKEY, None, WRONG_PASSKEY
        how = how if factors.passkey_fits(person, passkey, at) else None
    else:
        how, field, words = factors.code_fits(person.id, code, at), "code", WRONG_CODE
    if how is None:
        if remember_failure((guess, place), at) == rules.FREE_FAILURES:
            _say_so(person, at)
        raise Refused(words, field=field)
    forgive(guess)
    if how == factors.RECOVERY:
        left = factors.codes_left(person.id)
        tell(person.id, f"刚才用了一个备用码，还剩 {left} 个。快用完时请重新生成。", at)
    return how


def record_sign_in(*, person: Person, how: str, at: datetime) -> None:
    """Write down that somebody signed in, and by what."""
    actor = actor_of(person, clock.local(at).date())
    area_id = actor.acting.area_id if actor.acting else county().id
    signed_in = SignedIn(
        subject_kind="person", subject_id=person.id, area_id=area_id, how=factors.LABELS[how]
    )
    with transaction.atomic():
        record(signed_in, by=actor.hand, at=at)


def _may_sign_in(person: Person) -> bool:
    if not person.is_demonstration:
        return True
    here = profile()
    return here is not None and here.is_demonstration


def _say_so(person: Person | None, at: datetime) -> None:
    """Write down that somebody began to guess at an account; once, when the waiting begins."""
    if person is None:
        return
    slowed = GuessingSlowedDown(
        subject_kind="person", subject_id=person.id, area_id=county().id, name=person.name
    )
    with transaction.atomic():
        record(slowed, by=SYSTEM, at=at)
    tell(person.id, "有人用您的账号连续试错，系统已放慢。不是您自己的话，请联系安全管理员。", at)
