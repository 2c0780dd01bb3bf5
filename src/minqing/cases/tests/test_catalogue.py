"""派单目录: what it suggests, from when to when, by which procedure, and what people chose instead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from minqing.accounts.models import Unit
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, small_county
from minqing.areas.public import Area
from minqing.cases.models import Case, Topic
from minqing.cases.models_handover import CatalogueEntry, UnitChoice
from minqing.cases.public import (
    CatalogueInput,
    Report,
    StepInput,
    add_to_catalogue,
    catalogue,
    end_catalogue_line,
    open_case,
    procedure_for,
    suggestion,
    take_step,
)
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK

pytestmark = pytest.mark.django_db

LIGHT = "roads.light"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def line(area: Area, unit: Unit | None, *, topic: str = LIGHT, **more: Any) -> CatalogueInput:
    given: dict[str, Any] = {"from_on": DAY, "unit_id": unit.id if unit else None, **more}
    return CatalogueInput(topic_key=topic, area_id=area.id, **given)


def suggested(
    here: SmallCounty,
    topic: str = LIGHT,
    *,
    area: Area | None = None,
    on: date = DAY,
    source: str = "hotline",
) -> Any:
    return suggestion(Topic.objects.get(key=topic), area or here.grid, source, on=on)


def test_the_nearest_line_of_the_very_subject_is_suggested(here):
    admin, dispatcher = here.actor(SYSTEM_ADMINISTRATOR), here.actor(TOWN_DISPATCHER)
    assert suggested(here) is None
    add_to_catalogue(line(here.county, here.county_unit, topic="roads"), by=admin, at=AT)
    assert suggested(here).unit == here.county_unit
    add_to_catalogue(line(here.county, here.county_unit), by=admin, at=AT)
    add_to_catalogue(line(here.town, here.unit), by=dispatcher, at=AT)
    found = suggested(here)
    assert (found.unit, found.words) == (here.unit, "派单目录：路灯照明 → 谷来镇综合执法队（按谷来镇的目录）")
    assert suggested(here, area=here.far_grid).unit == here.county_unit
    assert suggestion(None, here.grid, "hotline", on=DAY) is None
    only_calls = line(here.town, here.county_unit, source="hotline")
    add_to_catalogue(only_calls, by=dispatcher, at=AT)
    assert suggested(here).unit == here.county_unit
    assert suggested(here, source="visit").unit == here.unit


def test_lines_have_days_and_none_is_written_over(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first = add_to_catalogue(line(here.town, here.unit), by=dispatcher, at=AT)
    assert add_to_catalogue(line(here.town, here.unit), by=dispatcher, at=AT) == first  # sent twice
    later = DAY + timedelta(days=10)
    add_to_catalogue(line(here.town, here.county_unit, from_on=later), by=dispatcher, at=AT)
    first.refresh_from_db()
    assert first.until_on == DAY + timedelta(days=9)
    assert suggested(here).unit == here.unit
    assert suggested(here, on=later).unit == here.county_unit
    with pytest.raises(Refused, match="要从那以后"):
        add_to_catalogue(line(here.town, here.unit, from_on=DAY), by=dispatcher, at=AT)
    last = CatalogueEntry.objects.get(until_on=None)
    end_catalogue_line(entry_id=last.id, by=dispatcher, at=AT + timedelta(days=12))
    end_catalogue_line(entry_id=last.id, by=dispatcher, at=AT + timedelta(days=13))
    assert suggested(here, on=DAY + timedelta(days=13)) is None
    ended = catalogue(dispatcher, here.town, on=DAY + timedelta(days=13), ended=True)
    assert [one.unit_name for one in ended] == ["嵊州市水利水电局", "谷来镇综合执法队"]


def test_a_dissolved_unit_is_said_and_not_suggested(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    add_to_catalogue(line(here.town, here.unit), by=dispatcher, at=AT)
    Unit.objects.filter(id=here.unit.id).update(closed_at=AT)
    found = suggested(here)
    assert found.unit is None
    assert "已撤销，请另选单位" in found.words
    with pytest.raises(Refused, match="已撤销"):
        add_to_catalogue(line(here.village, here.unit), by=dispatcher, at=AT)


def test_who_may_write_and_what_is_refused(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    with pytest.raises(NotAllowed):
        add_to_catalogue(line(here.village, here.unit), by=here.actor(VILLAGE_CLERK), at=AT)
    with pytest.raises(NotAllowed):
        add_to_catalogue(line(here.county, here.county_unit), by=dispatcher, at=AT)
    for wrong, why in (
        ({"topic": "no.such"}, "类别"),
        ({"source": "rights"}, "来源"),
        ({"procedure": "no_such"}, "规程"),
        ({"unit_id": None}, "请选择承办单位"),
        ({"unit_id": here.far_unit.id}, "管不到"),
        ({"unit_id": random_id()}, "没有这个单位"),
    ):
        with pytest.raises(Refused, match=why):
            add_to_catalogue(line(here.town, here.unit, **wrong), by=dispatcher, at=AT)


def test_what_was_chosen_instead_is_counted(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    add_to_catalogue(line(here.town, here.unit), by=dispatcher, at=AT)
    for unit in (here.unit, here.unit, here.county_unit):
        case = open_case(
            Report(id=random_id(), source="door_code", area_id=here.grid.id, words="路灯坏了三天没人修"),
            by=None,
            at=AT,
        )
        take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT)
        given = StepInput({"unit": str(unit.id), "topic": LIGHT})
        take_step(case_id=case.id, step="assign", given=given, by=dispatcher, at=AT)
    [one] = catalogue(dispatcher, here.town, on=DAY)
    assert (one.followed.suggested, one.followed.followed) == (3, 2)
    assert one.followed.instead == (("嵊州市水利水电局", 1),)
    assert UnitChoice.objects.count() == 3


def test_a_line_may_name_the_procedure_for_a_subject_place_and_source(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    named = line(here.town, None, source="door_code", procedure="prompt")
    add_to_catalogue(named, by=dispatcher, at=AT)
    topic = Topic.objects.get(key=LIGHT)
    assert procedure_for(topic, here.grid, "door_code", on=DAY) == "prompt"
    assert procedure_for(topic, here.grid, "hotline", on=DAY) is None

    def opened(topic_key: str, area: Area) -> Case:
        report = Report(
            id=random_id(),
            source="door_code",
            area_id=area.id,
            words="路灯坏了三天没人修",
            topic_key=topic_key,
        )
        return open_case(report, by=None, at=AT)

    assert opened(LIGHT, here.grid).run.procedure == "prompt"
    assert opened("roads.damage", here.grid).run.procedure == "hotline"
    assert opened(LIGHT, here.far_grid).run.procedure == "hotline"
