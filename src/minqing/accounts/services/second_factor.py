"""Enrol a second factor, remove one's own, and let the security administrator reset those of somebody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.accounts import factors
from minqing.accounts.events import (
    RecoveryCodesRenewed,
    SecondFactorAdded,
    SecondFactorRemoved,
    SecondFactorsReset,
)
from minqing.accounts.models import Person
from minqing.accounts.permissions import MANAGE_PEOPLE
from minqing.accounts.queries import actor_of
from minqing.accounts.services.notices import tell
from minqing.accounts.services.sessions import end_sessions
from minqing.accounts.services.sign_in import second_factor_required
from minqing.areas.public import county
from minqing.journal.public import Event, record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused

# More keys than fingers are a sign of something else.
FACTORS_MAX = 10


@transaction.atomic
def enrol_app(*, person: Person, secret: str, code: str, session_key: str | None, at: datetime) -> None:
    """Enrol an app once it shows the right code; other sessions of the person end."""
    _may_enrol(person)
    if any(one.kind == factors.APP for one in factors.factors_of(person.id)):
        raise Refused("已经绑定了一个验证器，要换请先移除旧的。")
    counter = factors.counter_of(secret, "".join(code.split()), at)
    if counter is None:
        raise Refused("验证码不对。请确认手机的时间是准的，再输入验证器上现在的六位数字。", field="code")
    factors.add_app(person, secret, counter, at)
    _added(person, factors.APP, session_key, at)


@transaction.atomic
def enrol_passkey(*, person: Person, name: str, answer: str, session_key: str | None, at: datetime) -> None:
    """Enrol a passkey that the browser made; other sessions of the person end."""
    _may_enrol(person)
    if not factors.add_passkey(person, name, answer, at):
        raise Refused("通行密钥没有建成，请再试一次，或改用验证器。")
    _added(person, factors.PASSKEY, session_key, at)


@transaction.atomic
def renew_recovery_codes(*, person: Person, at: datetime) -> list[str]:
    """Return ten fresh recovery codes; shown once, those of before are void."""
    if not factors.is_enrolled(person.id):
        raise Refused("请先绑定验证器或通行密钥，再生成备用码。")
    made = factors.new_recovery_codes(person)
    _record(
        RecoveryCodesRenewed(subject_kind="person", subject_id=person.id, area_id=county().id), person, at
    )
    return made


@transaction.atomic
def remove_factor(*, person: Person, factor_id: int, session_key: str | None, at: datetime) -> str:
    """Remove one of one's own; the last one stays where everybody must have one. Return what it was."""
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    held = factors.factors_of(person.id)
    if len(held) == 1 and second_factor_required():
        raise Refused("这是最后一种验证方式，本县要求人人都有。请先绑定另一种，再移除它。")
    kind = factors.remove(person.id, factor_id)
    if kind is None:
        raise NotThere("这种验证方式已经移除了。")
    label = factors.LABELS[kind]
    _record(
        SecondFactorRemoved(
            subject_kind="person", subject_id=person.id, area_id=county().id, factor_label=label
        ),
        person,
        at,
    )
    tell(person.id, f"移除了{label}。不是您自己的话，请马上联系安全管理员。", at)
    end_sessions(person.id, but=session_key)
    return label


@transaction.atomic
def reset_factors(*, person_id: UUID, by: Actor, at: datetime) -> Person:
    """Remove all factors of somebody who lost theirs, sign them out everywhere, and tell them."""
    top = county()
    by.require(MANAGE_PEOPLE, top.path)
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotThere
    if person.id == by.person_id:
        raise Refused("自己的验证方式不能自己重设，请由另一位安全管理员来办。")
    if not factors.remove_all(person.id):
        raise Refused(f"{person.name}还没有绑定验证方式，不用重设。")
    reset = SecondFactorsReset(subject_kind="person", subject_id=person.id, area_id=top.id, name=person.name)
    record(reset, by=by.hand, at=at)
    end_sessions(person.id)
    tell(person.id, f"{by.person_name}重设了您的第二重验证。不是您要求的话，请马上报告。", at)
    return person


def _may_enrol(person: Person) -> None:
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    if len(factors.factors_of(person.id)) >= FACTORS_MAX:
        raise Refused("绑定的验证方式太多了，请先移除不用的。")


def _added(person: Person, kind: str, session_key: str | None, at: datetime) -> None:
    label = factors.LABELS[kind]
    _record(
        SecondFactorAdded(
            subject_kind="person", subject_id=person.id, area_id=county().id, factor_label=label
        ),
        person,
        at,
    )
    tell(person.id, f"新绑定了{label}。不是您自己的话，请马上联系安全管理员。", at)
    end_sessions(person.id, but=session_key)


def _record(event: Event, person: Person, at: datetime) -> None:
    record(event, by=actor_of(person, clock.local(at).date()).hand, at=at)
