"""Tags of the desk's own templates: its menu, addresses that may not be installed, colours of clocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django import template
from django.conf import settings
from django.http.request import split_domain_port
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from minqing.cases.public import OPEN_CASES
from minqing.desk.menu import Shown, entries_for, menu_of
from minqing.kernel import clock
from minqing.workflow.public import Colour

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_menu(context: Context) -> tuple[Shown, ...]:
    """Return the menu of whoever is signed in."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return ()
    match = request.resolver_match
    return entries_for(actor, match.url_name or "" if match else "", context.get("menu_counts", {}))


@register.simple_tag(takes_context=True)
def desk_menu_drawn(context: Context) -> SafeString:
    """Draw the menu of whoever is signed in, as it stands in the head of the page; the same menu is drawn once."""
    draw = _menu.__wrapped__ if settings.DEBUG else _menu
    return draw(desk_menu(context))


@lru_cache(maxsize=500)
def _menu(entries: tuple[Shown, ...]) -> SafeString:
    return render_to_string("desk/part_menu.html", {"menu": menu_of(entries)})


@dataclass(frozen=True, slots=True)
class Key:
    """A key that goes to a page."""

    key: str
    label: str
    href: str


KEYS: Final = {
    "home": "t", "queue": "q", "case_new": "n", "hotline": "h", "registry": "r", "board": "b", "duty": "d",
}  # fmt: skip


@register.simple_tag(takes_context=True)
def desk_keys(context: Context) -> list[Key]:
    """Return the keys that go to pages of whoever is signed in."""
    return [Key(KEYS[one.name], one.label, one.href) for one in desk_menu(context) if one.name in KEYS]


@register.simple_tag
def url_if_there(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a page, or nothing where that page is not installed."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.filter
def mark(colour: Colour) -> str:
    """Return a clock's colour as the components name it."""
    return "none" if colour is Colour.GREY else str(colour.value)


@register.simple_tag(takes_context=True)
def live_url(context: Context) -> str:
    """Return where this page hears of news, or nothing: live streams are off, or nobody who opens cases sits here."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None or not actor.may(OPEN_CASES) or settings.LIVE_URL == "off":
        return ""
    if settings.LIVE_URL:
        is_a_host = settings.LIVE_URL.startswith("http") and settings.LIVE_URL.count("/") == 2
        return f"{settings.LIVE_URL}/live/" if is_a_host else settings.LIVE_URL
    name, _ = split_domain_port(request.get_host())
    return f"{request.scheme}://{name}:{settings.LIVE_PORT}/live/"


@register.simple_tag
def live_since() -> str:
    """Return when this page was made: what came into its list later is new on it."""
    return clock.now().isoformat()
