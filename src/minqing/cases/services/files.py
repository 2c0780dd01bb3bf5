"""Photos of cases: made safe, stored under random names, gone again if the change is not kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from minqing.cases import rules
from minqing.cases.models import Attachment, Case
from minqing.kernel.errors import Refused
from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.images import reencode


def made_safe(uploads: Iterable[BinaryIO]) -> list[bytes]:
    """Return the pictures re-encoded, before any transaction begins (it takes long). Raises ``Refused``."""
    uploads = list(uploads)
    if len(uploads) > rules.PHOTOS_MAX:
        raise Refused(f"一次最多传 {rules.PHOTOS_MAX} 张照片，请少选几张。", field="photo")
    return [reencode(one) for one in uploads]


@contextmanager
def kept_only_if_all_goes_well() -> Iterator[list[str]]:
    """Collect names of stored files; delete them if the block fails."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


def attach(case: Case, pictures: list[bytes], *, step: str, at: datetime, names: list[str]) -> None:
    """Store pictures with a case; for an anonymous one the file, too, tells no more than the hour."""
    if not pictures:
        return
    if Attachment.objects.filter(case=case).count() + len(pictures) > rules.ATTACHMENTS_MAX:
        raise Refused(f"这件事项已有 {rules.ATTACHMENTS_MAX} 张照片，不能再加。", field="photo")
    for picture in pictures:
        name = default_storage.save(f"cases/{at:%Y}/{random_id().hex}.jpg", ContentFile(picture))
        names.append(name)
        if case.is_anonymous:
            path = Path(default_storage.path(name))
            for one in (path, path.parent):
                os.utime(one, (at.timestamp(), at.timestamp()))
        Attachment.objects.create(
            id=random_id() if case.is_anonymous else uuid7(),
            case=case,
            file=name,
            step=step,
            bytes_count=len(picture),
            made_at=at,
        )
