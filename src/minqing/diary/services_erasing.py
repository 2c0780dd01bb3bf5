"""Take a person out of the diary: words about them alone go, words about a household lose their name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from minqing.diary import rules
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.journal.events import ERASED
from minqing.kernel.text import without

GONE: Final = "（应本人请求删除）"
_NO_HASH: Final = b"\0" * 32


@dataclass(frozen=True, slots=True)
class ErasedVisits:
    """How many visits lost their words, and the words, so that the journal's details can forget them too."""

    count: int
    words: tuple[str, ...]


@transaction.atomic
def erase_visits(*, resident_ids: Collection[UUID], visit_id: UUID | None = None) -> ErasedVisits:
    """Empty the words, place and photos of the visits to one person (or of one of them).

    The row stays: that there was a visit, when and by whom, counts and names nobody.
    """
    visits = Visit.everything.select_for_update().filter(
        subject_kind="resident", subject_id__in=list(resident_ids)
    )
    if visit_id is not None:
        visits = visits.filter(id=visit_id)
    count = 0
    words: list[str] = []
    for visit in visits:
        words += [visit.met, visit.heard, visit.done]
        visit.met, visit.heard, visit.done = "", "", GONE
        visit.lon = visit.lat = visit.accuracy_m = None
        visit.content_hash = _NO_HASH
        visit.version += 1
        visit.save()
        for finding in Finding.objects.filter(visit=visit):
            words += [finding.text, finding.solution]
            # Two findings of a visit may not read the same.
            finding.text = f"{GONE}{finding.number}"
            finding.solution = GONE if finding.solved_on_spot else ""
            finding.save(update_fields=["text", "solution"])
        _drop_photos(visit)
        count += 1
    return ErasedVisits(count, tuple(one for one in words if one))


@transaction.atomic
def erase_mentions(*, household_ids: Collection[UUID], values: tuple[str, ...]) -> int:
    """Take somebody's name and numbers out of the words of visits to their households; return how many changed."""
    count = 0
    for visit in Visit.everything.select_for_update().filter(
        subject_kind="household", subject_id__in=list(household_ids)
    ):
        before = (visit.met, visit.heard, visit.done)
        visit.met = without(visit.met, values, ERASED)[: rules.MET_MAX]
        visit.heard, visit.done = without(visit.heard, values, ERASED), without(visit.done, values, ERASED)
        if (visit.met, visit.heard, visit.done) != before:
            visit.content_hash, visit.version = _NO_HASH, visit.version + 1
            visit.save()
            count += 1
        for finding in Finding.objects.filter(visit=visit):
            text, solution = without(finding.text, values, ERASED), without(finding.solution, values, ERASED)
            if (text, solution) != (finding.text, finding.solution):
                twin = Finding.objects.filter(visit=visit, text=text).exclude(id=finding.id).exists()
                text = f"{text[: rules.FINDING_TEXT_MAX - 5]}（{finding.number}）" if twin else text
                finding.text = text[: rules.FINDING_TEXT_MAX]
                finding.solution = solution[: rules.FINDING_TEXT_MAX]
                finding.save(update_fields=["text", "solution"])
    return count


def _drop_photos(visit: Visit) -> None:
    photos = VisitPhoto.objects.filter(visit=visit)
    names = [str(one.file.name) for one in photos]
    photos.delete()

    def delete_files() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(delete_files)
