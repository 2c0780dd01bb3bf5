"""The tree is the real one down to the villages, and adds up exactly below them."""

from __future__ import annotations

from collections import Counter

import pytest
from shapely.geometry import Point, Polygon, shape

from minqing.seed.tree import grow, ordinal, read_outline, share_out
from minqing.seed.world import World


def test_the_totals_are_exact(world: World) -> None:
    levels = Counter(area.level for area in world.tree.areas)
    assert levels == {"county": 1, "town": 15, "village": 304, "grid": 1_046, "micro_grid": 6_000}


def test_codes_are_unique_and_derive_from_the_parent(world: World) -> None:
    assert len(world.tree.by_code) == len(world.tree.areas)
    for area in world.tree.areas[1:]:
        assert area.code.startswith(area.parent_code)
        assert area.parent_code in world.tree.by_code


def test_parents_stand_before_their_children(world: World) -> None:
    seen = {""}
    for area in world.tree.areas:
        assert area.parent_code in seen
        seen.add(area.code)


def test_names_are_told_apart_among_sisters_and_fit_their_column(world: World) -> None:
    for area in world.tree.areas:
        names = [child.name for child in world.tree.children(area.code)]
        assert len(set(names)) == len(names), area.name
        assert len(area.name) <= 60


def test_every_point_lies_in_the_county_and_says_that_it_is_approximate(world: World) -> None:
    county = shape(read_outline())
    assert county.is_valid
    assert isinstance(county, Polygon)
    assert 200 <= len(county.exterior.coords) <= 700
    for area in world.tree.areas:
        assert county.contains(Point(area.lon, area.lat)), area.name
        assert area.approximate or area.level == "town"


def test_the_same_seed_grows_the_same_tree_and_another_one_another() -> None:
    assert grow(7).areas == grow(7).areas
    assert grow(7).areas != grow(8).areas


def test_sharing_out_is_exact_and_keeps_the_least() -> None:
    given = share_out(101, [1.0, 2.5, 0.1], 3)
    assert sum(given) == 101
    assert min(given) >= 3
    with pytest.raises(ValueError, match="cannot give"):
        share_out(5, [1, 1], 3)


def test_ordinals_read_as_people_count() -> None:
    assert [ordinal(n) for n in (1, 9, 10, 11, 20, 21)] == [
        "第一",
        "第九",
        "第十",
        "第十一",
        "第二十",
        "第二十一",
    ]
