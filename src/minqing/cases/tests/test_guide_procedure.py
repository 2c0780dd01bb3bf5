"""The example of the guide on adding a procedure is taken out of the page, checked, drawn and walked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from minqing.cases.facts import known_facts
from minqing.kernel.errors import Refused
from minqing.kernel.roles import GRID_WORKER, VILLAGE_CLERK
from minqing.workflow.procedure import only
from minqing.workflow.public import CLOCK, REPORTER, Procedure

GUIDE = Path(__file__).parents[4] / "docs" / "guide" / "adding-a-procedure.md"


@pytest.fixture
def old_trees() -> Iterator[type[Procedure]]:
    """Run the example as its file would be; its registration is undone after the test."""
    found = re.search(r"<!-- example -->\n```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found, "the guide has lost its example"
    names: dict[str, object] = {"__name__": "minqing.cases.procedures.old_trees"}
    with only():
        exec(compile(found[1], str(GUIDE), "exec"), names)
        made = names["OldTrees"]
        assert isinstance(made, type)
        assert issubclass(made, Procedure)
        yield made


def test_the_example_has_no_defect_and_can_be_drawn(old_trees: type[Procedure]) -> None:
    assert tuple(old_trees.problems()) == ()
    drawn = old_trees.mermaid()
    assert drawn.startswith("stateDiagram-v2")
    assert all(state.label in drawn for state in old_trees.states.values())
    assert {one.key for step in old_trees.steps.values() for one in step.only_if} <= known_facts()


def test_the_example_goes_as_the_guide_says(old_trees: type[Procedure]) -> None:
    of = old_trees
    given = {"danger", "result"}
    assert of.decide("found", "settle", {GRID_WORKER}, given, {"first_visit"}).state is of.state("asking")
    with pytest.raises(Refused, match="又为这棵树来过"):
        of.decide("found", "settle", {GRID_WORKER}, given, frozenset())
    assert of.decide("found", "climb", {CLOCK}, (), ()).state is of.state("town")
    with pytest.raises(Refused):
        of.decide("found", "climb", {VILLAGE_CLERK}, (), ())
    assert [one.key for one in of.open_to("asking", [REPORTER])] == ["confirm", "redo"]
    assert [one.key for one in of.open_to("asking", [CLOCK])] == ["silent"]
