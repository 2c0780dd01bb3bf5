"""Where sessions are kept (``settings.SESSION_ENGINE``): by the hash of their key, whose they are, until when.

Django's own store keeps the key itself and does not know whose session it is. This one ends all sessions of a person in
one statement, and a copy of the database signs nobody in. Times are the machine's own, whatever a story's clock says.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from minqing.accounts.models import Person, Session
from minqing.kernel import clock
from minqing.kernel.settings import settings
from minqing.kernel.statements import statement

# In the session: what kind of device it is, said once at signing in.
DEVICE_KEY: Final = "device"
PHONE_KEY: Final = "is_phone"
# A row is written at most once a minute for having been used.
TOUCH_AFTER: Final = timedelta(minutes=1)
# Of somebody who has not signed in: a form's token, a message, a code typed and waiting.
ANONYMOUS_FOR: Final = timedelta(hours=12)


def hash_of(session_key: str) -> bytes:
    """Return what the database knows of a session's key, which is random and long enough to need no salt."""
    return sha256(session_key.encode()).digest()


@statement
def _with_key(*, key_hash: bytes, now: datetime) -> QuerySet[Session]:
    """The session with whose it is: one statement for both."""
    found = Session.objects.filter(key_hash=key_hash, expires_at__gt=now, idle_until__gt=now)
    return found.select_related("person")


class SessionStore(SessionBase):
    """One session, in the table ``signed_in_session``."""

    _row: Session | None = None
    # Whether being read is being used. What a page asks by itself, or a stream, keeps nobody signed in.
    touches = True

    @property
    def person(self) -> Person | None:
        """Whose the session was when it was read in this request; nobody before anybody has read it."""
        return self._row.person if self._row is not None else None

    def load(self) -> dict[str, Any]:
        """Return what the session holds; one that is over is a new and empty one."""
        now = clock.machine()
        row = _with_key.one(key_hash=hash_of(self.session_key or ""), now=now)
        if row is None:
            self._session_key = None
            return {}
        self._row = row
        if self.touches and row.person_id is not None and now - row.seen_at >= TOUCH_AFTER:
            idle = row.idle_until - row.seen_at
            Session.objects.filter(id=row.id).update(seen_at=now, idle_until=now + idle)
        held: dict[str, Any] = self.decode(row.data)
        return held

    def exists(self, session_key: str) -> bool:
        """Whether a key is taken."""
        return Session.objects.filter(key_hash=hash_of(session_key)).exists()

    def create(self) -> None:
        """Begin an empty session under a new key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # not in the stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the session down; the end it had when somebody signed in stays its end."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        now = clock.machine()
        key_hash = hash_of(self.session_key)
        fields: dict[str, Any] = {"data": self.encode(data), "person_id": data.get(SESSION_KEY)}
        if not must_create:
            changed = Session.objects.filter(key_hash=key_hash)
            if self._row is None or str(self._row.person_id) != str(fields["person_id"]):
                fields |= {"made_at": now, "seen_at": now, **self._ends(data, now)}
            if not changed.update(**fields, device=data.get(DEVICE_KEY, "")):
                raise UpdateError
            return
        # A new key of the same person (after a step-up, a new password) does not begin a new day.
        before = self._row
        same = before is not None and str(before.person_id) == str(fields["person_id"])
        ends = (
            {"made_at": before.made_at, "idle_until": before.idle_until, "expires_at": before.expires_at}
            if before is not None and same
            else {"made_at": now, **self._ends(data, now)}
        )
        try:
            with transaction.atomic():
                Session.objects.create(
                    key_hash=key_hash, **fields, **ends, seen_at=now, device=data.get(DEVICE_KEY, "")
                )
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        """End a session."""
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(key_hash=hash_of(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete what is over."""
        now = clock.machine()
        Session.objects.filter(expires_at__lte=now).delete()
        Session.objects.filter(idle_until__lte=now).delete()

    def _ends(self, data: dict[str, Any], now: datetime) -> dict[str, Any]:
        if data.get(SESSION_KEY) is None:
            return {"idle_until": now + ANONYMOUS_FOR, "expires_at": now + ANONYMOUS_FOR}
        asked = settings()
        if data.get(PHONE_KEY):
            idle, whole = asked.phone_idle_minutes, asked.phone_session_hours
        else:
            idle, whole = asked.desk_idle_minutes, asked.desk_session_hours
        return {"idle_until": now + timedelta(minutes=idle), "expires_at": now + timedelta(hours=whole)}
