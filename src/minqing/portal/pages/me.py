"""One's own file (本人查阅): signing in with a code and the document's last six, what is kept, who read and changed it.

The session is its own: a cookie of this part of the site, fifteen minutes without a touch, no account, and nothing of
the officials' sessions. A receipt never opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.kernel import clock, limits
from minqing.kernel.copies import Entry, Part
from minqing.kernel.errors import Refused, TooMany
from minqing.kernel.pages import OfficialRequest, page, typed, words_of
from minqing.portal.pages import unkept
from minqing.rights import public as rights

P = ParamSpec("P")
COOKIE: Final = "mq_me"
PATH: Final = "/me/"
ROWS: Final = 20  # visits, cases or readers on a page: under 60 KB, and read on a telephone
WHY: Final = "whoever holds a personal code, handed over against a document, reads their own file"
# In the copy, but of no use on a telephone: they only repeat what stands beside them.
NOT_SHOWN: Final = frozenset(
    {"name_initials", "version", "is_sensitive", "tag", "who", "role", "household_lon", "household_lat", "lon", "lat",
     "accuracy_m", "recorded_at", "source"}
)  # fmt: skip
# What the last act did, told by a word in the address.
DID: Final = {
    "over": "您已经退出。这台手机上没有留下档案的内容。",
    "ended": "查阅码已经停用，这张纸条不能再用了。",
    "idle": "十五分钟没有操作，已经自动退出。请重新输入查阅码。",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece as the page shows it; ``change_url`` leads to asking for its correction."""

    label: str
    text: str
    change_url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One entry as the page shows it."""

    title: str
    lines: tuple[Line, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One part as the page shows it; ``page`` where it has too many entries for one."""

    key: str
    title: str
    note: str
    blocks: tuple[Block, ...]
    page: Page[Any] | None = None


Mine = Callable[Concatenate[OfficialRequest, rights.Me, P], HttpResponseBase]


def mine(view: Mine[P]) -> Callable[Concatenate[OfficialRequest, P], HttpResponseBase]:
    """Let in who has a session of their own; what was written when it ended stays on the page to be copied."""

    @wraps(view)
    def checked(request: OfficialRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        token = request.COOKIES.get(COOKIE, "")
        me = rights.session(token, at=clock.now())
        if me is not None:
            return view(request, me, *args, **kwargs)
        if request.method == "POST" and words_of(typed(request)):
            given = {"form": rights.PersonalCodeForm(), "words": words_of(typed(request)), "did": DID["idle"]}
            return render(request, "portal/me/sign_in.html", given, status=401)
        return redirect(f"{PATH}?did=idle" if token else PATH)

    return checked


@page(public=WHY)
@unkept
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: OfficialRequest) -> HttpResponseBase:
    """Ask for the code and the last six of the ID number."""
    at = clock.now()
    if request.method != "POST":
        if rights.session(request.COOKIES.get(COOKIE, ""), at=at):
            return redirect("portal:me_file")
        given = {"form": rights.PersonalCodeForm(), "did": DID.get(request.GET.get("did", ""))}
        return render(request, "portal/me/sign_in.html", given)
    form, status = rights.PersonalCodeForm(request.POST), 400
    if form.is_valid():
        try:
            limits.check(rights.WRONG_CODES, request.META, at)
            token = rights.open_session(
                typed_code=form.cleaned_data["code"], typed_proof=form.cleaned_data["proof"], at=at
            )
        except TooMany as refused:
            status = 429
            form.add_error(None, refused.message)
        except Refused as refused:
            limits.spend(rights.WRONG_CODES, request.META, at)
            form.add_error(None, refused.message)
        else:
            response = redirect("portal:me_file")
            response.set_cookie(
                COOKIE,
                token,
                path=PATH,
                httponly=True,
                samesite="Strict",
                secure=settings.SESSION_COOKIE_SECURE,
            )
            return response
    return render(request, "portal/me/sign_in.html", {"form": form}, status=status)


