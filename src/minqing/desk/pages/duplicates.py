"""重复档案: files that look like one person's, side by side; one of them goes on, or both do; and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.desk.asked import page_number, paged
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line
from minqing.registry import public as registry

VERSION_DIGITS_MAX = 9


@page(registry.MERGE_RESIDENTS)
@require_safe
@never_cache
def duplicates(request: OfficialRequest) -> HttpResponse:
    """List the pairs that wait, or those decided; names and places only."""
    state = request.GET.get("state", "")
    found = registry.pairs(request.actor, state=state, page=page_number(request.GET.get("page")))
    context = {
        "found": found,
        "tabs": registry.PAIR_LABELS.items(),
        "page": paged(found.total, registry.PAIRS_ROWS, found.page),
    }
    return render(request, "desk/registry/duplicates.html", context)


@page(registry.MERGE_RESIDENTS)
@require_safe
@never_cache
def duplicate(request: OfficialRequest, pair_id: UUID) -> HttpResponse:
    """Show two files side by side; both are read by that, and it goes into the journal."""
    registry.open_pair(pair_id=pair_id, by=request.actor, at=clock.now())
    return _pair_page(request, pair_id, "", 200)


def _pair_page(
    request: OfficialRequest, pair_id: UUID, refusal: str, status: int, typed: dict[str, str] | None = None
) -> HttpResponse:
    sides = registry.side_by_side(pair_id, request.actor, clock.now())
    typed = typed or {}
    context = {
        "sides": sides,
        "pair": sides.line,
        "keep": typed.get("keep", sides.keep),
        "rows": [(one, typed.get(f"take_{one.key}", one.choice)) for one in sides.fields],
        "words": typed.get("words", ""),
        "refusal": refusal,
        "title": _title(sides),
        "undo_days": registry.UNDO_WITHIN.days,
    }
    return render(request, "desk/registry/duplicate.html", context, status=status)


def _title(sides: registry.SideBySide) -> str:
    """Return what is above a pair: a question while there is one."""
    if sides.is_open:
        return "是同一个人吗？"
    if sides.merged:
        return "两份档案已合并"
    return "已核对：不是同一个人" if sides.line.words else "不用再核对"


@page(registry.MERGE_RESIDENTS)
@require_POST
@never_cache
def duplicate_merge(request: OfficialRequest, pair_id: UUID) -> HttpResponse:
    """Make one file of both, each field from the file that was chosen."""
    typed = {name: str(value) for name, value in request.POST.items()}
    sides = registry.side_by_side(pair_id, request.actor, clock.now())
    keep = typed.get("keep", "")
    if keep not in ("first", "second"):
        return _pair_page(request, pair_id, "请选择保留哪一份档案。", 400, typed)
    kept = sides.line.first if keep == "first" else sides.line.second
    theirs = frozenset(
        one.key for one in sides.fields if typed.get(f"take_{one.key}", keep) not in (keep, "")
    )
    versions = {
        sides.line.first.id: _version(typed.get("first_version")),
        sides.line.second.id: _version(typed.get("second_version")),
    }
    try:
        registry.merge_residents(
            pair_id=pair_id, keep=kept.id, theirs=theirs, versions=versions, by=request.actor, at=clock.now()
        )
    except NotThere:
        raise
    except Refused as refused:
        status = 409 if isinstance(refused, Conflict) else 400
        return _pair_page(request, pair_id, refused.message, status, typed)
    messages.success(request, f"两份档案已合并为一份。{registry.UNDO_WITHIN.days} 天内可以在这份档案上撤销。")
    return redirect("desk:dossier", registry.RESIDENT, kept.id)


@page(registry.MERGE_RESIDENTS)
@require_POST
@never_cache
def duplicate_not_same(request: OfficialRequest, pair_id: UUID) -> HttpResponse:
    """Say that they are two people; the pair is not offered again."""
    words = clean_line(request.POST.get("words", ""))
    try:
        registry.judge_not_same(pair_id=pair_id, words=words, by=request.actor, at=clock.now())
    except NotThere:
        raise
    except Refused as refused:
        return _pair_page(request, pair_id, refused.message, 400, {"words": words})
    messages.success(request, "已记下：不是同一人，以后不再提示这一对。")
    return redirect("desk:duplicates")


@page(registry.MERGE_RESIDENTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def merge_undo(request: OfficialRequest, merge_id: UUID) -> HttpResponse:
    """Ask why, then take a merge back."""
    merge = registry.merge_of(merge_id, request.actor)
    words, refusal, status = "", "", 200
    if request.method == "POST":
        words = clean_line(request.POST.get("words", ""))
        try:
            _, stayed = registry.undo_merge(merge_id=merge_id, words=words, by=request.actor, at=clock.now())
        except NotThere:
            raise
        except Refused as refused:
            refusal, status = refused.message, 400
        else:
            left = f"{'、'.join(stayed)}在合并后又改过，没有退回，请核对。" if stayed else ""
            messages.success(request, f"已撤销合并，两份档案恢复分开。{left}")
            return redirect("desk:dossier", registry.RESIDENT, merge.kept_id)
    context: dict[str, Any] = {"merge": merge, "words": words, "refusal": refusal}
    return render(request, "desk/registry/merge_undo.html", context, status=status)


def _version(text: str | None) -> int:
    given = text or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < VERSION_DIGITS_MAX else 0
