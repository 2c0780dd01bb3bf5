"""How a spreadsheet may name a grid."""

from __future__ import annotations

import pytest

from minqing.accounts.tests.factories import make_area, small_county
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
