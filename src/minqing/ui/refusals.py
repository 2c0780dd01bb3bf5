"""Turn a refusal raised anywhere into a page with its sentence and the right status."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany

_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotThere, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (TooMany, 429),
)


class RefusalMiddleware:
    """Pages that have nothing better to show for a ``Refused`` let it through to here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"-"):
            # Somebody reloaded the address of a form: Django's own answer is a blank page.
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer a refusal; leave everything else to Django."""
        if not isinstance(exception, Refused):
            return None
        status = next((code for kind, code in _STATUS if isinstance(exception, kind)), 400)
        response = render(request, f"{status}.html", {"message": exception.message}, status=status)
        if isinstance(exception, TooMany):
            response["Retry-After"] = str(exception.retry_after)
        return response
