"""A county, a stopped clock, no counts left over, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases.models import Case, DoorCode
from minqing.cases.public import StepInput, load_topics, make_door_code, new_report_id, take_step
from minqing.kernel import clock
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import GRID_WORKER
from minqing.registry.public import SubjectRef
from minqing.registry.tests.factories import make_home

WORDS = "门前的路灯坏了三天，晚上走路看不见。"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    forget_counts()
    with clock.fixed(AT):
        yield


@pytest.fixture
def here(db: None) -> SmallCounty:
    load_topics()
    return small_county()


@pytest.fixture
def door(here: SmallCounty) -> DoorCode:
    home = make_home(here.grid, "裘阿婆")[0]
    subject = SubjectRef("household", home.id)
    return make_door_code(area_id=here.grid.id, subject=subject, by=here.actor(GRID_WORKER), at=AT)


class Machine:
    """A client of the interface."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: Any = None, **given: Any) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        given.setdefault("content_type", "application/json")
        return self.client.post(f"/api/v1{path}", sent, **given)

    def report(self, here: SmallCounty, **changes: Any) -> Any:
        return self.post("/reports", a_report(here) | changes)


def a_report(here: SmallCounty) -> dict[str, Any]:
    return {"id": str(new_report_id()), "words": WORDS, "area_code": here.grid.code}


@pytest.fixture
def machine(client: Client) -> Machine:
    return Machine(client)


def walk_to_the_follow_up(here: SmallCounty, code: str) -> Case:
    """Let the officials take a case to where its reporter is asked."""
    people = everyone(here)
    case = Case.everything.get(receipt_code=code)

    def step(name: str, role: str, **values: str) -> None:
        take_step(case_id=case.id, step=name, given=StepInput(values), by=people[role], at=AT)

    step("sign", "town_dispatcher")
    step("assign", "town_dispatcher", unit=str(here.unit.id), topic="roads.light")
    step("conclude", "handler", result="已换新灯泡，亮了。")
    step("approve", "reviewer")
    return case
