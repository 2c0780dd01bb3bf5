"""Turn a refusal raised anywhere into a page with its sentence and the right status."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany

_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotThere, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (TooMany, 429),
)

# More than any page takes at once; nothing of it was read, so no form can be shown again.
_TOO_MUCH: dict[type[Exception], str] = {
    RequestDataTooBig: "写得太长了，没有收下。请用浏览器的“返回”回到刚才那一页（不要刷新），写的字一般还在；"
    "请删短一些，或者分几次提交。",
    TooManyFilesSent: "一次选的照片或文件太多，没有收下。请用浏览器的“返回”回到刚才那一页，去掉一些再提交。",
    TooManyFieldsSent: "一次提交的项目太多，没有收下。请用浏览器的“返回”回到刚才那一页，分几次提交。",
}


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django will not read: 413 with what to do if it is too much, else 400."""
    message = next((words for kind, words in _TOO_MUCH.items() if isinstance(exception, kind)), None)
    status = 400 if message is None else 413
    return render(request, f"{status}.html", {"message": message}, status=status)


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
