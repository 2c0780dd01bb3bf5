"""The `/ui/` page with every component, and the switch for large type."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from minqing.kernel import clock
from minqing.kernel.pages import page
from minqing.ui.components.frames import LARGE_TYPE_COOKIE
from minqing.ui.gallery import shown

# Long, because eyes do not get younger.
TYPE_KEPT_FOR_SECONDS = 2 * 365 * 24 * 60 * 60


def _gallery(request: HttpRequest, template: str, look: str) -> HttpResponse:
    return render(request, template, {"sections": shown(request, look=look, at=clock.now())})


@page(public="样例页，不含任何业务数据")
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component as the desk draws it."""
    return _gallery(request, "ui/gallery_desk.html", "desk")


@page(public="样例页，不含任何业务数据")
@require_safe
def gallery_phone(request: HttpRequest) -> HttpResponse:
    """Show every component as the phone draws it."""
    return _gallery(request, "ui/gallery_phone.html", "phone")


@page(public="样例页，不含任何业务数据")
@require_safe
def gallery_portal(request: HttpRequest) -> HttpResponse:
    """Show a residents' page whole, to be weighed and looked at."""
    return render(request, "ui/gallery_portal.html", {"at": clock.now()})


@page(public="只改变本机的字号")
@require_POST
def choose_type(request: HttpRequest) -> HttpResponse:
    """Turn large type on or off on this device, and go back to where the reader was."""
    onward = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = HttpResponseRedirect(onward)
    if request.POST.get("type") == "large":
        response.set_cookie(
            LARGE_TYPE_COOKIE,
            "large",
            max_age=TYPE_KEPT_FOR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    else:
        response.delete_cookie(LARGE_TYPE_COOKIE, samesite="Lax")
    return response
