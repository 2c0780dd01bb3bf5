"""A small county, a home in its grid with two people, and a home in another village of the same town."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from minqing.accounts.public import AppointedActor
from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases import public as cases
from minqing.kernel.ids import uuid7
from minqing.registry.models import Household, Resident
from minqing.registry.public import SubjectRef
from minqing.registry.tests.factories import make_home
from minqing.workflow.public import ensure_calendar


@dataclass
class Here:
    """The county, one actor per role, and whose files are opened."""

    county: SmallCounty
    people: dict[str, AppointedActor]
    home: Household
    elder: Resident
    spouse: Resident
    neighbour: Resident
    far: Resident

    def ref(self, row: Household | Resident) -> SubjectRef:
        return SubjectRef(row.subject_kind, row.id)

    def case_about(self, row: Household | Resident, procedure: str = "prompt") -> cases.Case:
        report = cases.Report(
            id=uuid7(), source="officer", area_id=row.area_id, words="门前的路灯坏了三天，请来看看。",
            subject=self.ref(row), contact=cases.ContactInput("张大爷", "13800000000"), procedure=procedure,
        )  # fmt: skip
        return cases.open_case(report, by=self.people["village_clerk"], at=AT)


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Here]:
    """The county, once for all tests here; each test takes back what it wrote."""
    with django_db_blocker.unblock(), transaction.atomic():
        cases.load_topics()
        ensure_calendar(at=AT)
        county = small_county()
        home, (elder, spouse) = make_home(county.grid, "裘桂香", "裘伯根")
        _, (neighbour,) = make_home(county.neighbour_grid, "马小满", address="护国岭村 3 号")
        _, (far,) = make_home(county.far_grid, "楼大年", address="楼家村 9 号")
        yield Here(county, everyone(county), home, elder, spouse, neighbour, far)
        transaction.set_rollback(True)


@pytest.fixture
def here(made: Here, db: None) -> Here:
    made.elder.refresh_from_db()
    return made
