"""Open a dossier: see it, and leave the entry that says so."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.journal.public import record_read
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.registry import rules
from minqing.registry.models import DuplicatePair
from minqing.registry.queries.dossier import Dossier, dossier
from minqing.registry.queries.subjects import SubjectRef


def open_dossier(*, ref: SubjectRef, purpose: str, by: Actor, at: datetime) -> Dossier:
    """Return a file and record that it was read, once. Raises :class:`NotThere`. The page is ``no-store``."""
    found = dossier(ref, by, at)
    record_read(
        subject_kind=ref.kind, subject_id=ref.id, area_id=found.subject.area_id, by=by.hand, at=at,
        purpose=purpose,
    )  # fmt: skip
    return found


PAIR_LINK: Final = "duplicate"


@transaction.atomic
def open_pair(*, pair_id: UUID, by: Actor, at: datetime) -> None:
    """Record that both files of a pair are read, side by side. Raises :class:`NotThere`."""
    pair = DuplicatePair.objects.visible_to(by).select_related("first", "second").filter(id=pair_id).first()
    if pair is None:
        raise NotThere
    for one in (pair.first, pair.second):
        record_read(
            subject_kind=rules.RESIDENT, subject_id=one.id, area_id=one.area_id, by=by.hand, at=at,
            purpose="核对重复档案", because="与另一份相似的档案对照", link_kind=PAIR_LINK, link_id=pair.id,
        )  # fmt: skip
