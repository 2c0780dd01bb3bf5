"""Show again who one is, before an act that a desk left unlocked must not allow."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from minqing.accounts import factors
from minqing.accounts.forms import CodeForm, ProofForm
from minqing.accounts.models import Person
from minqing.accounts.pages.entering import proved
from minqing.accounts.pages.onward import carried, kept_of, onward
from minqing.accounts.services.sign_in import prove
from minqing.kernel import clock
from minqing.kernel.errors import Refused, TooMany
from minqing.kernel.limits import address_of
from minqing.kernel.pages import OfficialRequest, page, typed, words_of


def ask(request: HttpRequest, act: str) -> HttpResponse:
    """Ask in place of a page (``settings.STEP_UP_VIEW``); what was posted there waits on this one."""
    assert isinstance(request.user, Person)
    posted = request.method not in ("GET", "HEAD")
    kept = typed(request) if posted else []
    given = {
        **_question(request.user),
        "act": act,
        "next": request.get_full_path(),
        "posted": posted,
        "kept": json.dumps(kept, ensure_ascii=False) if kept else "",
        "words": words_of(kept),
        "files_lost": bool(request.FILES),
    }
    response = _answer(request, given, 401)
    if request.headers.get("HX-Request"):
        # A fragment's place is too small for a question: htmx puts the whole page there, and swaps no 401.
        response.status_code = 200
        response["HX-Retarget"], response["HX-Reswap"] = "body", "outerHTML"
    return response


@require_POST
@page(signed_in="one shows who one is")
@never_cache
def step_up_page(request: OfficialRequest) -> HttpResponse:
    """Take a code, a passkey or the password, and go on."""
    assert isinstance(request.user, Person)
    at, passkey = clock.now(), request.POST.get("passkey", "")
    question = _question(request.user, request)
    form, status = question["form"], 400
    if passkey or form.is_valid():
        given = {} if passkey else form.cleaned_data
        try:
            how = prove(
                person=request.user, passkey=passkey, address=address_of(request.META), at=at, **given
            )
        except Refused as refused:
            if passkey:
                form = question["form"] = type(form)({"code": "0"})
                form.is_valid()
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            status = 429 if isinstance(refused, TooMany) else 400
        else:
            proved(request, how, at)
            return onward(request, title="已确认，请继续")
    words = words_of(kept_of(request))
    return _answer(
        request, {**question, "act": request.POST.get("act", ""), **carried(request), "words": words}, status
    )


def _question(person: Person, request: HttpRequest | None = None) -> dict[str, Any]:
    """Return the form that fits what somebody enrolled; bound to what a request posted."""
    data = request.POST if request is not None else None
    held = {one.kind for one in factors.factors_of(person.id)}
    if not held:
        return {"form": ProofForm(data)}
    return {
        "form": CodeForm(data),
        "has_app": factors.APP in held,
        # A challenge is asked for on the page, not when its answer comes back: that would void it.
        "passkey_options": factors.passkey_to_ask(person)
        if factors.PASSKEY in held and request is None
        else "",
    }


def _answer(request: HttpRequest, given: dict[str, Any], status: int) -> HttpResponse:
    assert isinstance(request.user, Person)
    if status != 401 and "passkey_options" in given:
        given = {**given, "passkey_options": _question(request.user).get("passkey_options", "")}
    response = render(request, "accounts/step_up.html", given, status=status)
    response["Cache-Control"] = "no-store"
    return response
