"""Households, members and visits for the tests of the diary and of those above it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from minqing.accounts.public import AppointedActor
from minqing.accounts.tests.factories import AT
from minqing.areas.public import Area
from minqing.diary.models import Visit
from minqing.diary.public import record_visit
from minqing.kernel.ids import uuid7
from minqing.registry.public import Household, HouseholdMember, Resident, SubjectRef, Tag, TagKind

HOUR = timedelta(hours=1)


def make_household(area: Area, address: str = "举坑村岭脚12号") -> Household:
    """Register a household without asking anyone."""
    return Household.everything.create(area=area, address=address, changed_at=AT, changed_by_name="测试")


def make_resident(area: Area, name: str = "张桂香", household: Household | None = None) -> Resident:
    """Register a resident, in a household if one is given."""
    resident = Resident.everything.create(area=area, name=name, changed_at=AT, changed_by_name="测试")
    if household is not None:
        HouseholdMember.objects.create(
            household=household, resident=resident, relation="other_kin", starts_on=date(2026, 1, 1)
        )
    return resident


def make_tag(subject: Household | Resident, key: str, owner: UUID, starts_on: date = date(2026, 1, 1)) -> Tag:
    """Put a tag on a subject without asking anyone."""
    kind, _ = TagKind.objects.get_or_create(
        key=key, defaults={"label": key, "for_kinds": [subject.subject_kind]}
    )
    return Tag.everything.create(
        subject_kind=subject.subject_kind, subject_id=subject.id, area=subject.area, kind=kind,
        owner_id=owner, reason="测试", starts_on=starts_on,
    )  # fmt: skip


def ref(subject: Household | Resident) -> SubjectRef:
    """Return how others name a subject."""
    return SubjectRef(subject.subject_kind, subject.id)


def make_visit(subject: Household | Resident, by: AppointedActor, *, days_ago: float = 0, **given) -> Visit:
    """Record a visit through the service, made and sent ``days_ago``."""
    at = AT - timedelta(days=days_ago)
    words = {"met": "张阿婆", "heard": "门口的路灯不亮了。水管也漏。", "done": "当场记下。"} | given
    return record_visit(
        **{"visit_id": uuid7(), "subject": ref(subject), "visited_at": at - HOUR, "by": by, "at": at, **words}
    )


def jpeg(*, with_gps: bool = False, size: tuple[int, int] = (320, 240)) -> bytes:
    """Return a photo as a telephone makes it, with its position and maker if asked."""
    out = io.BytesIO()
    picture = Image.new("RGB", size, (40, 110, 85))
    exif = Image.Exif()
    if with_gps:
        exif[0x010F] = "HUAWEI"
        exif[0x9286] = "secret comment"
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", (29.0, 42.0, 3.6)
        gps[3], gps[4] = "E", (120.0, 38.0, 27.6)
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(data: bytes, name: str = "IMG_0001.jpg") -> SimpleUploadedFile:
    """Return a file as a form hands it in."""
    return SimpleUploadedFile(name, data, content_type="image/jpeg")
