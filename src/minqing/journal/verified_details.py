"""Personal details beside their entries: what is still there must give the hash that the entry holds."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from uuid import UUID

_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_load: Final = json.JSONDecoder().decode


class DetailsOf:
    """Counts details and remembers the first that does not match."""

    def __init__(self) -> None:
        self.checked = 0
        self.erased = 0
        self.first: tuple[int, UUID] | None = None

    def check(
        self, position: int, id_: bytes, facts: str, personal: str | None, wanted: bytes, salt: bytes | None
    ) -> None:
        """Compare one entry's detail, or that it never had one, with its hash (see ``events.detail_hash``)."""
        if personal is not None:
            self.checked += 1
            if personal == "{}" and not salt:
                self.erased += 1  # the salt went with the values: nobody can compute this hash again
                return
        text = f"[{_encode(_load(facts))},{_encode(_load(personal)) if personal is not None else '{}'}]"
        if hashlib.sha256((salt or b"") + text.encode()).digest() != wanted and self.first is None:
            self.first = position, UUID(bytes=id_)
