"""A county with one resident whose file is full, a clerk, a registrar, and a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from minqing.accounts.actor import AppointedActor
from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import GRID_WORKER, REGISTRAR, VILLAGE_CLERK
from minqing.registry import public as registry
from minqing.registry.tests.factories import id_number
from minqing.rights import public as rights

NOW = AT + timedelta(days=1, minutes=7)
BORN = date(1956, 3, 8)
ID_NUMBER = id_number(BORN, nth=77)
PHONE = "13867512399"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    forget_counts()
    with clock.fixed(NOW):
        yield


@dataclass
class Case:
    """Who is who."""

    here: SmallCounty
    clerk: AppointedActor
    worker: AppointedActor
    registrar: AppointedActor
    household: registry.Household
    resident: registry.Resident
    other: registry.Resident

    def hand_over(self, holder: str = "self", document: str = "id_card", **given: object) -> str:
        """Hand a code over and return it."""
        shown = rights.Shown(holder, document, id_number=ID_NUMBER, **given)  # type: ignore[arg-type]
        return rights.hand_over(
            code_id=uuid7(), resident_id=self.resident.id, shown=shown, by=self.clerk, at=NOW
        )[1]

    def me(self, at: datetime = NOW) -> rights.Me:
        """Return the resident, signed in."""
        token = rights.open_session(typed_code=self.hand_over(), typed_proof=ID_NUMBER[-6:], at=at)
        me = rights.session(token, at=at)
        assert me is not None
        return me


@pytest.fixture
def person(db: None) -> Case:
    from minqing.cases.public import load_topics

    load_topics()
    registry.load_tag_kinds()
    here = small_county()
    clerk = here.actor(VILLAGE_CLERK)
    house = registry.HouseholdInput(address="举坑村岭脚 12 号", code="H-77")
    household = registry.add_household(area_id=here.grid.id, values=house, by=clerk, at=AT)
    who = registry.ResidentInput(
        name="张桂香", id_number=ID_NUMBER, phone=PHONE, occupation="绣工", origin="石璜", address_note="后门"
    )
    resident = registry.add_resident(values=who, household_id=household.id, relation="head", by=clerk, at=AT)
    other = registry.add_resident(
        values=registry.ResidentInput(name="裘大山"),
        household_id=household.id,
        relation="spouse",
        by=clerk,
        at=AT,
    )
    return Case(here, clerk, here.actor(GRID_WORKER), here.actor(REGISTRAR), household, resident, other)
