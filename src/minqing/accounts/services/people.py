"""Accounts: make one, change or reset its password. An account may do nothing until somebody appoints it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from minqing.accounts.events import Appointed, PasswordChanged, PasswordReset, PersonAdded
from minqing.accounts.models import Appointment, Person
from minqing.accounts.permissions import MANAGE_PEOPLE
from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.roles import SECURITY_ADMINISTRATOR


@transaction.atomic
def add_person(*, username: str, name: str, password: str, by: Actor, at: datetime) -> Person:
    """Make an account without any right."""
    top = county()
    by.require(MANAGE_PEOPLE, top.path)
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name)
    check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    added = PersonAdded(
        subject_kind="person", subject_id=person.id, area_id=top.id, username=username, name=name
    )
    record(added, by=by.hand, at=at)
    return person


@transaction.atomic
def add_first_administrator(*, username: str, name: str, password: str, at: datetime) -> Person:
    """Make the county's first security administrator, the only account there is; everyone else is appointed by one."""
    top = county()
    if Appointment.objects.exists():
        raise Refused("这里已经有人任职，请由安全管理员在“人员”页开通账号。")
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name)
    check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    today = clock.local(at).date()
    Appointment.objects.create(person=person, role=SECURITY_ADMINISTRATOR.key, area=top, starts_on=today)
    appointed = Appointed(
        subject_kind="person", subject_id=person.id, area_id=top.id, name=name,
        role_label=SECURITY_ADMINISTRATOR.label, area_name=top.name, unit_name="", starts_on=today, ends_on=None,
    )  # fmt: skip
    record(appointed, by=SYSTEM, at=at)
    return person


@transaction.atomic
def change_password(*, person: Person, old: str, new: str, by: Actor, at: datetime) -> None:
    """Change one's own password."""
    if not person.check_password(old):
        raise Refused("原密码不对，请核对。", field="old")
    check_password(new, person)
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
    check_password(new, person)
    person.set_password(new)
    person.save(update_fields=["password"])
    reset = PasswordReset(subject_kind="person", subject_id=person.id, area_id=top.id, name=person.name)
    record(reset, by=by.hand, at=at)
    return person


def check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("".join(error.messages), field="password") from error
