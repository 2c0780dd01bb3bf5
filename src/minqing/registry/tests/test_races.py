"""A rival in the window between looking and writing: a sentence or the same answer, never an error page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.public import GRID_WORKER, VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.ids import uuid7
from minqing.registry import public as registry
from minqing.registry.models import Resident
from minqing.registry.public import HouseholdInput, ResidentInput
from minqing.registry.services import changes, import_chunks, residents
from minqing.registry.tests.factories import id_number, make_resident
from minqing.registry.tests.test_import import GOOD, stage

LATER = AT + timedelta(minutes=1)


def rival_first(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, rival: Callable[[], object]) -> None:
    """Let the rival write right after the look (its first call sees nothing), once."""
    real = getattr(module, name)
    calls: list[int] = []

    def look(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        found = real(*args, **kwargs)
        if len(calls) == 1:
            rival()
        return found

    monkeypatch.setattr(module, name, look)


def test_the_same_post_at_the_same_moment_is_one_resident(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, key = county.actor(GRID_WORKER), uuid7()

    def add() -> Resident:
        return registry.add_resident(
            id=key, area_id=county.grid.id, values=ResidentInput(name="裘阿婆"), by=by, at=AT
        )

    first: list[Resident] = []
    rival_first(monkeypatch, changes, "first_answer", lambda: first.append(add()))
    assert add().id == first[0].id == key
    assert Resident.everything.count() == 1


def test_a_number_registered_in_the_window_is_a_sentence_at_its_field(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = id_number()
    rival_first(
        monkeypatch,
        residents,
        "_refuse_known_number",
        lambda: make_resident(county.far_grid, id_number=number),
    )
    with pytest.raises(Refused, match="可能已在别处登记") as refused:
        registry.add_resident(
            area_id=county.grid.id, values=ResidentInput(name="裘阿婆", id_number=number),
            by=county.actor(GRID_WORKER), at=AT,
        )  # fmt: skip
    assert refused.value.field == "id_number"


def test_a_household_code_used_twice_is_a_sentence(county: SmallCounty) -> None:
    clerk = county.actor(VILLAGE_CLERK)
    values = HouseholdInput(address="香榧路 1 号", code="H1")
    registry.add_household(area_id=county.grid.id, values=values, by=clerk, at=AT)
    with pytest.raises(Refused, match="已经用过") as refused:
        registry.add_household(area_id=county.grid.id, values=values, by=clerk, at=LATER)
    assert refused.value.field == "code"


def test_somebody_registered_while_a_file_is_applied_leaves_nothing_half_done(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    batch = stage(by, GOOD)
    rival_first(
        monkeypatch,
        import_chunks,
        "plan_residents",
        lambda: make_resident(county.grid, id_number=str(GOOD[1][6])),
    )
    with pytest.raises(Conflict, match="没有导入任何一行"):
        registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert not registry.search(by, "裘", today=LATER.date(), kind="household").rows
    applied = registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert applied.new == 3  # the rival's transaction was this one's here: it went back with it
