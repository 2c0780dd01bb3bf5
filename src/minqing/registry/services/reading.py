"""Open a dossier: see it, and leave the entry that says so."""

from __future__ import annotations

from datetime import datetime

from minqing.journal.public import record_read
from minqing.kernel.access import Actor
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
