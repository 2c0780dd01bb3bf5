"""Read the journal on: every entry of some kinds once, in order, in the transaction of what is done about it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import takewhile
from typing import Final

from django.db import transaction

from minqing.journal.public import Entry
from minqing.kernel import clock
from minqing.notices.models import Cursor
from minqing.notices.queries.feed import BATCH, LAST, Place, entries_between, horizon
from minqing.notices.rules import NEWS_AGE_MAX

Reader = Callable[[Sequence[Entry]], None]
# A reader that lies far behind takes so many batches a minute, and leaves the machine to others in between.
BATCHES_MAX: Final = 40
_log = logging.getLogger(__name__)


def follow(
    name: str,
    *,
    kinds: Collection[str],
    read: Reader,
    failed: Callable[[Entry], None],
    at: datetime,
    nameless: bool = False,
) -> int:
    """Hand what was written since the last time to ``read``, batch by batch; return how many entries.

    A batch that fails is read again entry by entry; one that fails alone is given to ``failed`` (which may leave it
    to a job that tries again) and passed over, so that one bad entry stops nobody else's news.
    """
    done = 0
    for _ in range(BATCHES_MAX):
        with transaction.atomic():
            cursor = _cursor(name, max(horizon() - 1, 0))
            entries = _next(cursor, kinds, at, nameless=nameless)
            try:
                with transaction.atomic():
                    read(entries)
            except Exception:  # noqa: BLE001 - the batch is taken apart below
                _log.exception("reading the journal for %s: a batch failed", name)
                _one_by_one(entries, read, failed)
        done += len(entries)
        if len(entries) < BATCH:
            break
    return done


@contextmanager
def sweep(name: str, *, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the moments between which something is to be looked at, in the transaction of what is done about it.

    The first time there is nothing to look at; after a long stop it begins :data:`NEWS_AGE_MAX` ago.
    """
    now = int(at.timestamp() * 1_000_000)
    with transaction.atomic():
        cursor = _cursor(name, now)
        since = max(datetime.fromtimestamp(cursor.position / 1_000_000, UTC), at - NEWS_AGE_MAX)
        yield since, at
        cursor.position = max(cursor.position, now)
        cursor.save(update_fields=["position"])


def _cursor(name: str, end: int) -> Cursor:
    """Lock a reader's place; one that is new begins at the end, for what was before it is no news."""
    held = Cursor.objects.select_for_update().filter(name=name).first()
    if held is not None:
        return held
    Cursor.objects.bulk_create([Cursor(name=name, position=end, entry_id=LAST)], ignore_conflicts=True)
    return Cursor.objects.select_for_update().get(name=name)


def _next(cursor: Cursor, kinds: Collection[str], at: datetime, *, nameless: bool) -> list[Entry]:
    """Return the next batch and move the place behind it."""
    before = horizon()
    entries = entries_between(
        Place(cursor.position, cursor.entry_id or LAST),
        before,
        kinds=kinds,
        since=at - NEWS_AGE_MAX,
        nameless=nameless,
    )
    if nameless:
        # What this hour brought waits until the hour is over.
        hour = clock.to_the_hour(at)
        told = list(takewhile(lambda one: one.at < hour, entries))
        if len(told) < len(entries):
            if told:
                cursor.position, cursor.entry_id = int(told[-1].xact), told[-1].id
                cursor.save(update_fields=["position", "entry_id"])
            return told
    if len(entries) == BATCH:
        cursor.position, cursor.entry_id = int(entries[-1].xact), entries[-1].id
    else:
        cursor.position, cursor.entry_id = max(before - 1, cursor.position), LAST
    cursor.save(update_fields=["position", "entry_id"])
    return entries


def _one_by_one(entries: Sequence[Entry], read: Reader, failed: Callable[[Entry], None]) -> None:
    for entry in entries:
        try:
            with transaction.atomic():
                read([entry])
        except Exception:  # noqa: BLE001 - whatever it was, it is logged and kept for a later try
            _log.warning("reading the journal: entry %s (%s) failed", entry.id, entry.kind, exc_info=True)
            failed(entry)
