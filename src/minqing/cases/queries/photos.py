"""Photos of the handling: which of them the reporter may see, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage

from minqing.cases.models import Attachment, Case
from minqing.cases.models_desk import PhotoRelease
from minqing.cases.permissions_desk import RELEASE_PHOTOS
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused


@dataclass(frozen=True, slots=True)
class PhotoToRelease:
    """A photo before somebody's eyes who decides whether the reporter sees it."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    released: bool
    boxes: list[list[int]]
    by_name: str


def photo_to_release(attachment_id: UUID, *, by: Actor) -> PhotoToRelease:
    """Return a photo of the handling. Raises :class:`NotThere`, and ``Refused`` for one that the reporter sent."""
    found = _attachment(attachment_id, by)
    by.require(RELEASE_PHOTOS, found.case.area.path)
    if not found.step:
        raise Refused("这是反映人自己传的照片，反映人本来就看得到，不用公开。")
    release = PhotoRelease.objects.filter(attachment=found).select_related("decided_by").first()
    return PhotoToRelease(
        id=found.id,
        case_id=found.case_id,
        number=found.case.number,
        title=found.case.title,
        released=release is not None,
        boxes=[list(one) for one in release.boxes] if release else [],
        by_name=release.decided_by.name if release else "",
    )


def released_path(attachment_id: UUID, *, by: Actor) -> Path:
    """Return where the picture lies that the reporter sees. Raises :class:`NotThere` for one that is not released."""
    found = _attachment(attachment_id, by)
    path = seen_by_reporter(found)
    if path is None:
        raise NotThere("这张照片还没有公开给反映人。")
    return path


def seen_by_reporter(attachment: Attachment) -> Path | None:
    """Return the picture that a receipt shows for a photo: the reporter's own, a released one's copy, or none."""
    if not attachment.step:
        return Path(default_storage.path(str(attachment.file)))
    release = PhotoRelease.objects.filter(attachment=attachment).first()
    if release is None:
        return None
    return Path(default_storage.path(str(release.file or attachment.file)))


def released_of(case: Case) -> set[UUID]:
    """Return the photos of a case's handling that its reporter may see."""
    return set(PhotoRelease.objects.filter(attachment__case=case).values_list("attachment_id", flat=True))


def _attachment(attachment_id: UUID, by: Actor) -> Attachment:
    found = (
        Attachment.objects.filter(
            id=attachment_id, case__in=Case.objects.visible_to(by).order_by().values("id")
        )
        .select_related("case__area")
        .first()
    )
    if found is None:
        raise NotThere
    return found
