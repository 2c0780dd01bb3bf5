"""Grow the county's tree: the real towns and villages of 嵊州, with grids and micro-grids made below them.

Towns and villages are facts (`areas/data/CREDITS.md`). Grids, micro-grids and every point below a town are made
here, believable and approximate; no boundary of them is published anywhere.
"""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.resources import files
from random import Random
from typing import Any

import shapely
from shapely.geometry import Point, shape

from minqing.seed.words import Words

COUNTY_CODE = "330683"
COUNTY_NAME = "嵊州市"
GRIDS_TOTAL = 1_046
MICRO_GRIDS_TOTAL = 6_000
GRIDS_PER_VILLAGE_MIN = 1
MICRO_GRIDS_PER_GRID_MIN = 3

URBAN_TOWNS = frozenset({"330683001", "330683002", "330683003", "330683005"})
LARGE_TOWNS = frozenset({"330683100", "330683101", "330683102", "330683103", "330683104"})
SEEDED_TOWNS = ("330683106", "330683105", "330683005")
"""谷来镇, 石璜镇 and 浦口街道: the towns with residents, enterprises, officials and a half year of work."""

VILLAGE_SCATTER_DEGREES = 0.045
GRID_SCATTER_DEGREES = 0.006
MICRO_GRID_SCATTER_DEGREES = 0.0016
NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class AreaSeed:
    """One node of the tree; `local` is the hamlet or estate it is called after, for addresses."""

    code: str
    parent_code: str
    level: str
    name: str
    lon: float
    lat: float
    approximate: bool
    local: str = ""


@dataclass(frozen=True)
class Tree:
    """The whole tree, parents before children."""

    areas: tuple[AreaSeed, ...]
    outline: dict[str, Any] = field(repr=False)

    @cached_property
    def by_code(self) -> dict[str, AreaSeed]:
        return {area.code: area for area in self.areas}

    @cached_property
    def _children(self) -> dict[str, list[AreaSeed]]:
        below: dict[str, list[AreaSeed]] = defaultdict(list)
        for area in self.areas:
            below[area.parent_code].append(area)
        return below

    def children(self, code: str) -> list[AreaSeed]:
        return self._children.get(code, [])

    def at_level(self, level: str, under: str = "") -> list[AreaSeed]:
        """List the areas of a level below a code (codes of the made levels begin with their parent's)."""
        return [area for area in self.areas if area.level == level and area.code.startswith(under)]

    def chain(self, code: str) -> list[AreaSeed]:
        """List an area and those above it, from the county down."""
        chain = []
        while code:
            chain.append(self.by_code[code])
            code = chain[-1].parent_code
        return chain[::-1]


def read_rows(package: str, *path: str) -> list[dict[str, str]]:
    """Read a CSV file shipped inside a package."""
    text = files(package).joinpath(*path).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def read_outline() -> dict[str, Any]:
    """Read the county's outline: a GeoJSON geometry, WGS-84."""
    text = files("minqing.areas").joinpath("data", "shengzhou_outline.geojson").read_text(encoding="utf-8")
    geometry: dict[str, Any] = json.loads(text)["geometry"]
    return geometry


def grow(seed: int) -> Tree:
    """Grow the whole tree for a seed: 1 county, 15 towns, 304 villages, 1,046 grids, 6,000 micro-grids."""
    return Tree(areas=tuple(_Grower(seed).everything()), outline=read_outline())


