"""Schemathesis sends what the description allows and what it does not: never a server error, always a described answer.

Real commits and the application as the server runs it; once as nobody, once with a token that may do everything.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from minqing.accounts.public import OWN_SCOPES, make_token
from minqing.accounts.tests.factories import AT, SmallCounty, everyone
from minqing.api.tests.conftest import Machine, walk_to_the_follow_up
from minqing.cases.models import Case
from minqing.kernel.ids import uuid7
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import TOWN_DISPATCHER

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES_MAX = 5  # per operation, kind of data and visitor: 16 × 2 × 2 × 5 calls, some fifteen seconds
ANY_TEXT = {
    "GET /api/v1/receipts/{code}", "POST /api/v1/receipts/{code}/urge", "GET /api/v1/topics", "GET /api/v1/procedures",
}  # fmt: skip
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def token(here: SmallCounty) -> str:
    """Return a token that may do whatever a dispatcher may."""
    by = here.actor(TOWN_DISPATCHER)
    return make_token(token_id=uuid7(), name="试验", scopes=OWN_SCOPES, days=3, by=by, at=AT)[1]


@pytest.mark.parametrize("as_official", [False, True], ids=["anonymous", "with a token"])
def test_nothing_that_is_sent_makes_a_server_error(
    transactional_db: None, here: SmallCounty, machine: Machine, door: Any, as_official: bool
) -> None:
    everyone(here)
    codes = [machine.report(here).json()["code"] for _ in range(2)]
    case = walk_to_the_follow_up(here, codes[0])
    headers = {"Authorization": f"Bearer {token(here)}"} if as_official else {}
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    statuses: set[tuple[str, int]] = set()

    def put_real_ones(sent: Any) -> None:
        """Let half of the calls reach beyond “not there”."""
        if "code" in sent.path_parameters:
            sent.path_parameters["code"] = codes[0]
        if "case_id" in sent.path_parameters:
            sent.path_parameters["case_id"] = str(case.id)
        if "step" in sent.path_parameters:
            sent.path_parameters["step"] = "confirm"
        if isinstance(sent.body, dict) and "area_code" in sent.body:
            # Words that make a report, so that some calls end in a case whatever the generator thought of.
            words = {"words": "路灯坏了三天，没人来修。", "contact": None}
            sent.body = {**sent.body, **words, "area_code": here.grid.code, "door_code": ""}

    def send(sent: Any, real: bool) -> None:
        forget_counts()
        if real:
            put_real_ones(sent)
        answered = sent.call_and_validate(checks=CHECKS, headers=headers)
        statuses.add((sent.operation.label, answered.status_code))

    bounded = settings(
        max_examples=EXAMPLES_MAX,
        deadline=None,
        derandomize=True,  # the same calls on every machine: a red build is somebody's change
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = found.ok().as_strategy(generation_mode=mode)
            # Where nothing is asked for, or any text will do, nothing can be sent that the description forbids.
            nothing_wrong = mode is GenerationMode.NEGATIVE and found.ok().label in ANY_TEXT
            with pytest.raises(Unsatisfiable) if nothing_wrong else nullcontext():
                bounded(given(sent=cases, real=st.booleans())(send))()
    reached = {status for _, status in statuses}
    assert {200, 201, 400, 404, 422} <= reached
    assert ("GET /api/v1/cases", 200 if as_official else 401) in statuses
    assert Case.everything.count() > 2
