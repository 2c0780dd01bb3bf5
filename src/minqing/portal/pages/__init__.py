"""The residents' pages, a file a topic; here what all of them share: nothing is kept and nothing is indexed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest

P = ParamSpec("P")
View = Callable[Concatenate[OfficialRequest, P], HttpResponseBase]

# Its random padding and Django's masked token keep the length from telling the token (the BREACH attack).
_GZIP: Final = GZipMiddleware(lambda request: HttpResponse())


def squeezed(request: OfficialRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Compress a page for a poor connection."""
    return _GZIP.process_response(request, response)


def unkept(view: View[P]) -> View[P]:
    """Keep the answer out of every cache and search engine; what is not there gets a page that helps."""

    @wraps(view)
    def answered(request: OfficialRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except NotThere as missing:
            response = not_there(request, missing)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response if response.streaming else squeezed(request, response)

    return answered


def not_there(request: OfficialRequest, why: Refused) -> HttpResponse:
    """Say what is missing and what can be done instead."""
    return render(request, "portal/not_there.html", {"why": why.message}, status=404)
