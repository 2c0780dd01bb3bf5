"""Tell the officer who wrote something down what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from minqing.cases.models import Notice
from minqing.kernel.access import Actor


def tell(*, person_id: UUID, case_id: UUID, sentence: str, at: datetime) -> Notice:
    """Leave a line for a person."""
    return Notice.objects.create(person_id=person_id, case_id=case_id, sentence=sentence[:200], made_at=at)


def mark_read(*, by: Actor, at: datetime) -> int:
    """Mark all of one's own notices as read; return how many."""
    return Notice.objects.filter(person_id=by.person_id, read_at=None).update(read_at=at)
