"""Where a sentence about what was just done waits for the next page: in a sealed cookie, else in the session.

The session stands in the database: every step would write it twice, once to put the sentence there and once to take it
away. A sentence may name a resident, so the browser gets it sealed, and bound to the session: who signs in next at the
same desk cannot read what the one before left unread.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponse

from minqing.kernel.sealed import Unreadable, seal, unseal

# A browser keeps 4 KB of a cookie, and sealing adds a third and a few bytes.
BYTES_MAX: Final = 2000
_PLACE: Final = "cookie.messages"


class SealedCookie(BaseStorage):
    """Sentences in a cookie that this session alone can open."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        box = self.request.COOKIES.get(cookie_name())
        if not box:
            return [], False
        try:
            found = unseal(urlsafe_b64decode(box), place=_PLACE, row=self._session())
            return json.loads(found, cls=MessageDecoder), False
        except (Unreadable, ValueError):  # of another session, or nothing of ours
            self.used = True
            return [], False

    def _store(
        self, messages: Sequence[Message], response: HttpResponse, *args: Any, **kwargs: Any
    ) -> list[Message]:
        """Put sentences into the cookie; return those that do not fit in."""
        words = json.dumps(list(messages), cls=MessageEncoder, ensure_ascii=False) if messages else ""
        fits = len(words.encode()) <= BYTES_MAX
        if words and fits:
            response.set_cookie(
                cookie_name(),
                urlsafe_b64encode(seal(words, place=_PLACE, row=self._session())).decode(),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif cookie_name() in self.request.COOKIES:
            response.delete_cookie(cookie_name(), samesite="Lax")
        return [] if fits else list(messages)

    def _session(self) -> UUID:
        key = self.request.session.session_key or ""
        return UUID(bytes=sha256(key.encode()).digest()[:16])


class Storage(FallbackStorage):
    """In the cookie; what is too long for one, in the session."""

    storage_classes = (SealedCookie, SessionStorage)

    storages: list[BaseStorage]
    _used_storages: set[BaseStorage]

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        found: tuple[list[Any], bool] = super()._get(*args, **kwargs)  # type: ignore[misc]  # not in the stubs
        # A cookie that does not open is taken away with those that were read.
        self._used_storages |= {one for one in self.storages if one.used}
        return found


def cookie_name() -> str:
    """Return the cookie's name: bound to the host, where the session's is."""
    return f"{'__Host-' if settings.SESSION_COOKIE_NAME.startswith('__Host-') else ''}messages"
