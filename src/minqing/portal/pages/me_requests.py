"""What one asks about one's own file, and what became of it; the copy of everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.forms import HiddenInput
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.access import REPORTER
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import unkept
from minqing.portal.pages.me import WHY, ask_url, mine, show
from minqing.rights import public as rights
from minqing.workflow.public import Colour

YOURSELF: Final = {REPORTER.person_name}
DID: Final = {
    "asked": ("已收到", "档案管理员会核实、决定并答复，一般在 15 个工作日以内。办到哪一步，这里看得见。"),
    "back": ("已撤回", "这项请求不再办理。"),
}


@page(public=WHY)
@unkept
@mine
@require_safe
def my_requests(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """List what one asked, and offer what may be asked."""
    asked = rights.my_requests(me.resident_id, at=clock.now())
    erasable = [
        (rights.ITEM_LABELS[item], ask_url(rights.ERASURE, item))
        for item in rights.ITEMS_OF[rights.ERASURE]
        if item not in ("tag", "visit", rights.EVERYTHING)
    ]
    given = {
        "lines": [(one, _colour(one.clock.colour)) for one in asked],
        "erasable": erasable,
        "copy_url": ask_url(rights.COPY, rights.EVERYTHING),
        "erase_url": ask_url(rights.ERASURE, rights.EVERYTHING),
        "other_url": ask_url(rights.CORRECTION, "other"),
    }
    return show(request, me, "requests", given)


@page(public=WHY)
@unkept
@mine
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """Ask something about one item."""
    given = request.POST if request.method == "POST" else request.GET
    kind, item = given.get("kind", ""), given.get("item", "")
    if kind not in rights.KIND_LABELS or item not in rights.ITEMS_OF[kind]:
        return redirect("portal:me_requests")
    if request.method != "POST":
        start = {"id": uuid7(), "kind": kind, "item": item, "item_id": given.get("item_id")}
        return _ask_page(request, me, rights.AskForm(initial=start), kind, item)
    form, status = rights.AskForm(request.POST), 400
    if form.is_valid():
        at = clock.now()
        try:
            limits.spend(cases.REPLIES, request.META, at)
            made = rights.ask(asked=form.asked, me=me, at=at)
        except Refused as refused:
            status = 409 if isinstance(refused, Conflict) else 400
            form.add_error("words" if refused.field == "words" else None, refused.message)
        else:
            return redirect(f"{reverse('portal:me_request', args=[made.id])}?did=asked")
    return _ask_page(request, me, form, kind, item, status)


def _ask_page(
    request: OfficialRequest, me: rights.Me, form: rights.AskForm, kind: str, item: str, status: int = 200
) -> HttpResponse:
    for name in ("kind", "item"):
        form.fields[name].widget = HiddenInput()
    words = form.fields["words"]
    if kind == rights.CORRECTION:
        known = item in rights.FACT_LABELS
        words.label = f"{rights.FACT_LABELS[item]}应该是什么" if known else "哪里不对，应该是什么"
        words.required = True
    elif kind == rights.COPY:
        words.label = "到哪里领（可以不写）"
    else:
        words.label = "为什么（可以不写）"
    title = {rights.COPY: "领纸质副本", rights.OBJECTION: "撤回同意或提出异议"}.get(kind)
    given: dict[str, Any] = {
        "form": form,
        "title": title or f"{rights.KIND_LABELS[kind]}：{rights.ITEM_LABELS[item]}",
        "kind": kind,
        "plan": None,
    }
    if kind == rights.ERASURE and item == rights.EVERYTHING:
        given["plan"] = rights.plan_erasure(me.resident_id, at=clock.now())
    return show(request, me, "requests_ask", given, status)


@page(public=WHY)
@unkept
@mine
@require_safe
def my_request(request: OfficialRequest, me: rights.Me, request_id: UUID) -> HttpResponseBase:
    """Show one request and how far it is."""
    return _request_page(request, me, request_id)


def _request_page(
    request: OfficialRequest, me: rights.Me, request_id: UUID, refused: str = "", status: int = 200
) -> HttpResponse:
    asked, receipt = rights.my_request(request_id, me.resident_id, at=clock.now())
    given = {
        "asked": asked,
        "receipt": receipt,
        "receipt_url": reverse("portal:receipt", args=[receipt.code]),
        "legs": [(leg, _colour(leg.clock.colour)) for leg in receipt.legs],
        "clock_colour": _colour(receipt.clock.colour),
        "lines": [
            replace(one, who="您", role_label="") if one.who in YOURSELF else one for one in receipt.lines
        ],
        "may_take_back": receipt.is_open and not asked.outcome,
        "did": DID.get(request.GET.get("did", "")),
        "refused": refused,
        "additions": rights.additions(asked),
    }
    return show(request, me, "requests_one", given, status)


@page(public=WHY)
@unkept
@mine
@require_POST
def take_back(request: OfficialRequest, me: rights.Me, request_id: UUID) -> HttpResponseBase:
    """Take one's own request back."""
    try:
        rights.take_back(request_id=request_id, me=me, at=clock.now())
    except Conflict as refused:
        return _request_page(request, me, request_id, refused.message, 409)
    return redirect(f"{reverse('portal:me_request', args=[request_id])}?did=back")


@page(public=WHY)
@unkept
@mine
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """Give a copy of everything: a file for machines, or one to print."""
    if request.method != "POST":
        return show(request, me, "copy", {"forms": rights.FORM_LABELS})
    at = clock.now()
    try:
        limits.spend(rights.COPIES, request.META, at)
        content, media_type, name = rights.take_copy(me=me, form=request.POST.get("form", ""), at=at)
    except Refused as refused:
        return show(request, me, "copy", {"forms": rights.FORM_LABELS, "refused": refused.message}, 400)
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _colour(colour: Colour) -> str:
    return "none" if colour is Colour.GREY else colour.value
