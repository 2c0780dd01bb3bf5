"""Let a photo of the handling be seen by the reporter: looked at first, with what must not be seen filled in on a copy.

Filled, not blurred: a blur can be undone. The original stays with the case, for officials.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageDraw

from minqing.cases.events_desk import PhotoReleased
from minqing.cases.models import Attachment, Case
from minqing.cases.models_desk import PhotoRelease
from minqing.cases.permissions_desk import RELEASE_PHOTOS
from minqing.cases.services.files import kept_only_if_all_goes_well
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import random_id

BOXES_MAX: Final = 20  # a picture that needs more is another picture
WHOLE: Final = 1_000  # boxes are told in thousandths of the picture, whatever its size
_INK: Final = (38, 43, 40)
_QUALITY: Final = 82

Box = tuple[int, int, int, int]  # left, top, width, height


def release_photo(*, attachment_id: UUID, boxes: Sequence[Box], by: Actor, at: datetime) -> PhotoRelease:
    """Let the reporter see a photo of the handling, with boxes filled in on a copy; without boxes as it is.

    Done again, the last one holds. Raises ``Refused`` for boxes of no sense and :class:`NotThere`.
    """
    attachment = _attachment(attachment_id, by)
    checked = _checked(boxes)
    picture = _covered(Path(default_storage.path(str(attachment.file))), checked) if checked else b""
    with transaction.atomic(), kept_only_if_all_goes_well() as names:
        release = PhotoRelease.objects.select_for_update().filter(attachment=attachment).first()
        before = str(release.file) if release else ""
        if release is None:
            release = PhotoRelease(attachment=attachment)
        release.file, release.boxes = "", [list(one) for one in checked]
        if picture:
            name = default_storage.save(f"cases/{at:%Y}/{random_id().hex}.jpg", ContentFile(picture))
            names.append(name)
            release.file = name
        release.decided_by_id, release.decided_at = by.person_id, at
        release.save()
        _say(attachment, len(checked), released=True, by=by, at=at)
        if before:
            transaction.on_commit(lambda: default_storage.delete(before))
    return release


@transaction.atomic
def withdraw_photo(*, attachment_id: UUID, by: Actor, at: datetime) -> None:
    """Take a photo away from the reporter's eyes again; nothing happens where it is not there to be seen."""
    attachment = _attachment(attachment_id, by)
    release = PhotoRelease.objects.select_for_update().filter(attachment=attachment).first()
    if release is None:
        return
    before = str(release.file)
    release.delete()
    _say(attachment, 0, released=False, by=by, at=at)
    if before:
        transaction.on_commit(lambda: default_storage.delete(before))


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
    by.require(RELEASE_PHOTOS, found.case.area.path)
    if not found.step:
        raise Refused("这是反映人自己传的照片，反映人本来就看得到，不用公开。")
    return found


def _checked(boxes: Sequence[Box]) -> list[Box]:
    if len(boxes) > BOXES_MAX:
        raise Refused(f"最多遮 {BOXES_MAX} 处。", field="boxes")
    for left, top, width, height in boxes:
        inside = left >= 0 and top >= 0 and left + width <= WHOLE and top + height <= WHOLE
        if width < 1 or height < 1 or not inside:
            raise Refused("有一处遮挡不在照片里，请重新画。", field="boxes")
    return list(boxes)


def _covered(path: Path, boxes: Sequence[Box]) -> bytes:
    """Return a JPEG of the picture with the boxes filled in; from bare pixels, so that nothing else comes along."""
    try:
        with Image.open(path) as picture:
            covered = picture.convert("RGB")
    except OSError:
        raise NotThere("这张照片的文件不在了，请联系系统管理员从备份恢复。") from None
    draw = ImageDraw.Draw(covered)
    across, down = covered.width / WHOLE, covered.height / WHOLE
    for left, top, width, height in boxes:
        # A pixel more on each side: what stands at the edge of a box must not show.
        corner = (int(left * across) - 1, int(top * down) - 1)
        draw.rectangle((*corner, int((left + width) * across) + 1, int((top + height) * down) + 1), fill=_INK)
    bare = Image.frombytes("RGB", covered.size, covered.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _say(attachment: Attachment, boxes: int, *, released: bool, by: Actor, at: datetime) -> None:
    event = PhotoReleased(
        subject_kind="case", subject_id=attachment.case_id, area_id=attachment.case.area_id,
        attachment_id=str(attachment.id), boxes=boxes, released=released,
    )  # fmt: skip
    record(event, by=by.hand, at=at)
