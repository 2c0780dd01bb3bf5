"""The lock on every page: a view names its capability, or says why it needs none. Without it the build fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from minqing.kernel.access import Actor, Capability
from minqing.kernel.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class OfficialRequest(HttpRequest):
    """A request by somebody who signed in; the accounts middleware put the actor there."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Lock:
    """What a page asks of whoever opens it; drawn into docs/reference and walked by the guards."""

    capability: Capability | None
    reason: str
    signed_in: bool


View = Callable[Concatenate[OfficialRequest, P], R]


def page(
    to: Capability | Iterable[Capability] | None = None, *, public: str = "", signed_in: str = ""
) -> Callable[[View[P, R]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Lock a view with a capability (any of several), or say why it is open (``public``) or only asks for a sign-in."""
    wanted = () if to is None else (to,) if isinstance(to, Capability) else tuple(to)
    if sum((bool(wanted), bool(public), bool(signed_in))) != 1:
        raise TypeError("a page names capabilities, or says why it is public, or why a sign-in is enough")

    def lock(view: View[P, R]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def locked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = getattr(request, "actor", None)
            if not public:
                if actor is None:
                    return _to_sign_in(request)
                if wanted and not any(actor.may(one) for one in wanted):
                    labels = "、".join(one.label for one in wanted)
                    raise NotAllowed(f"您现在的任职没有“{labels}”的权限。请切换任职，或联系县级管理员。")
            return view(cast(OfficialRequest, request), *args, **kwargs)

        locked.locks = tuple(Lock(one, "", True) for one in wanted) or (  # type: ignore[attr-defined]
            Lock(None, public or signed_in, not public),
        )
        return locked

    return lock


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    # A post cannot be repeated after signing in: come back to where the form was.
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")
