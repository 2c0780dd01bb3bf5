"""本人查阅码 on the phone: a clerk at somebody's door or counter, with the document in hand."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show
from minqing.registry import public as registry
from minqing.rights import public as rights


@page(rights.HAND_OVER_CODES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find(request: OfficialRequest) -> HttpResponse:
    """Ask for the number on the document in the hand."""
    if request.method != "POST":
        return show(request, "personal_code_find", {"form": rights.WhoForm()}, tab="me")
    form = rights.WhoForm(request.POST)
    if form.is_valid():
        try:
            found = rights.whose_document(form.cleaned_data["id_number"], by=request.actor, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            return redirect("mobile:personal_code", resident_id=found)
    return show(request, "personal_code_find", {"form": form}, tab="me", status=400)


@page(rights.HAND_OVER_CODES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def personal_code(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """Compare the document with the file and hand over a code, shown this once."""
    who = registry.subject(registry.RESIDENT, resident_id, request.actor)
    file = registry.own_file(resident_id)
    request.actor.require(rights.HAND_OVER_CODES, file.area_path)
    has_number = file.id_index is not None
    if request.method != "POST":
        given = {"who": who, "form": rights.HandOverForm.blank(has_number=has_number)}
        return show(request, "personal_code", given, tab="diary")
    form, status = rights.HandOverForm(request.POST), 400
    form.fit(has_number=has_number)
    if form.is_valid():
        try:
            made, code = rights.hand_over(
                code_id=form.code_id,
                resident_id=resident_id,
                shown=form.shown,
                by=request.actor,
                at=clock.now(),
            )
        except (NotAllowed, NotThere):
            raise
        except Refused as refused:
            status = 409 if isinstance(refused, Conflict) else 400
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            given = {"who": who, "made": made, "code": f"{code[:5]}-{code[5:]}", "by_number": has_number}
            return show(request, "personal_code_shown", given, tab="diary")
    return show(request, "personal_code", {"who": who, "form": form}, tab="diary", status=status)
