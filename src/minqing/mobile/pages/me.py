"""我的: in which appointment I act, type size, password, signing out."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.cases import public as cases
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show
from minqing.notices import public as notices
from minqing.rights import public as rights

NOTICES: Final = 6


@page(signed_in="one's own page")
@require_safe
@never_cache
def me(request: OfficialRequest) -> HttpResponse:
    """Show who I am here."""
    actor = request.actor
    unread = notices.unread(actor)
    given = {
        "notices": cases.own_notices(actor, NOTICES),
        "unread": unread,
        "unread_words": f"{unread} 条未读",
        "acting_label": actor.acting.label if actor.acting else "目前没有有效的任职，请联系安全管理员",
        "many": len(actor.appointments) > 1,
        "may_hand_codes": actor.may(rights.HAND_OVER_CODES),
    }
    return show(request, "me", given, tab="me")
