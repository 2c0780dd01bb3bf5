"""How a spreadsheet may name a grid."""

from __future__ import annotations

import pytest

from minqing.accounts.tests.factories import make_area, small_county
from minqing.registry.services.import_rows import COLUMNS
from minqing.registry.services.import_scope import Scope

pytestmark = pytest.mark.django_db


def test_a_grid_is_known_without_the_bracket_of_its_name() -> None:
    county = small_county()
    first = make_area(county.village, "901", "第九网格（举坑村）")
    make_area(county.neighbour, "902", "第九网格（护国岭村）")
    scope = Scope(county.town.path, frozenset({"grid"}))
    for text in ("第九网格（举坑村）", "举坑村第九网格", "谷来镇举坑村第九网格"):
        assert scope.resolve(text) == (first.id, ""), text
    assert "有 2 个叫" in scope.resolve("第九网格")[1]


def test_a_grid_that_is_not_there_is_answered_with_those_of_its_village() -> None:
    county = small_county()
    village = make_area(county.town, "900", "马村")
    for nth, name in enumerate("一二三四五"):
        make_area(village, f"91{nth}", f"第{name}网格（马村）")
    scope = Scope(county.town.path, frozenset({"grid"}))
    said = scope.resolve("马村村第一网格")[1]
    assert said.startswith("没有“马村村第一网格”这个网格")
    assert "名称相近的有：第一网格（马村）" in said
    assert scope.resolve("马村村第一网格")[1] == said
    assert "相近" not in scope.resolve("王村第一网格")[1]
    # A village's own list names no village: its grids are few enough to be told.
    own = Scope(county.village.path, frozenset({"grid"})).resolve("第三网络")[1]
    assert "这个村的网格有" in own
    assert county.grid.name in own
    assert "马村" not in own


def test_the_example_of_the_template_is_a_name_as_grids_have() -> None:
    county = small_county()
    grid = make_area(county.village, "901", COLUMNS["residents"][0].example)
    assert Scope(county.town.path, frozenset({"grid"})).resolve("举坑村第一网格")[0] in (
        grid.id,
        county.grid.id,
    )
    assert all(columns[0].example == "第一网格（举坑村）" for columns in COLUMNS.values())
