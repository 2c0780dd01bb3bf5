"""Many things: phone cells, tables, tabs, pages of a list, filters, menus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.core.paginator import Page
from django.forms import BaseForm
from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString

from minqing.ui.components.basics import Colour
from minqing.ui.library import Values, box, component


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its heading, the key it sorts by (`?sort=key` or `?sort=-key`), whether it holds numbers."""

    label: str
    sort: str = ""
    number: bool = False


def address_with(context: Context, **changes: object) -> str:
    """Give this page's address with some query parameters changed (None removes one), all others kept."""
    request = context.get("request")
    query = request.GET.copy() if isinstance(request, HttpRequest) else None
    if query is None:
        return "?" + "&".join(f"{key}={value}" for key, value in changes.items() if value is not None)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@box("cells.html")
def cells(
    context: Context, content: SafeString, *, title: str = "", tips: str = "", keys: bool = False
) -> Values:
    """A list of rows; holds cell tags. `keys` turns on j and k to move and e to act."""
    return {"content": content, "title": title, "tips": tips, "keys": keys}


@component("cell.html")
def cell(
    context: Context,
    *,
    title: str,
    href: str = "",
    note: str = "",
    after: str = "",
    icon: str | None = None,
    colour: Colour | None = None,
    clock: str = "",
    badge: str = "",
) -> Values:
    """One row: what, under it a note, at its end a few words or a clock; whole-row link when it has an href."""
    given: dict[str, object] = {"title": title, "href": href, "note": note, "after": after, "icon": icon}
    return given | {"colour": colour, "clock": clock, "badge": badge}


@box("table.html")
def table(
    context: Context,
    content: SafeString,
    *,
    caption: str,
    columns: Sequence[Column] | str,
    show_caption: bool = False,
    keys: bool = False,
) -> Values:
    """A table's shell around plain <tr> rows. columns: Column objects, or words parted by “|” (“金额#” for numbers).

    Rows are written plainly for speed: <tr data-item><td>…</td></tr>; a number cell has class="mq-number".
    """
    if isinstance(columns, str):
        columns = [Column(label=word.rstrip("#"), number=word.endswith("#")) for word in columns.split("|")]
    request = context.get("request")
    sorted_by = request.GET.get("sort", "") if isinstance(request, HttpRequest) else ""
    heads = []
    for column in columns:
        order: Literal["ascending", "descending", "none"] = "none"
        if column.sort and sorted_by.lstrip("-") == column.sort:
            order = "descending" if sorted_by.startswith("-") else "ascending"
        then = f"-{column.sort}" if order == "ascending" else column.sort
        href = address_with(context, sort=then, page=None) if column.sort else ""
        heads.append({"column": column, "order": order, "href": href})
    given: dict[str, object] = {"content": content, "caption": caption, "heads": heads}
    return given | {"show_caption": show_caption, "keys": keys}


@box("tabs.html")
def tabs(context: Context, content: SafeString, *, label: str) -> Values:
    """Links between views of the same thing; holds tab tags."""
    return {"content": content, "label": label}


@component("tab.html")
def tab(
    context: Context, *, label: str, href: str, current: bool = False, count: int | None = None
) -> Values:
    """One tab: a link, with how many there are behind it."""
    return {"label": label, "href": href, "current": current, "count": count}


@component("pagination.html")
def pagination(context: Context, *, page: Page[Any], unit: str = "条") -> Values:
    """Before and after, page numbers and the total; keeps the rest of the address."""
    paginator = page.paginator
    numbers = [
        (number, address_with(context, page=number) if isinstance(number, int) else "")
        for number in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    before = address_with(context, page=page.number - 1) if page.has_previous() else ""
    after = address_with(context, page=page.number + 1) if page.has_next() else ""
    given: dict[str, object] = {"page": page, "numbers": numbers, "before": before, "after": after}
    return given | {"unit": unit, "total": paginator.count}


@component("filter_bar.html")
def filter_bar(
    context: Context,
    *,
    form: BaseForm,
    action: str = "",
    label: str = "筛选",
    clear_href: str = "?",
    keep: str = "",
) -> Values:
    """Filters that live in the address (a GET form); `keep` names parameters to carry on, parted by commas."""
    request = context.get("request")
    kept = []
    if isinstance(request, HttpRequest):
        kept = [(key, request.GET[key]) for key in keep.split(",") if key and key in request.GET]
    is_used = any(form.data.get(form.add_prefix(name)) for name in form.fields) if form.is_bound else False
    given: dict[str, object] = {"form": form, "action": action, "label": label, "clear_href": clear_href}
    return given | {"kept": kept, "is_used": is_used}


@component("menu_item.html")
def menu_item(
    context: Context,
    *,
    label: str,
    href: str,
    icon: str | None = None,
    current: bool = False,
    count: int | None = None,
) -> Values:
    """An entry of the desk's main menu (block `menu`)."""
    return {"label": label, "href": href, "icon": icon, "current": current, "count": count}


@box("tabbar.html")
def tabbar(context: Context, content: SafeString, *, label: str = "主菜单") -> Values:
    """The bar at the foot of the phone (block `tabbar`); holds tabbar_item tags."""
    return {"content": content, "label": label}


@component("tabbar_item.html")
def tabbar_item(
    context: Context, *, label: str, href: str, icon: str, current: bool = False, count: int | None = None
) -> Values:
    """One entry of the tab bar, with how many things wait there."""
    return {"label": label, "href": href, "icon": icon, "current": current, "count": count}
