"""本人查阅码: handed to whoever shows a document at the desk; shown once, withdrawn at a word."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry
from minqing.rights import public as rights


@page(rights.HAND_OVER_CODES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find(request: OfficialRequest) -> HttpResponse:
    """Ask for the number on the document that lies on the desk."""
    form, status = rights.WhoForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                found = rights.whose_document(
                    form.cleaned_data["id_number"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                return redirect("desk:personal_code", found)
    return render(request, "desk/rights/find.html", {"form": form}, status=status)


@page(rights.HAND_OVER_CODES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def personal_code(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """Compare the document with the file and hand over a code, shown this once."""
    who = registry.subject(registry.RESIDENT, resident_id, request.actor)
    file = registry.own_file(resident_id)
    request.actor.require(rights.HAND_OVER_CODES, file.area_path)
    at, has_number = clock.now(), file.id_index is not None
    sent = posted(request)
    form = rights.HandOverForm(sent) if sent is not None else rights.HandOverForm.blank(has_number=has_number)
    context = {"who": who, "form": form, "file": file, "status": 200}
    if sent is not None:
        form.fit(has_number=has_number)
        context["status"] = 400
        if form.is_valid():
            try:
                made, code = rights.hand_over(
                    code_id=form.code_id, resident_id=resident_id, shown=form.shown, by=request.actor, at=at
                )
            except Refused as refused:
                context["status"] = refused_onto(form, refused)
            else:
                given = {"who": who, "made": made, "code": f"{code[:5]}-{code[5:]}", "by_number": has_number}
                return render(request, "desk/rights/code_shown.html", given)
    context["codes"] = rights.codes_of(resident_id, at=at)
    return render(request, "desk/rights/code.html", context, status=int(str(context["status"])))


@page(rights.HAND_OVER_CODES)
@require_POST
@never_cache
def personal_code_end(request: OfficialRequest, resident_id: UUID, code_id: UUID) -> HttpResponse:
    """Withdraw a code that was lost."""
    rights.withdraw_code(code_id=code_id, by=request.actor, at=clock.now())
    messages.success(request, "查阅码已停用，用它打开的页面也已退出。")
    return redirect("desk:personal_code", resident_id)
