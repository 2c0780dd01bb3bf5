"""红黄绿看板: what is open in red, yellow and green, by area and by unit; every number opens the list it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.where import chosen_area
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow.public import Colour

COLOUR_LABELS: Final = {
    Colour.RED: "已超时", Colour.YELLOW: "快到时限", Colour.GREEN: "时限内", Colour.GREY: "不计时",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, the list it counts, and what it is of, for whoever hears the page."""

    count: int
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board as the page draws it."""

    label: str
    note: str
    href: str
    cells: list[Cell]


@page(cases.SEE_BOARD)
@require_safe
@never_cache
def board(request: OfficialRequest) -> HttpResponse:
    """Show the board of an area."""
    area = board_area(request.actor, request.GET.get("area"))
    by_unit = request.GET.get("by") == "unit"
    found = cases.board(request.actor, area.path, by_unit=by_unit, at=clock.now())
    colours = [one for one in cases.BOARD_COLOURS if found.total.by_colour[one] or one is not Colour.GREY]
    here = {"area": str(found.area.id)}
    own = {one.area_path for one in request.actor.appointments}
    context = {
        "board": found,
        "by_unit": by_unit,
        "board_title": "按承办单位" if by_unit else "按辖区",
        "by_area_href": f"?{urlencode({'area': str(area.id)})}",
        "by_unit_href": f"?{urlencode({'area': str(area.id), 'by': 'unit'})}",
        "way": [
            one
            for one in found.above
            if any(areas.is_under(one.path, path) for path in own) or one.path == area.path
        ],
        "columns": "|".join(
            ["单位" if by_unit else "辖区", *(f"{COLOUR_LABELS[one]}#" for one in colours), "共#"]
        ),
        "spot_columns": "|".join(["环节", *(f"{COLOUR_LABELS[one]}#" for one in colours), "共#"]),
        "rows": [_row(one, here, colours) for one in found.lines],
        "spots": [_spot(one, here, colours) for one in found.spots],
        "totals": _totals(found, here, colours),
        "may_export": request.actor.may(cases.EXPORT_CASES),
    }
    return render(request, "desk/board.html", context)


def board_area(actor: Actor, wanted: str | None) -> areas.Area:
    """Return the area that is asked for, else that of the acting appointment. Raises :class:`NotThere`."""
    if (chosen := chosen_area(wanted)) is not None:
        return chosen
    if actor.acting is None:
        raise NotThere
    return areas.area(actor.acting.area_id)


def _row(line: cases.BoardLine, here: dict[str, str], colours: list[Colour]) -> Row:
    if line.area_id is not None:
        narrowed = {"area": str(line.area_id)} | ({"here": "1"} if line.here else {})
        href = "" if line.here else f"?{urlencode({'area': str(line.area_id)})}"
    else:
        narrowed = here | {"unit": str(line.unit_id) if line.unit_id else cases.NO_UNIT}
        href = ""
    return Row(line.label, "", href, _cells(line, narrowed, colours, line.label))


def _spot(line: cases.BoardSpot, here: dict[str, str], colours: list[Colour]) -> Row:
    narrowed = here | {"state": ".".join(line.spot)}
    return Row(line.label, line.procedure_title, "", _cells(line, narrowed, colours, line.label))


def _totals(found: cases.Board, here: dict[str, str], colours: list[Colour]) -> list[dict[str, object]]:
    """Return the boxes above: one for each colour, and all."""
    cells = _cells(found.total, here, colours, found.area.name)
    labels = [*(COLOUR_LABELS[one] for one in colours), "正在办"]
    marks = [*colours, None]
    return [
        {"label": label, "cell": cell, "colour": colour if cell.count else None}
        for label, cell, colour in zip(labels, cells, marks, strict=True)
    ]


def _cells(
    numbers: cases.BoardNumbers, narrowed: dict[str, str], colours: list[Colour], label: str
) -> list[Cell]:
    queue = reverse("desk:queue")
    opened = {"view": cases.OPEN} | narrowed
    cells = [
        Cell(
            numbers.by_colour[one],
            f"{queue}?{urlencode(opened | {'colour': one.value})}",
            f"{label}，{COLOUR_LABELS[one]}，{numbers.by_colour[one]} 件",
        )
        for one in colours
    ]
    return [
        *cells,
        Cell(numbers.total, f"{queue}?{urlencode(opened)}", f"{label}，共 {numbers.total} 件"),
    ]
