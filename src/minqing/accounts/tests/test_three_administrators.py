"""Promises of the three administrators: three people, none does the county's business or appoints themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction

from minqing.accounts import factors
from minqing.accounts.models import Appointment
from minqing.accounts.public import (
    ROLES,
    appoint,
    close_unit,
    end_appointment,
    open_unit,
    rescue_administrator,
)
from minqing.accounts.rules import ADMINISTRATORS
from minqing.accounts.tests import factories
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, make_person, small_county
from minqing.journal.public import timeline
from minqing.kernel.access import CAPABILITIES, Role
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    HANDLER,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    VILLAGE_CLERK,
)

# What the three may do, from a table and not from the code: whoever adds to it explains it to the county.
MAY = {
    SYSTEM_ADMINISTRATOR: {"areas.manage", "accounts.manage_units", "workflow.edit_calendar"},
    SECURITY_ADMINISTRATOR: {"accounts.manage_people"},
    AUDITOR: {"accounts.read_audit"},
}
# Of residents, cases and visits there is nothing among them, whatever else is added.
BUSINESS = ("registry.", "cases.", "diary.", "disclosure.", "rights.")
# That a rule was broken, and by whom: alarms are what they are there for. No file opens by these.
ALARMS = {"disclosure.review", "disclosure.see_alarms", "disclosure.open_pages"}
# Which office a sort of matter goes to, and how an answer begins: rules, by which no case opens.
RULES = {"cases.edit_catalogue", "cases.edit_templates"}


def give(here: SmallCounty, person_id, role: Role, *, starts_on=DAY, ends_on=None) -> Appointment:
    area, unit = here.area_for(role)
    return appoint(
        person_id=person_id, role=role, area_id=area.id, unit_id=unit.id if unit else None, starts_on=starts_on,
        ends_on=ends_on, by=here.actor(SECURITY_ADMINISTRATOR), at=AT,
    )  # fmt: skip


@pytest.mark.parametrize("role", MAY, ids=lambda one: one.key)
def test_an_administrator_reads_neither_files_nor_cases_nor_visits(role: Role) -> None:
    may = {key for key, one in CAPABILITIES.items() if role in one.held_by}
    assert may >= MAY[role]
    assert not [key for key in may - ALARMS - RULES if key.startswith(BUSINESS)]
    others = {key for other, keys in MAY.items() if other != role for key in keys}
    assert not may & others


@pytest.mark.django_db
def test_no_two_of_the_three_and_no_business_beside_one():
    here = small_county()
    for first in ADMINISTRATORS:
        person = make_person(f"first_{first.key}")
        give(here, person.id, first)
        for other in ROLES.values():
            if other == first:
                continue
            with pytest.raises(Refused, match="三个人担任" if other in ADMINISTRATORS else "不能同时办业务"):
                give(here, person.id, other)
    clerk = make_person("clerk")
    give(here, clerk.id, VILLAGE_CLERK)
    give(here, clerk.id, GRID_WORKER)  # business beside business as ever
    for administrator in ADMINISTRATORS:
        with pytest.raises(Refused, match="不能同时办业务"):
            give(here, clerk.id, administrator)


@pytest.mark.django_db
def test_one_after_the_other_is_allowed_and_the_days_may_not_meet():
    here = small_county()
    person = make_person("moves")
    give(here, person.id, SYSTEM_ADMINISTRATOR, ends_on=DAY + timedelta(days=9))
    with pytest.raises(Refused, match="三个人担任"):
        give(here, person.id, AUDITOR, starts_on=DAY + timedelta(days=9))
    give(here, person.id, AUDITOR, starts_on=DAY + timedelta(days=10))
    with pytest.raises(Refused, match="三个人担任"):
        give(here, person.id, SECURITY_ADMINISTRATOR, starts_on=DAY - timedelta(days=30))


@pytest.mark.django_db
def test_the_database_refuses_it_too_whoever_writes():
    here = small_county()
    auditor = here.actor(AUDITOR)
    person = here.people["auditor"]
    for role in (SYSTEM_ADMINISTRATOR, HANDLER):
        with pytest.raises(IntegrityError, match="appointment_sides_never_meet"), transaction.atomic():
            factories.appoint(person, role, *here.area_for(role))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE appointment SET person_id = %s WHERE person_id = %s",
            [auditor.person_id, here.actor(GRID_WORKER).person_id],
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_appoint_at_once_one_is_refused():
    here = small_county()
    person, by = make_person("wanted"), here.actor(SECURITY_ADMINISTRATOR)
    together = Barrier(2)

    def give_it(role: Role) -> str:
        together.wait()
        try:
            appoint(
                person_id=person.id, role=role, area_id=here.county.id, starts_on=DAY, by=by, at=AT
            )  # fmt: skip
        except Refused as refused:
            return refused.message
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(give_it, (SYSTEM_ADMINISTRATOR, AUDITOR)))
    assert answers[0] == ""
    assert "三个人担任" in answers[1]
    assert Appointment.objects.filter(person=person).count() == 1


@pytest.mark.django_db
def test_nobody_appoints_themselves_nor_ends_their_own():
    here = small_county()
    security = here.actor(SECURITY_ADMINISTRATOR)
    with pytest.raises(Refused, match="不能任命自己"):
        give(here, security.person_id, GRID_WORKER)
    with pytest.raises(Refused, match="不能任命自己"):
        give(here, security.person_id, SECURITY_ADMINISTRATOR)
    own = Appointment.objects.get(person_id=security.person_id)
    with pytest.raises(Refused, match="不能结束自己"):
        end_appointment(appointment_id=own.id, ends_on=DAY, reason="走", by=security, at=AT)


@pytest.mark.django_db
def test_offices_are_the_system_administrators_and_people_are_not():
    here = small_county()
    system, security = here.actor(SYSTEM_ADMINISTRATOR), here.actor(SECURITY_ADMINISTRATOR)
    made = open_unit(area_id=here.town.id, kind="town_office", name="谷来镇应急站", by=system, at=AT)
    with pytest.raises(NotAllowed):
        close_unit(unit_id=made.id, reason="试", by=security, at=AT)
    with pytest.raises(NotAllowed):
        appoint(
            person_id=make_person("x").id,
            role=AUDITOR,
            area_id=here.county.id,
            starts_on=DAY,
            by=system,
            at=AT,
        )


@pytest.mark.django_db
def test_the_console_lets_in_a_security_administrator_and_nobody_else():
    here = small_county()
    person, is_new = rescue_administrator(
        username="first", name="第一人", password="long-and-odd-passphrase", at=AT
    )
    assert is_new
    assert Appointment.objects.get(person=person).role == SECURITY_ADMINISTRATOR.key
    with pytest.raises(Refused, match="已经有安全管理员（first）"):
        rescue_administrator(username="second", name="第二人", password="long-and-odd-passphrase", at=AT)
    here.actor(SYSTEM_ADMINISTRATOR)
    system = here.people["system_administrator"].username
    with pytest.raises(Refused, match="已经有安全管理员"):
        rescue_administrator(username=system, name="x", password="long-and-odd-passphrase", at=AT)
    factors.add_app(person, factors.new_secret(), 0, AT)
    again, is_new = rescue_administrator(username="FIRST", name="", password="another-odd-passphrase", at=AT)
    assert (again.id, is_new) == (person.id, False)
    assert again.check_password("another-odd-passphrase")
    assert not factors.is_enrolled(person.id)
    sentences = [one.sentence for one in timeline("person", person.id)]
    assert "重设了第一人的密码" in sentences
    assert "重设了第一人的第二重验证" in sentences
