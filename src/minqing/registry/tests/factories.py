"""Residents, households, enterprises and places for tests, written straight to the tables."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from minqing.accounts.tests.factories import AT
from minqing.areas.public import Area
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident
from minqing.registry.services.inputs import EnterpriseInput, ResidentInput
from minqing.registry.services.residents import resident_row
from minqing.registry.services.sites import enterprise_row
from minqing.registry.vault import IdentityRow, IdentityValues, identities_under, put_identity

SINCE: Final = date(2020, 5, 1)


def id_number(born: date = date(1956, 3, 8), *, sex: str = rules.FEMALE, nth: int = 0) -> str:
    """Make a valid ID number; ``nth`` tells numbers of the same day and sex apart (0–499)."""
    body = f"330683{born:%Y%m%d}{2 * nth + (sex == rules.MALE):03}"
    return body + rules.id_check_digit(body)


def make_resident(area: Area, name: str = "裘阿婆", **said: Any) -> Resident:
    """Register a resident without asking anyone."""
    values = ResidentInput(name=name, **said)
    row = resident_row(area_id=area.id, values=values, by_name="测试", at=AT)
    row.save(force_insert=True)
    put_identity(IdentityRow(row.id, area.id, values.id_number, values.phone), [area.path])
    return row


def numbers_of(resident: Resident) -> tuple[str, str]:
    """Return the ID number and the phone in the vault."""
    found = identities_under([resident.id], [resident.area.path]).get(resident.id, IdentityValues())
    return found.id_number, found.phone


def make_household(area: Area, address: str = "举坑村 12 号", code: str = "") -> Household:
    """Register a household without asking anyone."""
    return Household.everything.create(
        area=area, address=address, code=code, changed_at=AT, changed_by_name="测试"
    )


def live_in(household: Household, resident: Resident, relation: str = rules.HEAD) -> HouseholdMember:
    """Let a resident live in a household."""
    return HouseholdMember.objects.create(
        household=household, resident=resident, relation=relation, starts_on=SINCE
    )


def make_home(area: Area, *names: str, address: str = "举坑村 12 号") -> tuple[Household, list[Resident]]:
    """Make a household of people of these names, the first the head."""
    home = make_household(area, address)
    people = [make_resident(area, name) for name in names]
    for nth, person in enumerate(people):
        live_in(home, person, rules.HEAD if nth == 0 else "other_kin")
    return home, people


def make_enterprise(area: Area, name: str = "嵊州市谷来香榧加工厂", **said: Any) -> Enterprise:
    """Register an enterprise without asking anyone."""
    values = EnterpriseInput(name=name, **said)
    row = enterprise_row(area_id=area.id, values=values, by_name="测试", at=AT)
    row.save(force_insert=True)
    return row


def make_place(area: Area, name: str = "举坑村文化礼堂", kind: str = "hall") -> Place:
    """Register a place without asking anyone."""
    return Place.everything.create(
        area=area, name=name, kind=kind, name_initials="", changed_at=AT, changed_by_name="测试"
    )
