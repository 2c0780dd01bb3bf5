"""Ten rows or a thousand: the same number of queries, and an import that grows with batches, not with rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, DAY, SmallCounty
from minqing.areas.public import Area
from minqing.kernel.access import Actor
from minqing.registry import public as registry
from minqing.registry.models import Household, HouseholdMember, Resident, Tag, TagKind
from minqing.registry.public import SubjectRef
from minqing.registry.services.inputs import ResidentInput
from minqing.registry.services.residents import resident_row
from minqing.registry.tests.factories import SINCE, id_number
from minqing.registry.tests.test_import import counts, stage


def fill(area: Area, by: Actor, count: int) -> list[Resident]:
    """Register so many residents, two to a household, each with a tag, set-based."""
    people = [
        resident_row(area_id=area.id, values=ResidentInput(name=f"裘{'甲乙丙丁'[n % 4]}"), by_name="", at=AT)
        for n in range(count)
    ]
    homes = [
        Household(area=area, address=f"香榧路 {n} 号", changed_at=AT, changed_by_name="")
        for n in range(count // 2)
    ]
    Resident.everything.bulk_create(people)
    Household.everything.bulk_create(homes)
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=homes[n // 2], resident=one, relation="spouse" if n % 2 else "head", starts_on=SINCE
        )
        for n, one in enumerate(people)
    )
    kind = TagKind.objects.get(key="veteran")
    Tag.everything.bulk_create(
        Tag(
            subject_kind="resident", subject_id=one.id, area=area, kind=kind, owner_id=by.person_id, reason="x",
            starts_on=SINCE,
        )
        for one in people
    )  # fmt: skip
    return people


def test_the_same_number_of_queries_for_ten_rows_and_a_thousand(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    pages: dict[str, Callable[[list[SubjectRef]], object]] = {
        "search": lambda _: registry.search(by, "裘", tag="veteran", area=county.village, today=DAY),
        "households by name": lambda _: registry.search(by, "香榧", kind="household", today=DAY),
        "households": lambda _: registry.households_of(by, county.village, today=DAY),
        "subjects": lambda refs: registry.subjects(refs, by),
        "everything": lambda _: registry.search_everything(by, "香榧", today=DAY),
        "dossier": lambda refs: registry.dossier(refs[0], by, AT),
    }
    people: list[Resident] = []
    measured: list[dict[str, int]] = []
    for count in (10, 990):
        people += fill(county.grid, by, count)
        refs = [SubjectRef("resident", one.id) for one in people]
        now = {}
        for name, ask in pages.items():
            with CaptureQueriesContext(connection) as queries:
                ask(refs)
            now[name] = len(queries)
        measured.append(now)
    assert measured[0] == measured[1]
    assert measured[0] == {
        "search": 5, "households by name": 3, "households": 4, "subjects": 2, "everything": 9, "dossier": 9,
    }  # fmt: skip


def test_an_import_asks_as_much_for_a_hundred_rows_as_for_ten(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    measured = []
    for start, count in ((0, 10), (10, 100)):
        rows = [
            (
                "举坑村第一网格", f"H{n}", "", "户主", "裘阿公", "", id_number(date(1950, 1, 1) + timedelta(days=n)),
                "", "", f"香榧路 {n} 号", "党员",
            )
            for n in range(start, start + count)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            batch = registry.apply_import(batch_id=stage(by, rows).id, by=by, at=AT)
        assert counts(batch) == (count, 0, 0, 0)
        measured.append(len(queries))
    assert measured[0] == measured[1]


@pytest.mark.parametrize(
    "text", ["", "%", "_", "'", '"', "\\", "裘 ' or 1=1 --", "\u200b", "x" * 500, "﷽" * 40]
)
def test_any_text_may_be_searched(county: SmallCounty, text: str) -> None:
    by = county.actor(VILLAGE_CLERK)
    fill(county.grid, by, 4)
    registry.search_everything(by, text, today=DAY)
    registry.find_exact(by, text, today=DAY)
    if text.strip("\u200b") and text not in ("裘",):
        assert registry.search(by, text, kind="place", today=DAY).total == 0
