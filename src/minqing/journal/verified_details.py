"""Personal details beside their entries: what is still there must give the hash that the entry holds."""

from __future__ import annotations

import hashlib
import json
from json import encoder
from typing import Any, Final
from uuid import UUID

_scan: Final[Any] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
# As `events.detail_hash` writes it. json.JSONEncoder would build this anew for every value, at twice the price.
_encode: Final[Any] = encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, None, encoder.encode_basestring, None, ":", ",", True, False, True
)


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
        if personal is None:
            values: Any = {}
        else:
            self.checked += 1
            if personal == "{}" and not salt:
                self.erased += 1  # the salt went with the values: nobody can compute this hash again
                return
            values = _scan(personal, 0)[0]
        text = "".join(_encode([_scan(facts, 0)[0], values], 0))
        if hashlib.sha256((salt or b"") + text.encode()).digest() != wanted and self.first is None:
            self.first = position, UUID(bytes=id_)
