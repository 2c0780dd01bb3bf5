"""What every page of the phone needs of a request: the page's number, and the frame with its four tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.kernel.access import Capability
from minqing.kernel.pages import OfficialRequest

PAGE_MAX = 10_000

# A tab is there for whoever may open its page: no tab leads to a refusal.
_TABS: Final[tuple[tuple[str, str, str, Capability | None], ...]] = (
    ("today", "今天", "home", None),
    ("diary", "走访", "walk", diary.SEE_VISITS),
    ("matters", "事项", "clipboard-list", cases.OPEN_CASES),
    ("me", "我的", "user", None),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of the bar at the foot."""

    label: str
    href: str
    icon: str
    current: bool


def page_number(request: HttpRequest) -> int:
    """Return ``?page=``, 1 where it makes no sense."""
    text = request.GET.get("page", "")
    return min(int(text), PAGE_MAX) if text.isascii() and text.isdigit() and int(text) else 1


def show(
    request: OfficialRequest, template: str, given: Mapping[str, Any], *, tab: str, status: int = 200
) -> HttpResponse:
    """Render a page of the phone inside its frame."""
    tabs = [
        Tab(label, reverse(f"mobile:{name}"), icon, name == tab)
        for name, label, icon, right in _TABS
        if right is None or request.actor.may(right)
    ]
    return render(request, f"mobile/{template}.html", {**given, "tabs": tabs}, status=status)
