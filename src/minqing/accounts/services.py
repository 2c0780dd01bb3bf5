"""Sign in, slow down guessing, add people, appoint them and end it."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from minqing.accounts import rules
from minqing.accounts.events import (
    Appointed,
    AppointmentEnded,
    PasswordChanged,
    PasswordReset,
    PersonAdded,
    SignedIn,
    UnitClosed,
    UnitOpened,
)
from minqing.accounts.models import UNIT_KINDS, Appointment, Person, SignInDelay, Unit
from minqing.accounts.permissions import MANAGE_PEOPLE
from minqing.accounts.queries import actor_of
from minqing.areas.public import area as get_area
from minqing.areas.public import county, profile
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor, Role
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.kernel.roles import HANDLER, SYSTEM_ADMINISTRATOR
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
        raise TooMany(f"试错次数太多，请 {words}后再试。忘记密码请联系管理员重设。", retry_after=seconds)


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


@transaction.atomic
def add_person(*, username: str, name: str, password: str, by: Actor, at: datetime) -> Person:
    """Make an account without any right."""
    top = county()
    by.require(MANAGE_PEOPLE, top.path)
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name)
    _check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    added = PersonAdded(
        subject_kind="person", subject_id=person.id, area_id=top.id, username=username, name=name
    )
    record(added, by=by.hand, at=at)
    return person


@transaction.atomic
def add_first_administrator(*, username: str, name: str, password: str, at: datetime) -> Person:
    """Make the county's first administrator, where nobody is appointed yet; everyone else is appointed by one."""
    top = county()
    if Appointment.objects.exists():
        raise Refused("这里已经有人任职，请由系统管理员在“人员”页开通账号。")
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name)
    _check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    today = clock.local(at).date()
    Appointment.objects.create(person=person, role=SYSTEM_ADMINISTRATOR.key, area=top, starts_on=today)
    appointed = Appointed(
        subject_kind="person", subject_id=person.id, area_id=top.id, name=name,
        role_label=SYSTEM_ADMINISTRATOR.label, area_name=top.name, unit_name="", starts_on=today, ends_on=None,
    )  # fmt: skip
    record(appointed, by=SYSTEM, at=at)
    return person


@transaction.atomic
def change_password(*, person: Person, old: str, new: str, by: Actor, at: datetime) -> None:
    """Change one's own password."""
    if not person.check_password(old):
        raise Refused("原密码不对，请核对。", field="old")
    _check_password(new, person)
    person.set_password(new)
    person.save(update_fields=["password"])
    area_id = by.acting.area_id if by.acting else county().id
    changed = PasswordChanged(subject_kind="person", subject_id=person.id, area_id=area_id)
    record(changed, by=by.hand, at=at)


@transaction.atomic
def reset_password(*, person_id: UUID, new: str, by: Actor, at: datetime) -> Person:
    """Give somebody who forgot theirs another password; nobody resets their own this way."""
    top = county()
    by.require(MANAGE_PEOPLE, top.path)
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotThere
    if person.id == by.person_id:
        raise Refused("自己的密码请从右上角的“修改密码”改。")
    _check_password(new, person)
    person.set_password(new)
    person.save(update_fields=["password"])
    reset = PasswordReset(subject_kind="person", subject_id=person.id, area_id=top.id, name=person.name)
    record(reset, by=by.hand, at=at)
    return person


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("".join(error.messages), field="password") from error


