"""Lists of tokens: one's own, and those of systems for whoever opens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from minqing.accounts import token_rules as rules
from minqing.accounts.models import ApiToken, Appointment
from minqing.kernel import clock

TOKEN_ROWS = 200  # a county has a dozen systems; ended ones fall off the end


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as a page lists it; never its secret."""

    id: UUID
    name: str
    is_system: bool
    scope_words: str
    person_name: str
    office: str
    hint: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    is_live: bool
    may_be_taken: bool
    state_words: str


def own_tokens(person_id: UUID, *, at: datetime) -> list[TokenLine]:
    """Return somebody's tokens, latest first."""
    return _lines(person_id=person_id, at=at)


def system_tokens(*, at: datetime) -> list[TokenLine]:
    """Return the tokens of systems, latest first; the page asks who may see them."""
    return _lines(is_system=True, at=at)


def _lines(*, at: datetime, **which: object) -> list[TokenLine]:
    found = (
        ApiToken.objects.filter(**which)
        .select_related("person", "appointment__area", "appointment__unit")
        .defer("appointment__area__outline")
        .order_by("-made_at", "-id")[:TOKEN_ROWS]
    )
    current = Appointment.objects.current(clock.local(at).date())
    held = set(current.filter(id__in=[one.appointment_id for one in found]).values_list("id", flat=True))
    return [_line(one, one.appointment_id in held, at) for one in found]


def _line(token: ApiToken, is_held: bool, at: datetime) -> TokenLine:
    waits = token.taken_at is None and at - token.made_at <= rules.TAKEN_WITHIN
    over = token.revoked_at is not None or token.expires_at <= at or not is_held
    return TokenLine(
        id=token.id,
        name=token.name,
        is_system=token.is_system,
        scope_words=rules.scope_words(token.scopes),
        person_name=token.person.name,
        office=token.appointment.label,
        hint=token.hint,
        made_at=token.made_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        is_live=token.taken_at is not None and not over,
        may_be_taken=waits and not over,
        state_words=_state_words(token, is_held, waits, at),
    )


def _state_words(token: ApiToken, is_held: bool, waits: bool, at: datetime) -> str:
    if token.revoked_at is not None:
        return "已撤销"
    if not is_held:
        return "任职已结束，失效"
    if token.expires_at <= at:
        return "已到期"
    if token.taken_at is None:
        return "等负责人领取" if waits else "没有领取，已失效"
    return "有效"
