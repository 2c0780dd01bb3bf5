"""Tokens of the interface: made for oneself, or opened for a system and fetched by whoever answers for it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.accounts import token_rules as rules
from minqing.accounts.actor import Acting, AppointedActor
from minqing.accounts.events import TokenMade, TokenOpened, TokenRevoked, TokenTaken
from minqing.accounts.models import ApiToken, Appointment
from minqing.accounts.permissions import MANAGE_TOKENS
from minqing.accounts.services.notices import tell
from minqing.accounts.session_store import hash_of
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused

_SHOWN_ONCE: Final = "这个令牌已经显示过一次，不再显示。没有记下的话，请撤销它，另做一个。"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever came with a token: the actor of its one appointment, and what the token is for."""

    token_id: UUID
    name: str
    is_system: bool
    scopes: frozenset[str]
    actor: AppointedActor

    def require(self, scope: str) -> None:
        """Raise :class:`NotAllowed` unless the token is for this."""
        if scope not in self.scopes:
            raise NotAllowed(f"这个令牌没有“{rules.SCOPE_LABELS[scope]}”的用途，请换一个令牌。")


@transaction.atomic
def make_token(
    *, token_id: UUID, name: str, scopes: Collection[str], days: int, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for one's own script in the acting appointment; return it with its secret, shown this once.

    Raises ``Refused`` naming the field, ``Conflict`` for the same form again.
    """
    if by.acting is None:
        raise NotAllowed("您目前没有有效的任职，不能生成接口令牌。")
    appointment = Appointment.objects.select_related("person").get(id=by.acting.id)
    made = _new(token_id, appointment, name, scopes, days, is_system=False, made_by=by.person_id, at=at)
    secret = _give_secret(made, at)
    event = TokenMade(
        subject_kind="person", subject_id=by.person_id, area_id=by.acting.area_id, title=name,
        scopes_label=rules.scope_words(scopes), until=clock.local(made.expires_at).date(),
    )  # fmt: skip
    record(event, by=by.hand, at=at)
    return made, secret


@transaction.atomic
def open_system_token(
    *,
    token_id: UUID,
    appointment_id: UUID,
    name: str,
    scopes: Collection[str],
    days: int,
    by: Actor,
    at: datetime,
) -> ApiToken:
    """Open a token for a named system, in the appointment of the official who answers for it.

    There is no secret yet: that official fetches it, so that whoever gives rights holds none of them.
    """
    today = clock.local(at).date()
    appointment = (
        Appointment.objects.current(today)
        .select_related("person", "area", "unit")
        .filter(id=appointment_id)
        .first()
    )
    if appointment is None:
        raise Refused("这个任职不存在，或者已经结束，请另选。", field="appointment")
    by.require(MANAGE_TOKENS, appointment.area.path)
    if appointment.person_id == by.person_id:
        raise Refused("不能为自己开通，请由另一位安全管理员来办。", field="appointment")
    made = _new(token_id, appointment, name, scopes, days, is_system=True, made_by=by.person_id, at=at)
    tell(
        appointment.person_id,
        f"{by.person_name}为“{name}”开通了接口，由您负责。请到“接口令牌”领取，{rules.TAKEN_WITHIN.days} 天内有效。",
        at,
    )
    event = TokenOpened(
        subject_kind="person", subject_id=appointment.person_id, area_id=appointment.area_id, title=name,
        name=appointment.person.name, office=appointment.label, scopes_label=rules.scope_words(scopes),
        until=clock.local(made.expires_at).date(),
    )  # fmt: skip
    record(event, by=by.hand, at=at)
    return made


@transaction.atomic
def take_token(*, token_id: UUID, by: Actor, at: datetime) -> tuple[ApiToken, str]:
    """Fetch the secret of a system's token that was opened for oneself; return it, shown this once."""
    found = ApiToken.objects.select_for_update().filter(id=token_id, person_id=by.person_id).first()
    if found is None:
        raise NotThere("没有要领取的令牌。")
    if found.taken_at is not None:
        raise Conflict(_SHOWN_ONCE)
    if found.revoked_at is not None or at - found.made_at > rules.TAKEN_WITHIN:
        raise Refused("这个令牌已经不能领取，请安全管理员重新开通。")
    secret = _give_secret(found, at)
    area_id = Appointment.objects.values_list("area_id", flat=True).get(id=found.appointment_id)
    event = TokenTaken(subject_kind="person", subject_id=by.person_id, area_id=area_id, title=found.name)
    record(event, by=by.hand, at=at)
    return found, secret


@transaction.atomic
def revoke_token(*, token_id: UUID, by: Actor, at: datetime) -> ApiToken:
    """End a token from its next use on: one's own, or any by whoever manages them. Twice is once."""
    found = (
        ApiToken.objects.select_for_update(of=("self",))
        .select_related("appointment__area")
        .filter(id=token_id)
        .first()
    )
    mine = found is not None and found.person_id == by.person_id
    if found is None or not (mine or by.may(MANAGE_TOKENS, found.appointment.area.path)):
        raise NotThere("没有这个令牌。")
    if found.revoked_at is not None:
        return found
    found.revoked_at, found.revoked_by_id = at, by.person_id
    found.save(update_fields=["revoked_at", "revoked_by"])
    event = TokenRevoked(
        subject_kind="person", subject_id=found.person_id, area_id=found.appointment.area_id, title=found.name
    )
    record(event, by=by.hand, at=at)
    return found


def bearer_of(secret: str, *, at: datetime) -> Bearer | None:
    """Return who comes with a token, or None: unknown, revoked, over, or its appointment is.

    One query; once a minute one more, to say that it was used.
    """
    if not secret.startswith(rules.PREFIX) or len(secret) > rules.SECRET_MAX:
        return None
    today = clock.local(at).date()
    found = (
        ApiToken.objects.filter(
            key_hash=hash_of(secret),
            revoked_at=None,
            expires_at__gt=at,
            appointment__in=Appointment.objects.current(today).order_by().values("id"),
        )
        .select_related("person", "appointment__area", "appointment__unit")
        .defer("appointment__area__outline")
        .first()
    )
    if found is None:
        return None
    if found.used_at is None or at - found.used_at >= rules.TOUCH_AFTER:
        ApiToken.objects.filter(id=found.id).update(used_at=at)
    held = found.appointment
    acting = Acting(
        id=held.id,
        role=held.the_role,
        area_id=held.area_id,
        area_path=held.area.path,
        area_name=held.area.name,
        unit_id=held.unit_id,
        # As the journal keeps it: the hand is the person's, and it came through this.
        label=f"{held.label}（接口“{found.name}”）",
    )
    actor = AppointedActor(found.person_id, found.person.name, acting, (acting,))
    return Bearer(found.id, found.name, found.is_system, frozenset(found.scopes), actor)


def _new(
    token_id: UUID,
    appointment: Appointment,
    name: str,
    scopes: Collection[str],
    days: int,
    *,
    is_system: bool,
    made_by: UUID,
    at: datetime,
) -> ApiToken:
    if refusal := rules.why_not_token(scopes=scopes, days=days, for_system=is_system):
        raise Refused(refusal[1], field=refusal[0])
    live = ApiToken.objects.filter(person_id=appointment.person_id, revoked_at=None, expires_at__gt=at)
    if live.count() >= rules.LIVE_MAX:
        raise Refused(f"同时有效的令牌最多 {rules.LIVE_MAX} 个，请先撤销不用的。")
    made = ApiToken(
        id=token_id,
        person_id=appointment.person_id,
        appointment=appointment,
        name=name,
        is_system=is_system,
        scopes=[key for key in rules.SCOPE_LABELS if key in scopes],
        made_by_id=made_by,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_SHOWN_ONCE) from None
    return made


def _give_secret(token: ApiToken, at: datetime) -> str:
    secret = rules.PREFIX + secrets.token_urlsafe(rules.SECRET_BYTES)
    token.key_hash, token.hint, token.taken_at = hash_of(secret), secret[: rules.HINT_LENGTH], at
    token.save(update_fields=["key_hash", "hint", "taken_at"])
    return secret
