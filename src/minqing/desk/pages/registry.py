"""档案: find residents, households, enterprises, places. A whole number is asked by POST, never in an address."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.desk.asked import page_number, paged, posted
from minqing.desk.forms_registry import RegistryFilterForm
from minqing.desk.where import chosen_area, way_down
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry

ROWS: Final = 30


@page(registry.SEE_REGISTRY)
@require_safe
@never_cache
def search(request: OfficialRequest) -> HttpResponse:
    """List one kind of file: by part of a name, initials, address, tag and area."""
    given = request.GET
    actor, today = request.actor, clock.local(clock.now()).date()
    kind = given.get("kind", registry.RESIDENT)
    kind = kind if kind in registry.KIND_LABELS else registry.RESIDENT
    area = chosen_area(given.get("area"))
    form = RegistryFilterForm(given, kind=kind, areas=way_down(area, actor), tags=_tags(kind, actor))
    wanted = form.read()
    found = registry.search(
        actor, wanted.get("text", ""), kind=kind, area=area if "area" in wanted else None,
        tag=wanted.get("tag", ""), closed=wanted.get("closed", False), today=today, rows_max=ROWS,
        page=page_number(given.get("page")),
    )  # fmt: skip
    kept = {name: given[name] for name in ("text", "area", "closed") if given.get(name)}
    context = {
        "kind": kind,
        "kind_label": registry.KIND_LABELS[kind],
        "tabs": [(key, label, "?" + urlencode({"kind": key, **kept})) for key, label in registry.KIND_LABELS.items()],
        "form": form,
        "is_filtered": bool(wanted),
        "found": found,
        "page": paged(found.reachable, ROWS, found.page),
        "unit": "条以上" if found.more_than_counted else "条",
        "export_url": export_url(given, kind) if found.rows and actor.may(registry.EXPORT_REGISTRY) else "",
        "may_add": actor.may(registry.EDIT_REGISTRY),
        "new_url": reverse("desk:dossier_new", args=[kind]),
    }  # fmt: skip
    return render(request, "desk/registry/search.html", context)


def export_url(given: QueryDict, kind: str) -> str:
    """Return the address at which the list is exported as it is filtered now."""
    kept = {name: given[name] for name in ("text", "area", "tag", "closed") if given.get(name)}
    return f"{reverse('desk:registry_export')}?{urlencode({'kind': kind, **kept})}"


def _tags(kind: str, actor: Actor) -> list[tuple[str, str]]:
    """Return the tags one may ask for: sensitive ones only where some appointment shows them."""
    return [(one.key, one.label) for one in registry.tag_kinds(kind) if registry.may_see_tag_kind(actor, one)]


@page(registry.SEE_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_exact(request: OfficialRequest) -> HttpResponse:
    """Find by a whole ID number, phone or credit code."""
    form = registry.ExactForm(posted(request))
    rows, asked = [], False
    if form.is_bound and form.is_valid():
        today = clock.local(clock.now()).date()
        rows, asked = registry.find_exact(request.actor, form.cleaned_data["value"], today=today), True
    context = {"form": form, "rows": rows, "asked": asked}
    return render(request, "desk/registry/find_exact.html", context, status=400 if form.errors else 200)
