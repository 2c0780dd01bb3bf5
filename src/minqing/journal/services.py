"""Write entries, erase their personal values, and deliver them to reactions."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import connection, transaction
from procrastinate.contrib.django import app

from minqing.journal.events import EVENTS, Event, FileOpened, detail_hash, fields_of, to_json
from minqing.journal.models import Awaiting, Detail, Entry, ReactionDone
from minqing.kernel.access import Hand
from minqing.kernel.clock import to_the_hour
from minqing.kernel.copying import Shape, copy_rows
from minqing.kernel.doorbell import ring_after_commit
from minqing.kernel.ids import random_id, uuid7, uuid7_bytes, uuid7_text

SALT_BYTES: Final = 16
DELIVER: Final = "journal.deliver"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a reaction learns of the entry beside the event itself."""

    id: UUID
    at: datetime
    hand: Hand


E = TypeVar("E", bound=Event)
Reaction = Callable[[Any, Recorded], None]
_REACTIONS: Final[dict[str, dict[str, Reaction]]] = defaultdict(dict)


def reacts_to(event: type[E]) -> Callable[[Callable[[E, Recorded], None]], Callable[[E, Recorded], None]]:
    """Have a function called once for every entry of an event, soon after it commits, in a worker."""

    def register(reaction: Callable[[E, Recorded], None]) -> Callable[[E, Recorded], None]:
        _REACTIONS[event.kind][f"{reaction.__module__}.{reaction.__qualname__}"] = reaction
        return reaction

    return register


def reactions_to(kind: str) -> dict[str, Reaction]:
    """Return the reactions to an event's kind, by name."""
    return dict(_REACTIONS.get(kind, {}))


def entry_rows(event: Event, *, by: Hand, at: datetime) -> tuple[Entry, Detail | None]:
    """Make the rows of one entry without writing them (bulk writers use this too)."""
    if type(event).kind not in EVENTS:
        raise TypeError(f"{type(event).__name__} has no kind")
    facts, personal = event.parts()
    salt = secrets.token_bytes(SALT_BYTES) if personal else b""
    entry = Entry(
        # A nameless hand leaves no time finer than the hour: neither in the column nor inside the id.
        id=random_id() if by.nameless else uuid7(),
        at=to_the_hour(at) if by.nameless else at,
        kind=event.kind,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        area_id=event.area_id,
        person_id=by.person_id,
        person_name=by.person_name,
        appointment_id=by.appointment_id,
        appointment_label=by.appointment_label,
        facts=facts,
        detail_hash=detail_hash(facts, personal, salt),
        is_read=event.is_read,
    )
    if not personal:
        return entry, None
    return entry, Detail(
        id=random_id() if by.nameless else uuid7(), entry=entry, personal=personal, salt=salt
    )


def record(event: Event, *, by: Hand, at: datetime) -> UUID:
    """Write one entry in the caller's transaction and defer its reactions; return the entry's id.

    Raises ``RuntimeError`` outside a transaction: an entry without its change, or the other way round, is a lie.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the transaction of the change")
    entry, detail = entry_rows(event, by=by, at=at)
    kept = _together.get()
    if kept is None:
        _write([(entry, detail, by.nameless)])
    else:
        kept.append((entry, detail, by.nameless))
    return entry.id


Rows = list[tuple[Entry, Detail | None, bool]]
_together: Final[ContextVar[Rows | None]] = ContextVar("journal_together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write the entries of a block in one go at its end, in their order; none if the block fails.

    For a change that leaves several entries: a statement for all of them, and one for their details. Inside another
    such block it changes nothing.
    """
    if _together.get() is not None:
        yield
        return
    rows: Rows = []
    token = _together.set(rows)
    try:
        yield
    finally:
        _together.reset(token)
    _write(rows)


def _write(rows: Rows) -> None:
    """Insert entries with their details, put what somebody reacts to into the queue, and ring for who waits."""
    if len(rows) == 1:
        rows[0][0].save(force_insert=True)
    elif rows:
        Entry.objects.bulk_create([entry for entry, _, _ in rows])
    details = [detail for _, detail, _ in rows if detail is not None]
    if len(details) == 1:
        details[0].save(force_insert=True)
    elif details:
        Detail.objects.bulk_create(details)
    for entry, _, nameless in rows:
        if _REACTIONS.get(entry.kind):
            if nameless:
                Awaiting.objects.create(id=random_id(), entry=entry)
            else:
                _defer(entry.id)
    if not all(entry.is_read for entry, _, _ in rows):
        ring_after_commit()


# The columns that record_many copies, and JSON as detail_hash writes it (a test compares both ways).
_ENTRY: Final = (
    "id", "at", "kind", "subject_kind", "subject_id", "area_id", "person_id", "person_name", "appointment_id",
    "appointment_label", "facts", "detail_hash", "is_read",
)  # fmt: skip
_DETAIL: Final = ("id", "entry_id", "personal", "salt")
_canonical: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def record_many(events: Iterable[tuple[Event, Hand, datetime]]) -> int:
    """Write many entries set-based, without reactions (imports and seeds tell nobody); return how many."""
    entries: list[tuple[Any, ...]] = []
    details: list[tuple[Any, ...]] = []
    for event, by, at in events:
        facts, personal = map(_canonical, event.parts())
        salt = secrets.token_bytes(SALT_BYTES) if personal != "{}" else b""
        key = str(random_id()) if by.nameless else uuid7_text()
        entries.append((
            key, to_the_hour(at) if by.nameless else at, event.kind, event.subject_kind, event.subject_id,
            event.area_id, by.person_id, by.person_name, by.appointment_id, by.appointment_label, facts,
            hashlib.sha256(salt + f"[{facts},{personal}]".encode()).digest(), event.is_read,
        ))  # fmt: skip
        if salt:
            details.append((str(random_id()) if by.nameless else uuid7_text(), key, personal, salt))
    copy_rows(Entry._meta.db_table, _ENTRY, entries)
    copy_rows(Detail._meta.db_table, _DETAIL, details)
    return len(entries)


