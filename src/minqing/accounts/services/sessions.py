"""Sessions of a person: the list of one's own devices, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from minqing.accounts.models import Session
from minqing.accounts.session_store import SessionStore, hash_of
from minqing.kernel import clock
from minqing.kernel.errors import NotThere


@dataclass(frozen=True, slots=True)
class Device:
    """One place where somebody is signed in."""

    id: UUID
    device: str
    made_at: datetime
    seen_at: datetime
    is_this: bool


def devices_of(person_id: UUID, session_key: str | None) -> list[Device]:
    """Return where somebody is signed in now, latest first."""
    now, this = clock.machine(), hash_of(session_key or "")
    rows = Session.objects.filter(person_id=person_id, expires_at__gt=now, idle_until__gt=now).order_by(
        "-seen_at"
    )
    return [
        Device(one.id, one.device or "没有记下的设备", one.made_at, one.seen_at, bytes(one.key_hash) == this)
        for one in rows
    ]


def end_sessions(person_id: UUID, *, but: str | None = None) -> int:
    """Sign somebody out everywhere, or everywhere but in the session with that key; return how many ended."""
    found = Session.objects.filter(person_id=person_id)
    if but is not None:
        found = found.exclude(key_hash=hash_of(but))
    return found.delete()[0]


def end_session(person_id: UUID, session_id: UUID) -> None:
    """Sign oneself out on one device."""
    if not Session.objects.filter(id=session_id, person_id=person_id).delete()[0]:
        raise NotThere("那里已经退出了。")


def forget_ended_sessions() -> None:
    """Delete sessions that are over."""
    SessionStore.clear_expired()
