"""The queue: what, where and how long left, with filters that live in the address and a preview beside it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.appointments import acting_as_each_other
from minqing.desk.forms import TODO, VIEWS, QueueFilterForm
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

INDENT: Final = "\u3000"  # an option of a select keeps no other blank at its beginning


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def queue(request: OfficialRequest) -> HttpResponse:
    """List the cases that wait for one, or all one may see."""
    given = request.GET.copy()
    view = given.get("view", TODO)
    ignored = [] if view in VIEWS else ["范围"]
    view = view if view in VIEWS else TODO
    path, ignored_area = _where(request.actor, given)
    in_areas, in_units = _way(path, request.actor)
    form = QueueFilterForm(given, areas=in_areas, units=in_units)
    form.is_valid()
    filters = form.filters(view, area_path=path if form.cleaned_data.get("area") else "")
    found = cases.queue(request.actor, filters, at=clock.now(), page=_page_number(given.get("page")))
    context = {
        "form": form,
        "view": view,
        "views": [(key, label, _with(given, view=key, page=None)) for key, label in VIEWS.items()],
        "active": [
            (label, words, _with(given, page=None, **{name: None})) for name, label, words in form.active()
        ],
        "clear_href": f"?view={view}",
        "ignored": "、".join([*ignored, *ignored_area, *form.leave_out_what_makes_no_sense()]),
        "found": found,
        "page": _paginator_page(found),
        "unit": "条" if found.total <= cases.COUNT_MAX else "条以上",
    }
    return render(request, "desk/queue.html", context)


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def preview(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show a case beside the list."""
    seen = cases.glance(case_id, by=request.actor, at=clock.now())
    others = [
        held for held, would_be in acting_as_each_other(request.actor)
        if workflow.steps_open_to(seen.case.run, would_be)
    ]  # fmt: skip
    context = {"seen": seen, "row": seen.row, "others": others if not seen.steps else []}
    return render(request, "desk/part_preview.html", context)


def _page_number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else 1


def _with(query: QueryDict, **changes: str | None) -> str:
    """Return the address with some parameters changed, or taken out (None)."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return f"?{changed.urlencode()}"


def _where(actor: Actor, given: QueryDict) -> tuple[str, list[str]]:
    """Return the path of the area that the filter names, else of the acting appointment's; and what was ignored."""
    if wanted := given.get("area"):
        try:
            return areas.area(UUID(wanted)).path, []
        except (ValueError, NotThere):
            given.pop("area")
            return (actor.acting.area_path if actor.acting else ""), ["辖区"]
    return (actor.acting.area_path if actor.acting else ""), []


def _way(path: str, actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return choices: the way down to an area with what lies below it, and the units that may handle matters there."""
    if not path:
        return [], []
    above, below = areas.around(path)
    own = [held.area_path for held in actor.appointments]
    mine = [one for one in above if one.path == path or any(areas.is_under(one.path, held) for held in own)]
    lines = [(str(one.id), INDENT * depth + one.name) for depth, one in enumerate(mine)]
    lines += [(str(one.id), INDENT * len(mine) + one.name) for one in below]
    return lines, [(str(one.id), one.name) for one in accounts.units_for(above[-1])]


def _paginator_page(found: cases.QueuePage) -> Page[int]:
    """Return the page as the pagination component wants it."""
    return Paginator(range(min(found.total, cases.COUNT_MAX)), cases.PAGE_ROWS).page(found.page)