def record_alike(
    kind: type[Event],
    subjects: Sequence[bytes],
    areas: Sequence[bytes],
    personal: tuple[str, Sequence[str]],
    *,
    subject_kind: str,
    by: Hand,
    at: datetime,
    **facts: Any,
) -> int:
    """Write an entry of one kind for each subject and its area (ids as bytes), without reactions; return how many.

    For subjects by the hundred thousand that differ in one ``personal`` text (its name, and a value for each). The rows
    are those of :func:`record_many` (a test compares both). Not for a nameless hand.
    """
    name, values = personal
    if kind.personal != {name} or {name, *facts} != set(fields_of(kind)) or by.nameless:
        raise TypeError(f"{kind.__name__} is not told by {name} and {sorted(facts)}")
    said = _canonical({key: to_json(value) for key, value in facts.items()})
    texts = [f'{{"{name}":{encode_basestring(value)}}}' for value in values]
    salts = secrets.token_bytes(SALT_BYTES * len(texts))
    salted = [salts[start : start + SALT_BYTES] for start in range(0, len(salts), SALT_BYTES)]
    keys = [uuid7_bytes() for _ in texts]
    told: dict[str, Sequence[Any]] = {
        "id": keys,
        "subject_id": subjects,
        "area_id": areas,
        "detail_hash": [
            hashlib.sha256(salt + f"[{said},{text}]".encode()).digest()
            for salt, text in zip(salted, texts, strict=True)
        ],
    }
    Shape(Entry).copy_columns(
        told, at=at, kind=kind.kind, subject_kind=subject_kind, person_id=by.person_id, person_name=by.person_name,
        appointment_id=by.appointment_id, appointment_label=by.appointment_label, facts=said, is_read=kind.is_read,
    )  # fmt: skip
    details: dict[str, Sequence[Any]] = {
        "id": [uuid7_bytes() for _ in texts],
        "entry_id": keys,
        "personal": texts,
        "salt": salted,
    }
    return Shape(Detail).copy_columns(details)


def record_read(
    *,
    subject_kind: str,
    subject_id: UUID,
    area_id: UUID,
    by: Hand,
    at: datetime,
    purpose: str,
    because: str | None = None,
    link_kind: str | None = None,
    link_id: UUID | None = None,
) -> None:
    """Write that somebody opened a file, and why. One per request; lists and masked names are none."""
    opened = FileOpened(
        subject_kind=subject_kind, subject_id=subject_id, area_id=area_id, purpose=purpose,
        because=because, link_kind=link_kind, link_id=link_id,
    )  # fmt: skip
    if connection.in_atomic_block or opened.personal or _REACTIONS.get(opened.kind):
        with transaction.atomic():
            record(opened, by=by, at=at)
        return
    # One row with no change beside it is a transaction by itself.
    entry, _ = entry_rows(opened, by=by, at=at)
    entry.save(force_insert=True)


def erase_personal(*, subject_kind: str, subject_id: UUID) -> int:
    """Empty the personal details of every entry about a subject; the entries stay. Return how many."""
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id).values("id")
    return Detail.objects.filter(entry__in=entries).update(personal={}, salt=b"")


def deliver(entry_id: UUID) -> int:
    """Run every reaction to an entry that has not been done yet; return how many ran.

    Each runs in a transaction with its mark: run it twice, and the second time finds the mark.
    """
    entry = Entry.objects.get(id=entry_id)
    event, recorded = revived(entry)
    done = 0
    failures: list[Exception] = []
    for name, reaction in reactions_to(entry.kind).items():
        try:
            with transaction.atomic():
                _, made = ReactionDone.objects.get_or_create(entry=entry, reaction=name)
                if made:
                    reaction(event, recorded)
                    done += 1
        except Exception as error:  # noqa: BLE001 - one failing reaction must not keep the others from running
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"reactions to {entry.kind} failed", failures)
    return done


def revived(entry: Entry) -> tuple[Event, Recorded]:
    """Return the event and the hand of a stored entry."""
    detail = Detail.objects.filter(entry=entry).first()
    event = EVENTS[entry.kind].rebuilt(
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        area_id=entry.area_id,
        values={**entry.facts, **(detail.personal if detail else {})},
    )
    hand = Hand(entry.person_id, entry.person_name, entry.appointment_id, entry.appointment_label)
    return event, Recorded(entry.id, entry.at, hand)


def _defer(entry_id: UUID) -> None:
    # By name: the job calls services, so services may not import it.
    app.configure_task("journal.deliver").defer(entry_id=str(entry_id))
