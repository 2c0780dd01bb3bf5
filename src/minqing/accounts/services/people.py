"""Accounts: make one, change or reset its password. An account may do nothing until somebody appoints it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from minqing.accounts.events import (
    AccountClosed,
    AccountReopened,
    PasswordChanged,
    PasswordReset,
    PersonAdded,
)
from minqing.accounts.models import Person
from minqing.accounts.permissions import MANAGE_PEOPLE
from minqing.accounts.services.notices import tell
from minqing.accounts.services.sessions import end_sessions
from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused


@transaction.atomic
def add_person(*, username: str, name: str, password: str, by: Actor, at: datetime) -> Person:
    """Make an account without any right."""
    top = county()
    by.require(MANAGE_PEOPLE, top.path)
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name, password_set_at=at, must_change_password=True)
    check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    added = PersonAdded(
        subject_kind="person", subject_id=person.id, area_id=top.id, username=username, name=name
    )
    record(added, by=by.hand, at=at)
    return person


@transaction.atomic
def change_password(
    *, person: Person, old: str, new: str, session_key: str | None = None, by: Actor, at: datetime
) -> None:
    """Change one's own password; all sessions of the person end but the one with that key."""
    if person.check_password(new):
        raise Refused("新密码和原密码一样，请换一个。", field="password")
    if not person.check_password(old):
        raise Refused("原密码不对，请核对。", field="old")
    check_password(new, person)
    set_password(person, new, at, must_change=False)
    end_sessions(person.id, but=session_key)
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
        raise Refused("自己的密码请从右上角的“密码与安全”改。")
    check_password(new, person)
    set_password(person, new, at, must_change=True)
    end_sessions(person.id)
    tell(person.id, f"{by.person_name}重设了您的密码。不是您要求的话，请马上报告。", at)
    reset = PasswordReset(subject_kind="person", subject_id=person.id, area_id=top.id, name=person.name)
    record(reset, by=by.hand, at=at)
    return person


def must_change_password(person: Person, at: datetime) -> bool:
    """Whether somebody else knows the password, or the county asks for another every so often and this one is older."""
    days: int = settings.PASSWORD_MAX_DAYS
    too_old = bool(days) and at - person.password_set_at > timedelta(days=days)
    return person.must_change_password or too_old


def set_password(person: Person, new: str, at: datetime, *, must_change: bool) -> None:
    """Write a password down, and whether its owner has to choose another."""
    person.set_password(new)
    person.password_set_at, person.must_change_password = at, must_change
    person.save(update_fields=["password", "password_set_at", "must_change_password"])


@transaction.atomic
def close_account(*, person_id: UUID, reason: str, by: Actor, at: datetime) -> Person:
    """Let somebody sign in no more, from their next request on; what they did stays on record."""
    person = _somebody_else(person_id, by)
    if not person.is_active:
        raise Refused("这个账号已经停用。")
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_sessions(person.id)
    closed = AccountClosed(
        subject_kind="person", subject_id=person.id, area_id=county().id, name=person.name, reason=reason
    )
    record(closed, by=by.hand, at=at)
    return person


@transaction.atomic
def reopen_account(*, person_id: UUID, by: Actor, at: datetime) -> Person:
    """Let somebody sign in again; their appointments hold as before."""
    person = _somebody_else(person_id, by)
    if person.is_active:
        raise Refused("这个账号没有停用。")
    person.is_active = True
    person.save(update_fields=["is_active"])
    reopened = AccountReopened(
        subject_kind="person", subject_id=person.id, area_id=county().id, name=person.name
    )
    record(reopened, by=by.hand, at=at)
    return person


def _somebody_else(person_id: UUID, by: Actor) -> Person:
    by.require(MANAGE_PEOPLE, county().path)
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotThere
    if person.id == by.person_id:
        raise Refused("不能停用或恢复自己的账号，请由另一位安全管理员来办。")
    return person


def check_password(password: str, person: Person) -> None:
    """Refuse a password that is short, common, all digits or too much like the name."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("".join(error.messages), field="password") from error
