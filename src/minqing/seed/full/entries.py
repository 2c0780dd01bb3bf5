"""Entries of the journal in bulk: the JSON of each kind is taken from its event class once, then only filled in.

What an entry holds, and which part of it is personal, is said by the event class alone: an event made with blanks is
asked for its parts, and the blanks are filled for every entry. Hashes are the journal's (`journal.events.detail_hash`).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from minqing.journal.public import Detail, Entry, Event
from minqing.kernel.access import Hand
from minqing.seed.full.moments import EPOCH_UNIX, HOUR
from minqing.seed.full.sheets import Sheet, blob, text, uid_or_null
from minqing.seed.full.sheets import json as packed_json

quote: Final = json.encoder.encode_basestring
"""A text as JSON writes it, with Chinese as it is; the same as `json.dumps(…, ensure_ascii=False)`."""

_IDS_AND_MOMENT: Final = struct.Struct(">i16siqi16si16s").pack
_TWO_IDS_AND_SALT: Final = struct.Struct(">i16si16si16s").pack
_SALT_BYTES: Final = 16
_LOW_62: Final = (1 << 62) - 1
_VERSION_7: Final = 0x7 << 76
_VERSION_4: Final = 0x4 << 76
_VARIANT: Final = 0b10 << 62


class Ids:
    """Ids as 16 bytes, in the shape of the real ones (RFC 9562), drawn from a generator."""

    def __init__(self, rng: Random) -> None:
        self._bits = rng.getrandbits
        self._made = 0

    def in_order(self, moment: int) -> bytes:
        """Make a time-ordered id; those of one second follow one another as they were made (RFC 9562, 6.2)."""
        self._made = self._made + 1 & 0xFFF
        high = (moment + EPOCH_UNIX) * 1000 << 80 | _VERSION_7 | self._made << 64
        return (high | _VARIANT | self._bits(62)).to_bytes(16, "big")

    def at(self, moment: int) -> bytes:
        """Make a time-ordered id within the second of a moment."""
        bits = self._bits(84)
        milliseconds = (moment + EPOCH_UNIX) * 1000 + (bits >> 74) % 1000
        low = (bits >> 62 & 0xFFF) << 64 | bits & _LOW_62
        return (milliseconds << 80 | _VERSION_7 | low | _VARIANT).to_bytes(16, "big")

    def timeless(self) -> bytes:
        """Make an id that tells no time."""
        bits = self._bits(122)
        high = bits >> 74 << 80 | (bits >> 62 & 0xFFF) << 64
        return (high | _VERSION_4 | _VARIANT | bits & _LOW_62).to_bytes(16, "big")


class Blank(str):
    """A place in an event that every entry fills for itself."""

    __slots__ = ()

    def __new__(cls, name: str) -> Blank:
        return super().__new__(cls, f"\0{name}\0")


class Shape:
    """The JSON of one kind of entry with its blanks, and the columns that are the same for all of them."""

    def __init__(self, event: Event) -> None:
        facts, personal = event.parts()
        self.facts = _template(facts)
        self.personal = _template(personal) if personal else None
        self.kinds = text(event.kind) + text(event.subject_kind)


def _template(part: Mapping[str, Any]) -> str:
    """Write canonical JSON as a %-template; a blank takes a value that is JSON already."""
    written = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("%", "%%")
    pieces = written.split('"\\u0000')
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition('\\u0000"')
        filled.append(f"%({name})s{rest}")
    return "".join(filled)


def hand_columns(hand: Hand) -> bytes:
    """Pack the four columns of a hand."""
    return (
        uid_or_null(hand.person_id.bytes if hand.person_id else None)
        + text(hand.person_name)
        + uid_or_null(hand.appointment_id.bytes if hand.appointment_id else None)
        + text(hand.appointment_label)
    )


class Journal:
    """Collects the entries and details of one chunk."""

    def __init__(self, rng: Random) -> None:
        self.ids, self._salt = Ids(rng), rng.randbytes
        self.entries = Sheet(Entry, _ENTRY_COLUMNS, is_read=False)
        self.details = Sheet(Detail, ("id", "entry_id", "salt", "personal"))

    def note(
        self,
        shape: Shape,
        values: Mapping[str, str],
        *,
        subject: bytes,
        area: bytes,
        hand: bytes,
        at: int,
        nameless: bool = False,
    ) -> None:
        """Note what happened. `values`: JSON for the blanks; `hand`: see `hand_columns`; ids are 16 bytes."""
        if nameless:
            at -= at % HOUR
            key = self.ids.timeless()
        else:
            key = self.ids.in_order(at)
        facts = (shape.facts % values).encode()
        personal, salt = b"{}", b""
        if shape.personal is not None:
            personal, salt = (shape.personal % values).encode(), self._salt(_SALT_BYTES)
            detail = self.ids.timeless() if nameless else self.ids.at(at)
            self.details.add(_TWO_IDS_AND_SALT(16, detail, 16, key, 16, salt), packed_json(personal))
        digest = hashlib.sha256(b"%b[%b,%b]" % (salt, facts, personal)).digest()
        self.entries.add(
            _IDS_AND_MOMENT(16, key, 8, at * 1_000_000, 16, subject, 16, area),
            shape.kinds,
            hand,
            packed_json(facts),
            blob(digest),
        )


_ENTRY_COLUMNS: Final = (
    "id", "at", "subject_id", "area_id", "kind", "subject_kind", "person_id", "person_name", "appointment_id",
    "appointment_label", "facts", "detail_hash",
)  # fmt: skip
