"""Promises about the tree: the parent is the truth, moving and closing keep history, the nearest area is honest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT, small_county
from minqing.areas.models import Area
from minqing.areas.public import (
    GRID,
    ancestors,
    area_name,
    area_names,
    close_area,
    history,
    move_area,
    nearest,
    open_area,
    parent_on,
    rename_area,
    require_open,
)
from minqing.journal.public import timeline
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, VILLAGE_CLERK

pytestmark = pytest.mark.django_db


def test_moving_a_village_carries_everything_below_it():
    here = small_county()
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    moved = move_area(
        area_id=here.village.id, to_id=here.other_town.id, reason="区划调整", by=administrator, at=AT
    )
    assert moved == 4  # the village, two grids, one micro-grid
    micro_grid = Area.objects.get(id=here.micro_grid.id)
    assert [one.name for one in ancestors(micro_grid)] == [
        "嵊州市", "石璜镇", "举坑村", "举坑村第一网格", "1号微网格",
    ]  # fmt: skip
    assert Area.objects.under(here.town.path).count() == 3
    assert "划归石璜镇" in timeline("area", here.village.id)[-1].sentence


def test_what_an_area_belonged_to_is_remembered():
    here = small_county()
    move_area(
        area_id=here.village.id, to_id=here.other_town.id, reason="区划调整",
        by=here.actor(SYSTEM_ADMINISTRATOR), at=AT,
    )  # fmt: skip
    village = Area.objects.get(id=here.village.id)
    assert parent_on(village, AT - timedelta(days=1)) == here.town
    assert parent_on(village, AT + timedelta(days=1)) == here.other_town
    assert len(history(village)) == 2


@pytest.mark.parametrize(
    ("what", "to", "words"),
    [
        ("village", "village", "它自己"),
        ("town", "village", "它自己"),
        ("grid", "town", "只能归村"),
        ("village", "town", "已经归"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_with_a_reason(what, to, words):
    here = small_county()
    with pytest.raises(Refused, match=words):
        move_area(
            area_id=getattr(here, what).id, to_id=getattr(here, to).id, reason="试",
            by=here.actor(SYSTEM_ADMINISTRATOR), at=AT,
        )  # fmt: skip


def test_only_the_system_administrator_moves_areas():
    here = small_county()
    with pytest.raises(NotAllowed, match="系统管理员"):
        move_area(
            area_id=here.village.id,
            to_id=here.other_town.id,
            reason="试",
            by=here.actor(VILLAGE_CLERK),
            at=AT,
        )


def test_a_closed_area_takes_nothing_new():
    here = small_county()
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    assert close_area(area_id=here.village.id, reason="并村", by=administrator, at=AT) == 4
    grid = Area.objects.get(id=here.grid.id)
    with pytest.raises(Refused, match="已撤销"):
        require_open(grid)
    with pytest.raises(Refused, match="已撤销"):
        open_area(parent_id=grid.id, code="33068310620109", name="新网格", by=administrator, at=AT)
    with pytest.raises(Refused, match="已经撤销"):
        close_area(area_id=here.village.id, reason="并村", by=administrator, at=AT)


def test_a_new_grid_is_opened_and_renamed():
    here = small_county()
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    grid = open_area(
        parent_id=here.village.id, code="33068310620109", name="举坑村第三网格", by=administrator, at=AT
    )
    assert grid.level == GRID
    assert grid.path == f"{here.village.path}.33068310620109"
    renamed = rename_area(area_id=grid.id, name="举坑村岭下网格", reason="群众习惯", by=administrator, at=AT)
    assert renamed.name == "举坑村岭下网格"
    with pytest.raises(Refused, match="已经用过"):
        open_area(parent_id=here.village.id, code="33068310620109", name="又一个", by=administrator, at=AT)


def test_the_nearest_grid_is_found_and_said_to_be_approximate():
    here = small_county()
    found = nearest(120.6411, 29.7011)
    assert found is not None
    assert found.area == here.grid
    assert found.approximate
    assert 10 < found.metres < 30
    close_area(area_id=here.grid.id, reason="并网格", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    again = nearest(120.6411, 29.7011)
    assert again is not None
    assert again.area == here.second_grid


def test_names_of_many_areas_take_one_query(django_assert_num_queries):
    here = small_county()
    with django_assert_num_queries(1):
        names = area_names([here.micro_grid.id, here.far_grid.id, here.county.id])
    assert names[here.micro_grid.id] == "谷来镇·举坑村·举坑村第一网格·1号微网格"
    assert names[here.county.id] == "嵊州市"
    assert area_name(here.micro_grid) == names[here.micro_grid.id]
