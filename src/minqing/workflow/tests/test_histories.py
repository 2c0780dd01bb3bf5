"""Whole histories are written at once, and come out as if taken step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import VILLAGE_CLERK
from minqing.workflow import public as workflow
from minqing.workflow.models import Leg, Run
from minqing.workflow.tests.errand import Errand
from minqing.workflow.tests.test_runs import dispatched

pytestmark = pytest.mark.django_db


def test_histories_come_out_as_if_step_by_step(county):
    clerk = county.actor(VILLAGE_CLERK)
    run = dispatched(county)
    steps = (
        workflow.Taken("accept", AT, clerk.hand),
        workflow.Taken("assign", AT, clerk.hand, unit_id=county.unit.id),
    )
    history = workflow.History(Errand, "case", uuid7(), county.grid.id, AT, steps)
    anonymous = workflow.History(Errand, "case", uuid7(), county.grid.id, AT, nameless=True)
    written, nameless = workflow.write_histories([history, anonymous])

    def columns(of: Run) -> list[dict[str, Any]]:
        rows = Run.everything.filter(id=of.id).values()
        legs = Leg.objects.filter(run=of).order_by("number").values()
        return [
            {k: v for k, v in row.items() if k not in ("id", "run_id", "subject_id", "version")}
            for row in (*rows, *legs)
        ]

    assert columns(written) == columns(run)
    assert nameless.id.version == 4
    assert list(workflow.todo(clerk)) == [nameless]


def test_a_history_that_cannot_have_been_is_refused(county):
    clerk = county.actor(VILLAGE_CLERK)
    for taken in (
        workflow.Taken("assign", AT, clerk.hand),
        workflow.Taken("accept", AT - timedelta(hours=1), clerk.hand),
    ):
        with pytest.raises(ValueError, match="cannot be taken"):
            workflow.write_histories(
                [workflow.History(Errand, "case", uuid7(), county.grid.id, AT, (taken,))]
            )
