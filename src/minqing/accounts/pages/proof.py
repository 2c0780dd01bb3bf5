"""Show again who one is, before an act that a desk left unlocked must not allow."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from minqing.accounts.forms import ProofForm
from minqing.accounts.models import Person
from minqing.accounts.pages.onward import kept_of, next_of, onward
from minqing.accounts.services.sign_in import prove_by_password
from minqing.kernel import clock
from minqing.kernel.errors import Refused, TooMany
from minqing.kernel.limits import address_of
from minqing.kernel.pages import PROVED_KEY, OfficialRequest, page, typed, words_of


def ask(request: HttpRequest, act: str) -> HttpResponse:
    """Ask in place of a page (``settings.STEP_UP_VIEW``); what was posted there waits on this one."""
    posted = request.method not in ("GET", "HEAD")
    kept = typed(request) if posted else []
    given = {
        "form": ProofForm(),
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
    """Take the password and go on."""
    assert isinstance(request.user, Person)
    form, at = ProofForm(request.POST), clock.now()
    status = 400
    if form.is_valid():
        try:
            prove_by_password(
                person=request.user,
                password=form.cleaned_data["password"],
                address=address_of(request.META),
                at=at,
            )
        except Refused as refused:
            form.add_error(None, refused.message)
            status = 429 if isinstance(refused, TooMany) else 400
        else:
            request.session.cycle_key()
            request.session[PROVED_KEY] = at.timestamp()
            return onward(request, title="已确认，请继续")
    kept = kept_of(request)
    given = {
        "form": form,
        "act": request.POST.get("act", ""),
        "next": next_of(request),
        "posted": bool(request.POST.get("posted")),
        "kept": request.POST.get("kept", "") if kept else "",
        "words": words_of(kept),
    }
    return _answer(request, given, status)


def _answer(request: HttpRequest, given: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "accounts/step_up.html", given, status=status)
    response["Cache-Control"] = "no-store"
    return response
