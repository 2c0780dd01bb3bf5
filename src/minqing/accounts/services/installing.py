"""From the machine's console: the first security administrator, and the way back for one who is locked out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from minqing.accounts import factors
from minqing.accounts.events import Appointed, PasswordReset, SecondFactorsReset
from minqing.accounts.models import Appointment, Person
from minqing.accounts.services.notices import tell
from minqing.accounts.services.people import check_password, set_password
from minqing.accounts.services.sessions import end_sessions
from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.kernel.errors import Refused
from minqing.kernel.roles import SECURITY_ADMINISTRATOR


@transaction.atomic
def add_first_administrator(*, username: str, name: str, password: str, at: datetime) -> Person:
    """Make the county's first security administrator, the only account there is; everyone else is appointed by one."""
    if Appointment.objects.exists():
        raise Refused("这里已经有人任职，请由安全管理员在“人员”页开通账号。")
    return _make(username, name, password, at)


@transaction.atomic
def rescue_administrator(*, username: str, name: str, password: str, at: datetime) -> tuple[Person, bool]:
    """Make a security administrator where none can sign in, or let one in who is locked out.

    Returns the person, and whether the account is new. For whoever may start programs on the machine: everything is
    journalled, and the person is told.
    """
    held = Appointment.objects.current(clock.local(at).date()).filter(role=SECURITY_ADMINISTRATOR.key)
    one = held.filter(person__username__iexact=username).select_related("person").first()
    if one is None:
        others = "、".join(sorted(held.values_list("person__username", flat=True)))
        if others:
            raise Refused(f"已经有安全管理员（{others}）。要让其中一位重新登录，请用他的用户名。")
        return _make(username, name, password, at), True
    person = Person.objects.select_for_update().get(id=one.person_id)
    check_password(password, person)
    set_password(person, password, at, must_change=False)
    about = {"subject_kind": "person", "subject_id": person.id, "area_id": county().id, "name": person.name}
    record(PasswordReset(**about), by=SYSTEM, at=at)  # type: ignore[arg-type]  # each value has its field's type
    if factors.remove_all(person.id):
        record(SecondFactorsReset(**about), by=SYSTEM, at=at)  # type: ignore[arg-type]  # as above
    end_sessions(person.id)
    tell(person.id, "在服务器上重设了您的密码和验证方式。不是您要求的话，请马上报告。", at)
    return person, False


def _make(username: str, name: str, password: str, at: datetime) -> Person:
    top, today = county(), clock.local(at).date()
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已经有人用了，请换一个。", field="username")
    person = Person(username=username, name=name, password_set_at=at)
    check_password(password, person)
    person.set_password(password)
    person.save(force_insert=True)
    Appointment.objects.create(person=person, role=SECURITY_ADMINISTRATOR.key, area=top, starts_on=today)
    appointed = Appointed(
        subject_kind="person", subject_id=person.id, area_id=top.id, name=name,
        role_label=SECURITY_ADMINISTRATOR.label, area_name=top.name, unit_name="", starts_on=today, ends_on=None,
    )  # fmt: skip
    record(appointed, by=SYSTEM, at=at)
    return person
