"""What a step costs: at most twelve statements, without transaction control, session and user."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.desk.tests.county import signed_in
from minqing.kernel import clock
from minqing.kernel.roles import FOLLOW_UP_CALLER, HANDLER, REVIEWER, TOWN_DISPATCHER
from tests.not_the_page import NOT_THE_PAGE_S

MOST: Final = 12
STEPS: Final[list[tuple[str, Any, dict[str, str]]]] = [
    ("sign", TOWN_DISPATCHER, {}),
    ("assign", TOWN_DISPATCHER, {"unit": "unit"}),
    ("conclude", HANDLER, {"result": "换了灯泡，亮了。"}),
    ("approve", REVIEWER, {}),
    ("confirm", FOLLOW_UP_CALLER, {"content": "content"}),
]


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def test_a_step_takes_few_statements(county: SmallCounty) -> None:
    found = {}
    with clock.fixed(AT):
        for _, role, _ in STEPS:
            county.actor(role)
        report = cases.Report(
            id=cases.new_report_id(), source=cases.HOTLINE, area_id=county.town.id, words="路灯坏了三天，没人来修。",
            contact=cases.ContactInput("裘阿婆", "19957512345"),
        )  # fmt: skip
        case = cases.open_case(report, by=county.actor(TOWN_DISPATCHER), at=AT)
        for leg, (step, role, given) in enumerate(STEPS, 1):
            client = signed_in(county.actor(role))
            client.get(reverse("desk:queue"))  # what a browser's first page asks once
            values = {key: str(county.unit.id) if value == "unit" else value for key, value in given.items()}
            data = {f"{step}-{key}": value for key, value in {"leg": str(leg), **values}.items()}
            with CaptureQueriesContext(connection) as asked:
                answer = client.post(reverse("desk:step", args=[case.id, step]), data)
            assert answer.status_code == 302, step
            found[step] = [one["sql"] for one in asked if not NOT_THE_PAGE_S.search(one["sql"])]
    counts = {step: len(statements) for step, statements in found.items()}
    worst = max(found, key=lambda step: len(found[step]))
    assert max(counts.values()) <= MOST, f"{counts}\n" + "\n".join(one[:160] for one in found[worst])
