"""The lock on every page: a view names its capability, or says why it needs none. Without it the build fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.module_loading import import_string

from minqing.kernel import clock
from minqing.kernel.access import Actor, Capability
from minqing.kernel.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

# In the session, in seconds: when whoever sits there last showed who they are (a second factor, or the password of
# somebody who has none). Accounts writes it.
PROVED_KEY: Final = "proved_at"
# A person who went to fetch a coffee comes back within it; whoever finds the desk unlocked later does not.
STEP_UP_WITHIN: Final = timedelta(minutes=10)


class OfficialRequest(HttpRequest):
    """A request by somebody who signed in; the accounts middleware put the actor there."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Lock:
    """What a page asks of whoever opens it; drawn into docs/reference and walked by the guards."""

    capability: Capability | None
    reason: str
    signed_in: bool
    step_up: str = ""


View = Callable[Concatenate[OfficialRequest, P], R]


def page(
    to: Capability | Iterable[Capability] | None = None,
    *,
    public: str = "",
    signed_in: str = "",
    step_up: str = "",
) -> Callable[[View[P, R]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Lock a view with a capability (any of several), or say why it is open (``public``) or only asks for a sign-in.

    ``step_up`` names an act (导出档案) before which one shows again who one is, unless one did ten minutes ago; what
    was posted is kept and sent on.
    """
    wanted = () if to is None else (to,) if isinstance(to, Capability) else tuple(to)
    if sum((bool(wanted), bool(public), bool(signed_in))) != 1:
        raise TypeError("a page names capabilities, or says why it is public, or why a sign-in is enough")
    if public and step_up:
        raise TypeError("a page that anybody may open cannot ask again who they are")

    def lock(view: View[P, R]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def locked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = getattr(request, "actor", None)
            if not public:
                if actor is None:
                    return _to_sign_in(request)
                if wanted and not any(actor.may(one) for one in wanted):
                    labels = "、".join(one.label for one in wanted)
                    raise NotAllowed(f"您现在的任职没有“{labels}”的权限。请切换任职，或联系安全管理员。")
                if step_up and not proved_lately(request):
                    return cast(HttpResponseBase, import_string(settings.STEP_UP_VIEW)(request, step_up))
            return view(cast(OfficialRequest, request), *args, **kwargs)

        locked.locks = tuple(  # type: ignore[attr-defined]
            Lock(one, "", True, step_up) for one in wanted
        ) or (Lock(None, public or signed_in, not public, step_up),)
        return locked

    return lock


def proved_lately(request: HttpRequest) -> bool:
    """Whether whoever sits there showed in this session, within the last ten minutes, who they are."""
    proved = request.session.get(PROVED_KEY)
    if not isinstance(proved, int | float):
        return False
    return clock.now() - datetime.fromtimestamp(proved, UTC) < STEP_UP_WITHIN


# What a form carries for the machine, and what nobody should find on a page again.
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", "password", "old"})


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a post that may be sent again, in order."""
    fields = request.POST.lists()
    return [
        (name, str(value)) for name, values in fields if name not in _NOT_KEPT for value in values if value
    ]


def words_of(fields: Iterable[tuple[str, str]]) -> list[str]:
    """Return what of it a person wrote: values with a Chinese character."""
    return [value for _, value in fields if any("\u4e00" <= letter <= "\u9fff" for letter in value)]


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask to sign in; what was typed into a form stays on that page and is sent on after signing in."""
    sign_in = resolve_url(settings.LOGIN_URL)
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': request.get_full_path()})}")
    kept = typed(request)
    if not words_of(kept):
        return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': request.META.get('HTTP_REFERER', '/')})}")
    given = {
        "sign_in": sign_in,
        "next": request.get_full_path(),
        "kept": json.dumps(kept, ensure_ascii=False),
        "words": words_of(kept),
        "files_lost": bool(request.FILES),
    }
    response = render(request, "expired.html", given, status=401)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show what was typed beside the refusal, so that it can be copied: a post without its token is never repeated."""
    response = render(request, "403_csrf.html", {"words": words_of(typed(request))}, status=403)
    response["Cache-Control"] = "no-store"
    return response
