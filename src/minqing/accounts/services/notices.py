"""What a person is told about their own account: kept until they have seen it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.accounts.models import SecurityNotice
from minqing.kernel import clock


def tell(person_id: UUID, sentence: str, at: datetime) -> None:
    """Keep a sentence for a person."""
    SecurityNotice.objects.create(person_id=person_id, sentence=sentence, made_at=at)


@transaction.atomic
def told(person_id: UUID, at: datetime) -> list[str]:
    """Return what a person has not seen yet, with its time, and mark it as seen."""
    waiting = list(
        SecurityNotice.objects.select_for_update()
        .filter(person_id=person_id, shown_at=None)
        .order_by("made_at")
    )
    SecurityNotice.objects.filter(id__in=[one.id for one in waiting]).update(shown_at=at)
    return [f"{clock.local(one.made_at):%Y-%m-%d %H:%M} {one.sentence}" for one in waiting]
