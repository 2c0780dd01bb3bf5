"""The front door of areas."""

from minqing.areas.models import Area, AreaPeriod, CountyProfile
from minqing.areas.permissions import MANAGE_AREAS
from minqing.areas.queries import (
    Nearest,
    ancestors,
    area,
    area_by_code,
    area_name,
    area_names,
    around,
    children,
    count_under,
    county,
    history,
    ids_under,
    nearest,
    parent_on,
    profile,
    search,
)
from minqing.areas.rules import (
    COUNTY,
    GRID,
    LEVEL_LABELS,
    LEVELS,
    MICRO_GRID,
    TOWN,
    VILLAGE,
    Point,
    is_under,
    parent_level,
    path_under,
)
from minqing.areas.services import close_area, move_area, open_area, rename_area, require_open

__all__ = [
    "COUNTY", "GRID", "LEVELS", "LEVEL_LABELS", "MANAGE_AREAS", "MICRO_GRID", "TOWN", "VILLAGE", "Area",
    "AreaPeriod", "CountyProfile", "Nearest", "Point", "ancestors", "area", "area_by_code", "area_name",
    "area_names", "around", "children", "close_area", "count_under", "county", "history", "ids_under",
    "is_under", "move_area", "nearest", "open_area", "parent_level", "parent_on", "path_under", "profile",
    "rename_area", "require_open", "search",
]  # fmt: skip
