"""What every page of the phone needs of a request: the page's number, and the frame with its four tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

PAGE_MAX = 10_000

_TABS: Final = (
    ("today", "今天", "home"),
    ("diary", "走访", "walk"),
    ("matters", "事项", "clipboard-list"),
    ("me", "我的", "user"),
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
    request: HttpRequest, template: str, given: Mapping[str, Any], *, tab: str, status: int = 200
) -> HttpResponse:
    """Render a page of the phone inside its frame."""
    tabs = [Tab(label, reverse(f"mobile:{name}"), icon, name == tab) for name, label, icon in _TABS]
    return render(request, f"mobile/{template}.html", {**given, "tabs": tabs}, status=status)