@transaction.atomic
def appoint(
    *,
    person_id: UUID,
    role: Role,
    area_id: UUID,
    unit_id: UUID | None = None,
    starts_on: date,
    ends_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Give a person a role at an area from a day on."""
    area = get_area(area_id)
    by.require(MANAGE_PEOPLE, area.path)
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotThere
    unit = Unit.objects.filter(id=unit_id).first() if unit_id else None
    if unit and (unit.closed_at or unit.area_id != area.id):
        raise Refused("这个单位不在所选辖区，或者已撤销。", field="unit")
    refusal = rules.why_not_appoint(
        role=role, level=area.level, has_unit=unit is not None, area_open=area.is_open,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    if refusal:
        raise Refused(refusal)
    same = Appointment.objects.filter(person=person, role=role.key, area=area, unit=unit, ends_on=None)
    if same.exists():
        raise Refused(f"{person.name}已经担任这个职务。")
    made = Appointment.objects.create(
        person=person, role=role.key, area=area, unit=unit, starts_on=starts_on, ends_on=ends_on
    )
    appointed = Appointed(
        subject_kind="person", subject_id=person.id, area_id=area.id, name=person.name, role_label=role.label,
        area_name=area.name, unit_name=unit.name if unit else "", starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    record(appointed, by=by.hand, at=at)
    return made


@transaction.atomic
def end_appointment(
    *, appointment_id: UUID, ends_on: date, reason: str, by: Actor, at: datetime
) -> Appointment:
    """Give an appointment its last day; today at the latest takes the right away tomorrow, yesterday at once."""
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("area", "person")
        .filter(id=appointment_id)
        .first()
    )
    if found is None:
        raise NotThere
    by.require(MANAGE_PEOPLE, found.area.path)
    if found.ends_on is not None and found.ends_on <= ends_on:
        raise Refused("这个任职已经结束。")
    if ends_on < found.starts_on:
        raise Refused("结束日期早于开始日期，请核对。", field="ends_on")
    found.ends_on = ends_on
    found.save(update_fields=["ends_on"])
    ended = AppointmentEnded(
        subject_kind="person", subject_id=found.person_id, area_id=found.area_id, name=found.person.name,
        role_label=found.the_role.label, ends_on=ends_on, reason=reason,
    )  # fmt: skip
    record(ended, by=by.hand, at=at)
    return found


@transaction.atomic
def open_unit(*, area_id: UUID, kind: str, name: str, by: Actor, at: datetime) -> Unit:
    """Set up an office in an area: it may be given cases from there and below."""
    area = get_area(area_id)
    by.require(MANAGE_PEOPLE, area.path)
    if not area.is_open:
        raise Refused("这个辖区已撤销，不能在那里设单位。")
    if area.level not in rules.ROLE_LEVELS[HANDLER]:
        raise Refused("单位只能设在县（市）、镇街或村（社区），请另选辖区。")
    if kind not in UNIT_KINDS:
        raise Refused("请选择单位的类型。", field="kind")
    known = Unit.objects.filter(area=area, name=name).first()
    if known is not None:
        raise Refused(f"{area.name}已经有“{name}”，请换一个名称。", field="name")
    unit = Unit.objects.create(area=area, kind=kind, name=name)
    opened = UnitOpened(
        subject_kind="unit", subject_id=unit.id, area_id=area.id, name=name, kind_label=UNIT_KINDS[kind],
        area_name=area.name,
    )  # fmt: skip
    record(opened, by=by.hand, at=at)
    return unit


@transaction.atomic
def close_unit(*, unit_id: UUID, reason: str, by: Actor, at: datetime) -> Unit:
    """Dissolve an office that nobody serves in any more; what it did stays on record."""
    unit = Unit.objects.select_for_update(of=("self",)).select_related("area").filter(id=unit_id).first()
    if unit is None:
        raise NotThere
    by.require(MANAGE_PEOPLE, unit.area.path)
    if unit.closed_at is not None:
        raise Refused("这个单位已经撤销。")
    serving = Appointment.objects.current(clock.local(at).date()).filter(unit=unit).count()
    if serving:
        raise Refused(f"“{unit.name}”还有 {serving} 人任职，请先结束他们的任职或调到别处。")
    unit.closed_at = at
    unit.save(update_fields=["closed_at"])
    closed = UnitClosed(
        subject_kind="unit", subject_id=unit.id, area_id=unit.area_id, name=unit.name, reason=reason
    )
    record(closed, by=by.hand, at=at)
    return unit
