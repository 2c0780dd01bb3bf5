"""The queue: what, where and how long left, with filters that live in the address and a preview beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
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
from minqing.desk.asked import an_id, page_number
from minqing.desk.forms import QueueFilterForm
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

INDENT: Final = "\u3000"  # an option of a select keeps no other blank at its beginning
LIST: Final = "list"  # which kept list one came by


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def queue(request: OfficialRequest) -> HttpResponse:
    """List the cases that wait for one, or all one may see."""
    actor, at = request.actor, clock.now()
    tabs = cases.tabs(actor)
    given = _opened(request.GET, tabs)
    asked = Asked(given, actor)
    number = page_number(given.get("page"))
    tabs, counted, waiting = cases.counted_with_waiting(
        actor, tabs, at=at, topics=asked.form.topics, shown=(asked.filters, number)
    )
    found = cases.queue(actor, asked.filters, at=at, page=number, counted=counted)
    tab = next((one for one in tabs if one.key == given.get(LIST)), None)
    context = {
        "form": asked.form,
        "view": asked.view,
        "tabs": [(one, address_of(one)) for one in tabs],
        "tab": tab,
        "is_changed": tab is not None and kept_filters(given) != dict(tab.asked),
        "active": [
            (label, words, with_changes(given, page=None, **{name: None}))
            for name, label, words in asked.form.active()
        ],
        "clear_href": address_of(tab) if tab else f"?view={asked.view}",
        "ignored": "、".join(asked.ignored),
        "found": found,
        "menu_counts": {"approvals": waiting.approvals},
        "parts": waiting.parts if _is_all_to_do(asked.filters) and found.page == 1 else None,
        "page": paginator_page(found),
        "unit": "条" if found.total <= cases.COUNT_MAX else "条以上",
        "asked": kept_filters(given).items(),
        "query": _query(given),
        "live_query": f"{_query(given)}&{urlencode({LIST: given.get(LIST, '')})}",
        "columns": (tab.columns if tab else ()) or cases.USUAL_COLUMNS,
        "all_columns": cases.QUEUE_COLUMNS.items(),
        "may_export": actor.may(cases.EXPORT_CASES),
        "may_act_on_many": actor.may(cases.ACT_ON_MANY),
        "bulk_max": cases.BULK_MAX,
        "bulk_max_words": str(cases.BULK_MAX),
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


class Asked:
    """The filters of an address: understood for the list, as a form for the bar, and what made no sense."""

    def __init__(self, given: QueryDict, actor: Actor) -> None:
        above, below, wrong_area = _around(given, actor)
        path = above[-1].path if above else ""
        in_areas, in_units = _way(above, below, actor)
        unit_id = an_id(given.get("unit"))
        if unit_id is not None and str(unit_id) not in {key for key, _ in in_units}:
            in_units += _another_unit(unit_id, given)
        self.form = QueueFilterForm(given, areas=in_areas, units=in_units)
        filters, wrong = cases.read_asked(kept_filters(given), topics=self.form.topics)
        # The page knows the path; the list then asks for no subselect.
        self.filters = replace(filters, area_id=None, area_path=path) if filters.area_id else filters
        self.view = cases.TODO if "view" in wrong else _text(given, "view") or cases.TODO
        for name in wrong:
            given.pop(name, None)
        given["view"] = self.view
        if filters.text:
            given["text"] = filters.text
        self.ignored = [*wrong_area, *(cases.ASKED[name] for name in wrong)]


def address_of(tab: cases.Tab) -> str:
    """Return the address that opens a tab: its filters, and by which tab one came."""
    query = QueryDict(mutable=True)
    query.update(dict(tab.asked))
    if tab.key not in cases.VIEWS:
        query[LIST] = tab.key
    return f"?{query.urlencode()}"


def with_changes(query: QueryDict, **changes: str | None) -> str:
    """Return the address with some parameters changed, or taken out (None)."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return f"?{changed.urlencode()}"


def _is_all_to_do(filters: cases.QueueFilters) -> bool:
    """Whether a list is everything that waits for one: parts of joint matters belong to it, but to no narrower one."""
    return replace(filters, sort="due") == cases.QueueFilters(todo=True)


def paginator_page(found: cases.QueuePage) -> Page[int]:
    """Return the page as the pagination component wants it."""
    return Paginator(range(min(found.total, cases.COUNT_MAX)), cases.PAGE_ROWS).page(found.page)


def _opened(query: QueryDict, tabs: Sequence[cases.Tab]) -> QueryDict:
    """Return what is asked for; an address without anything opens the default tab."""
    given = query.copy()
    if not any(name in given for name in (*cases.ASKED, LIST)):
        default = next((one for one in tabs if one.is_default), None)
        if default is not None:
            given.update(dict(default.asked))
            given[LIST] = default.key
    elif given.get(LIST) and not any(name in given for name in cases.ASKED):
        named = next((one for one in tabs if one.key == given[LIST]), None)
        given.update(dict(named.asked) if named else {})
    if not any(one.key == given.get(LIST) for one in tabs):
        view = given.get("view") or cases.TODO
        given[LIST] = view if view in cases.VIEWS else cases.TODO
    return given


def kept_filters(given: QueryDict) -> dict[str, str]:
    """Return the filters of an address that say something, by name."""
    return {name: _text(given, name) for name in cases.ASKED if given.get(name)}


def _text(given: QueryDict, name: str) -> str:
    """Return the last value of a parameter: of one given without any, Django makes a list."""
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _query(given: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    kept.update(kept_filters(given))
    return kept.urlencode()


def _another_unit(unit_id: UUID, given: QueryDict) -> list[tuple[str, str]]:
    """Return a unit that an address names although it handles nothing here today: one of below, or dissolved."""
    try:
        unit = accounts.unit(unit_id)
    except NotThere:
        given["unit"] = "-"  # no unit's id: said like everything else that makes no sense
        return []
    return [(str(unit.id), unit.name if unit.closed_at is None else f"{unit.name}（已撤销）")]


def _around(given: QueryDict, actor: Actor) -> tuple[list[areas.Area], list[areas.Area], list[str]]:
    """Return what the filter's area sits in and what lies below it, else of the acting one's; and what was ignored."""
    ignored: list[str] = []
    if given.get("area"):
        area_id = an_id(_text(given, "area"))
        above, below = areas.around_area(area_id) if area_id else ([], [])
        if above:
            return above, below, ignored
        given.pop("area")
        ignored.append(cases.ASKED["area"])
    if actor.acting is None:
        return [], [], ignored
    return (*areas.around(actor.acting.area_path), ignored)


def _way(
    above: list[areas.Area], below: list[areas.Area], actor: Actor
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return choices: the way down to an area with what lies below it, and the units that may handle matters there."""
    if not above:
        return [], []
    path = above[-1].path
    own = [held.area_path for held in actor.appointments]
    mine = [one for one in above if one.path == path or any(areas.is_under(one.path, held) for held in own)]
    lines = [(str(one.id), INDENT * depth + one.name) for depth, one in enumerate(mine)]
    lines += [(str(one.id), INDENT * len(mine) + one.name) for one in below]
    return lines, [(str(one.id), one.name) for one in accounts.units_for(above[-1])]
