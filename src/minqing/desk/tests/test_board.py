"""The board in three colours: every number equals the list it opens, for towns and counties, areas and units."""

import re
from typing import Any

from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.desk.tests.county import telephoned
from minqing.kernel import clock
from minqing.kernel.roles import COUNTY_DISPATCHER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK


def assign(desk, case, unit, *, step="assign"):
    by = desk.county.actor(TOWN_DISPATCHER)
    cases.take_step(case_id=case.id, step="sign", given=cases.StepInput(), by=by, at=AT)
    given = cases.StepInput({"unit": str(unit.id)})
    return cases.take_step(case_id=case.id, step=step, given=given, by=by, at=AT)


def every_number_opens_what_it_counts(client, address):
    context = client.get(address).context
    seen = 0
    for row in (*context["rows"], *context["spots"]):
        for cell in row.cells:
            opened = client.get(cell.href).context
            assert opened["ignored"] == "", cell.href
            assert opened["found"].total == cell.count, (row.label, cell.href)
            seen += cell.count
    return seen


def test_every_number_equals_the_list_it_opens(desk):
    county = desk.county
    for area in (county.grid, county.grid, county.second_grid, county.neighbour_grid, county.village):
        telephoned(area)
    assign(desk, telephoned(county.grid), county.unit)
    assign(desk, telephoned(county.neighbour_grid), county.county_unit)
    telephoned(county.far_grid)
    board = reverse("desk:board")
    with clock.fixed(clock.now().replace(hour=6)):  # in the afternoon the morning's are late
        for role, area in ((TOWN_DISPATCHER, county.town), (COUNTY_DISPATCHER, county.county)):
            client = desk.as_(role)
            for address in (board, f"{board}?by=unit", f"{board}?area={county.village.id}"):
                assert every_number_opens_what_it_counts(client, address) > 0
            rows = {row.label: row.cells[-1].count for row in client.get(board).context["rows"]}
            assert sum(rows.values()) == (7 if area is county.town else 8)
        assert rows == {"谷来镇": 7, "石璜镇": 1}
        town = desk.as_(TOWN_DISPATCHER).get(f"{board}?by=unit").context["rows"]
        assert {row.label: row.cells[-1].count for row in town} == {
            "还没有承办单位": 5, "谷来镇综合执法队": 1, "嵊州市水利水电局": 1,
        }  # fmt: skip
        village = desk.as_(VILLAGE_CLERK).get(board).context["rows"]
        assert {row.label: row.cells[-1].count for row in village}["举坑村（本级）"] == 1


def test_a_handler_sees_the_unit_s_only_and_a_neighbour_nothing(desk):
    county = desk.county
    assign(desk, telephoned(county.grid), county.unit)
    telephoned(county.grid)
    context = desk.as_(HANDLER).get(reverse("desk:board")).context
    assert context["board"].total.total == 1
    far = desk.as_(VILLAGE_CLERK, area=county.far_village)
    answer = far.get(reverse("desk:board"), {"area": str(county.town.id)})
    assert answer.context["board"].total.total == 0
    assert "现在没有正在办的事项" in answer.content.decode()


def test_the_export_has_the_numbers_of_the_page_and_says_how_many_rows(desk):
    from minqing.accounts.tests.factories import stepped_up

    telephoned(desk.county.grid)
    client = stepped_up(desk.as_(TOWN_DISPATCHER))
    answer: Any = client.post(reverse("desk:board_export"), {"form": "csv", "query": ""})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "辖区,已超时,快到时限,时限内,不计时,共"
    assert re.fullmatch(r"共 \d+ 行", lines[-1])
    assert any(line.startswith("举坑村,") and line.endswith(",1") for line in lines)