@page(public=WHY)
@unkept
@require_POST
def sign_out(request: OfficialRequest) -> HttpResponseBase:
    """End the session."""
    rights.end_session(request.COOKIES.get(COOKIE, ""))
    return _gone("over")


@page(public=WHY)
@unkept
@mine
@require_POST
def end_code(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """End one's own code: the slip was lost, or nobody shall use it any more."""
    rights.end_code(code_id=me.code_id, why="持有人自己停用", hand=me.hand, at=clock.now())
    return _gone("ended")


def _gone(did: str) -> HttpResponse:
    response = redirect(f"{PATH}?did={did}")
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    response["Clear-Site-Data"] = '"cache"'
    return response


@page(public=WHY)
@unkept
@mine
@require_safe
def file(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """Show what is kept about oneself."""
    parts = rights.my_file(me.resident_id, at=clock.now(), for_guardian=me.holder == rights.GUARDIAN)
    shown = [_section(one, _number(request, one.key)) for one in parts if one.key != "requests"]
    return show(request, me, "file", {"sections": shown})


@page(public=WHY)
@unkept
@mine
@require_safe
def reads(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """Show who opened one's file, and why."""
    part = rights.who_read(me.resident_id)
    return show(request, me, "reads", {"section": _section(part, _number(request, part.key)), "part": part})


@page(public=WHY)
@unkept
@mine
@require_safe
def changes(request: OfficialRequest, me: rights.Me) -> HttpResponseBase:
    """Show what was done with one's file, and by whom."""
    part = rights.what_changed(me.resident_id)
    return show(request, me, "changes", {"section": _section(part, _number(request, part.key)), "part": part})


def show(
    request: OfficialRequest, me: rights.Me, template: str, given: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page of one's own file in its frame."""
    tabs = [
        ("file", "档案", reverse("portal:me_file")),
        ("reads", "谁看过", reverse("portal:me_reads")),
        ("changes", "谁改过", reverse("portal:me_changes")),
        ("requests", "请求", reverse("portal:me_requests")),
        ("copy", "副本", reverse("portal:me_copy")),
    ]
    whole = {**given, "me": me, "tabs": tabs, "tab": template.partition("_")[0]}
    return render(request, f"portal/me/{template}.html", whole, status=status)


def _number(request: OfficialRequest, key: str) -> int:
    text = request.GET.get(f"{key}-page", "") or request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _section(part: Part, number: int) -> Section:
    pages = Paginator(part.entries, ROWS).get_page(number)
    blocks = tuple(_block(part, one) for one in pages)
    return Section(part.key, part.title, part.note, blocks, pages if pages.paginator.num_pages > 1 else None)


def _block(part: Part, entry: Entry) -> Block:
    is_facts = part.key == "facts"
    lines = tuple(
        Line(
            piece.label,
            rights.shown(piece.shown or piece.value),
            ask_url(rights.CORRECTION, piece.key) if is_facts and piece.key in rights.FACT_LABELS else "",
        )
        for piece in entry.pieces
        if (is_facts and piece.key in rights.FACT_LABELS)
        or (piece.key not in NOT_SHOWN and piece.value not in (None, "", []))
    )
    return Block("" if is_facts else entry.title, lines, tuple(_links(entry)))


def _links(entry: Entry) -> Iterable[tuple[str, str]]:
    if not entry.item:
        return
    yield "有误？申请更正", ask_url(rights.CORRECTION, entry.item, entry)
    if entry.item == "tag":
        yield "撤回同意或提出异议", ask_url(rights.OBJECTION, "tag", entry)
    if entry.item in rights.ITEMS_OF[rights.ERASURE]:
        yield "申请删除", ask_url(rights.ERASURE, entry.item, entry)


def ask_url(kind: str, item: str, entry: Entry | None = None) -> str:
    """Return the address at which something is asked about an item."""
    asked = {"kind": kind, "item": item}
    if entry is not None and entry.item_id:
        asked["item_id"] = str(entry.item_id)
    return f"{reverse('portal:me_ask')}?{urlencode(asked)}"
