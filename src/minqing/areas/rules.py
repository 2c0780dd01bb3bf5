"""What may hang under what, and how a path is made: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

COUNTY, TOWN, VILLAGE, GRID, MICRO_GRID = "county", "town", "village", "grid", "micro_grid"
LEVELS: Final = (COUNTY, TOWN, VILLAGE, GRID, MICRO_GRID)
LEVEL_LABELS: Final = {
    COUNTY: "县（市）",
    TOWN: "镇街",
    VILLAGE: "村（社区）",
    GRID: "网格",
    MICRO_GRID: "微网格",
}
EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG


def parent_level(level: str) -> str | None:
    """Return the level an area of ``level`` hangs under; None for the county."""
    at = LEVELS.index(level)
    return LEVELS[at - 1] if at else None


def path_label(code: str) -> str:
    """Return the area's code as an ltree label (letters, digits and ``_`` only)."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in code)


def path_under(parent_path: str, code: str) -> str:
    """Return the path of an area with ``code`` under a parent's path."""
    label = path_label(code)
    return f"{parent_path}.{label}" if parent_path else label


def is_under(path: str, scope: str) -> bool:
    """Whether ``path`` is ``scope`` or lies below it."""
    return path == scope or path.startswith(scope + ".")


def is_whole_county(path: str) -> bool:
    """Whether a path is the top of the tree: a database has one county, and every area lies in it."""
    return "." not in path


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth in degrees, WGS-84."""

    lon: float
    lat: float

    def metres_to(self, other: Point) -> float:
        """Great-circle distance (haversine)."""
        lat1, lat2 = radians(self.lat), radians(other.lat)
        dlat, dlon = lat2 - lat1, radians(other.lon - self.lon)
        h = sin(dlat / 2) ** 2 + cos(lat1) * cos(lat2) * sin(dlon / 2) ** 2
        return 2 * EARTH_RADIUS_M * asin(sqrt(h))


def why_not_move(
    *, level: str, path: str, closed: bool, to_level: str, to_path: str, to_closed: bool
) -> str | None:
    """Return the sentence that refuses a move, or None when it may be done."""
    if closed:
        return "已撤销的辖区不能调整。"
    if to_closed:
        return "目标辖区已撤销，请另选一个。"
    if is_under(to_path, path):
        return "不能把辖区调整到它自己或它的下级之下。"
    if parent_level(level) != to_level:
        wanted = parent_level(level)
        return (
            f"{LEVEL_LABELS[level]}只能归{LEVEL_LABELS[wanted]}管辖，请另选一个。"
            if wanted
            else "县（市）不能调整。"
        )
    if is_under(path, to_path) and path.count(".") == to_path.count(".") + 1:
        return "它已经归该辖区管辖，不用调整。"
    return None