def share_out(total: int, weights: Sequence[float], at_least: int) -> list[int]:
    """Share a total out by weight, each at least so many, exactly (largest remainder)."""
    spare = total - at_least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} cannot give {at_least} to each of {len(weights)}")
    whole = sum(weights)
    exact = [spare * weight / whole for weight in weights]
    given = [math.floor(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda i: (given[i] - exact[i], i))
    for i in order[: spare - sum(given)]:
        given[i] += 1
    return [at_least + part for part in given]


def ordinal(number: int) -> str:
    """Write a number from 1 to 99 as 第一, 第十二, 第三十…"""
    tens, ones = divmod(number, 10)
    words = ("十" if tens == 1 else f"{NUMERALS[tens]}十" if tens else "") + (NUMERALS[ones] if ones else "")
    return f"第{words}"


def is_community(name: str) -> bool:
    """Say whether a village-level area is a community of streets and estates."""
    return name.endswith(("社区", "居民区"))


class _Grower:
    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed}:tree")  # noqa: S311  a believable county, not a secret
        self.words = Words(self.rng)
        self.towns = read_rows("minqing.areas", "data", "towns.csv")
        self.villages = read_rows("minqing.areas", "data", "villages.csv")
        self.inside = shape(read_outline())
        shapely.prepare(self.inside)
        self.centres = {row["code"]: (float(row["lon"]), float(row["lat"])) for row in self.towns}

    def everything(self) -> Iterator[AreaSeed]:
        centre = self.inside.representative_point()
        yield AreaSeed(COUNTY_CODE, "", "county", COUNTY_NAME, _round(centre.x), _round(centre.y), True)
        for row in self.towns:
            lon, lat = self.centres[row["code"]]
            known = row["point_source"] == "geonames"
            yield AreaSeed(row["code"], COUNTY_CODE, "town", row["name"], lon, lat, not known)
        villages = list(self._villages())
        yield from villages
        grids = list(self._grids(villages))
        yield from grids
        yield from self._micro_grids(grids)

    def _villages(self) -> Iterator[AreaSeed]:
        boxes = {row["code"]: row for row in self.towns if row["west"]}
        taken: list[tuple[float, float]] = []
        for row in self.villages:
            town = row["town_code"]
            point = self._spread(partial(self._in_town, town, boxes.get(town)), taken[-30:])
            taken.append(point)
            yield AreaSeed(row["code"], town, "village", row["name"], *point, True)

    def _grids(self, villages: list[AreaSeed]) -> Iterator[AreaSeed]:
        weights = [self._weight(village) for village in villages]
        counts = share_out(GRIDS_TOTAL, weights, GRIDS_PER_VILLAGE_MIN)
        for village, count in zip(villages, counts, strict=True):
            urban = is_community(village.name)
            names = self.words.estates(count) if urban else self.words.hamlets(count, village.name)
            taken: list[tuple[float, float]] = []
            for number, local in enumerate(names, 1):
                taken.append(self._spread(partial(self._around, village, GRID_SCATTER_DEGREES), taken))
                name = f"{ordinal(number)}网格（{local}）"
                yield AreaSeed(
                    f"{village.code}{number:03}", village.code, "grid", name, *taken[-1], True, local
                )

    def _micro_grids(self, grids: list[AreaSeed]) -> Iterator[AreaSeed]:
        weights = [1.25 if grid.code[:9] in URBAN_TOWNS else 1.0 for grid in grids]
        weights = [weight * self.rng.uniform(0.7, 1.4) for weight in weights]
        counts = share_out(MICRO_GRIDS_TOTAL, weights, MICRO_GRIDS_PER_GRID_MIN)
        for grid, count in zip(grids, counts, strict=True):
            estate = self.words.is_estate(grid.local)
            names = self.words.blocks(count, grid.local) if estate else self.words.corners(count)
            taken: list[tuple[float, float]] = []
            for number, local in enumerate(names, 1):
                taken.append(self._spread(partial(self._around, grid, MICRO_GRID_SCATTER_DEGREES), taken))
                name = f"{number}号微网格（{local}）"
                yield AreaSeed(
                    f"{grid.code}{number:03}", grid.code, "micro_grid", name, *taken[-1], True, local
                )

    def _weight(self, village: AreaSeed) -> float:
        town = village.parent_code
        if is_community(village.name):
            base = 3.2 if town in URBAN_TOWNS else 1.6
        else:
            base = 1.5 if town in URBAN_TOWNS else 1.1 if town in LARGE_TOWNS else 0.8
        return base * self.rng.uniform(0.4, 1.7)

    def _in_town(self, town: str, box: dict[str, str] | None) -> tuple[float, float]:
        lon, lat = self.centres[town]
        reach = VILLAGE_SCATTER_DEGREES / (3 if town in URBAN_TOWNS else 1)
        x, y = self.rng.gauss(lon, reach / 1.6), self.rng.gauss(lat, reach / 2)
        if box:
            x = min(max(x, float(box["west"])), float(box["east"]))
            y = min(max(y, float(box["south"])), float(box["north"]))
        return x, y

    def _around(self, area: AreaSeed, reach: float) -> tuple[float, float]:
        return self.rng.gauss(area.lon, reach / 1.5), self.rng.gauss(area.lat, reach / 1.5)

    def _spread(
        self, draw: Callable[[], tuple[float, float]], taken: Sequence[tuple[float, float]]
    ) -> tuple[float, float]:
        """Draw a few points inside the county and keep the one farthest from its neighbours."""
        best, best_gap = (0.0, 0.0), -1.0
        for _ in range(4):
            x, y = draw()
            tries = 0
            while not self.inside.contains(Point(x, y)):
                tries += 1
                x, y = draw() if tries < 50 else self._to_middle(x, y)
            gap = min((abs(x - a) + abs(y - b) for a, b in taken), default=1.0)
            if gap > best_gap:
                best, best_gap = (_round(x), _round(y)), gap
        return best

    def _to_middle(self, x: float, y: float) -> tuple[float, float]:
        middle = self.inside.representative_point()
        return x + (middle.x - x) * 0.2, y + (middle.y - y) * 0.2


def _round(degrees: float) -> float:
    """Keep five decimals: a metre, more than a made-up point deserves."""
    return round(degrees, 5)
