"""What stands around a page's own content: its heading, the thumb's bar, who is acting, the type size."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString

from minqing.ui.library import Values, box, component

LARGE_TYPE_COOKIE = "mq_type"


class Choice(Protocol):
    """An appointment that a person may act in (kernel.access.ActingAs fits)."""

    @property
    def id(self) -> UUID: ...
    @property
    def label(self) -> str: ...


@box("page_header.html")
def page_header(
    context: Context,
    content: SafeString,
    *,
    title: str,
    above: str = "",
    lead: str = "",
    back_href: str = "",
    back_label: str = "返回",
) -> Values:
    """The page's h1 with a line above and below; between the tags its buttons (may be empty)."""
    given: dict[str, object] = {
        "content": content if content.strip() else "",
        "title": title,
        "above": above,
        "lead": lead,
    }
    return given | {"back_href": back_href, "back_label": back_label}


@box("thumb_bar.html")
def thumb_bar(context: Context, content: SafeString, *, note: str = "") -> Values:
    """The main button (or two) of a phone page, always within the thumb's reach."""
    return {"content": content, "note": note}


@component("account_menu.html")
def account_menu(
    context: Context,
    *,
    name: str,
    acting_label: str,
    appointments: Iterable[Choice] = (),
    acting_id: UUID | None = None,
    switch_url: str = "",
    sign_out_url: str = "",
    password_url: str = "",
) -> Values:
    """Who is signed in and in which appointment; posts `appointment` (an id) to switch_url."""
    given: dict[str, object] = {
        "name": name,
        "acting_label": acting_label,
        "appointments": list(appointments),
    }
    return given | {
        "acting_id": acting_id,
        "switch_url": switch_url,
        "sign_out_url": sign_out_url,
        "password_url": password_url,
    }


def has_large_type(context: Context) -> bool:
    """Tell whether whoever reads asked for large type on this device."""
    request = context.get("request")
    return isinstance(request, HttpRequest) and request.COOKIES.get(LARGE_TYPE_COOKIE) == "large"


@component("type_mode.html")
def type_mode(context: Context) -> Values:
    """The attribute of <html> that turns large type on; each layout already has it."""
    return {"is_large": has_large_type(context)}


@component("large_type_toggle.html")
def large_type_toggle(context: Context) -> Values:
    """The button that turns large type on or off and keeps it on; each layout already has one."""
    return {"is_large": has_large_type(context)}
