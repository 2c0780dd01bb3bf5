"""Write into the diary: a visit, a change to one's own visit, a finding picked out afterwards."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final, Protocol
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from minqing.areas.public import area, require_open
from minqing.diary import rules
from minqing.diary.events import FindingAdded, VisitAmended, VisitRecorded
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.diary.permissions import RECORD_VISIT
from minqing.diary.rules import FindingInput, GeoFix, Words
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.images import UPLOAD_BYTES_MAX, reencode
from minqing.registry import public as registry
from minqing.registry.public import SubjectRef

_HASH_CHUNK: Final = 64 * 1024
PHOTO_FOLDER: Final = "visits"
# A photo is written before its row commits: only what has lain there for a day has surely lost its row.
ORPHAN_AFTER: Final = timedelta(days=1)


class Upload(Protocol):
    """A file as a form or the sync hands it in."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


def record_visit(
    *,
    visit_id: UUID,
    subject: SubjectRef,
    visited_at: datetime,
    met: str = "",
    heard: str = "",
    done: str = "",
    kind: str = rules.VISIT,
    findings: Sequence[FindingInput] = (),
    photos: Sequence[Upload] = (),
    place: GeoFix | None = None,
    by: Actor,
    at: datetime,
) -> Visit:
    """Write a visit down, once: the same visit sent again is answered with the first, another one is refused.

    Under a new id too (the browser's Back draws a fresh form), as long as it is the same within ``TWIN_WITHIN``.

    Photos are made anew without EXIF; if the visit is not kept, neither are they.
    """
    words = Words(met=met, heard=heard, done=done, kind=kind)
    _refuse_bad_input(words, findings, len(photos), place, visited_at, at)
    place = rules.rounded(place) if place else None
    content = rules.content_hash(
        officer_id=by.person_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        visited_at=visited_at,
        words=words,
        findings=findings,
        place=place,
        photo_hashes=[_hash_of(upload) for upload in photos],
    )
    written: list[str] = []
    try:
        with transaction.atomic():
            # First of all: an officer whose appointment has ended since still gets the answer to what was kept then.
            before = _kept_before(visit_id, content)
            if before is not None:
                return before
            visit = _new_visit(visit_id, subject, words, place, by)
            visit.visited_at, visit.recorded_at = min(visited_at, at), at
            visit.content_hash = content
            pictures = [reencode(io.BytesIO(_bytes_of(upload))) for upload in photos]
            before = _twin(visit, findings, pictures, by) or _quicker(visit)
            if before is not None:
                return before
            rows = _keep_findings(visit, findings, at)
            _keep_photos(visit, pictures, written)
            record(recorded_event(visit, rows, len(pictures)), by=by.hand, at=at)
            return visit
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise


@transaction.atomic
def amend_visit(
    *, visit_id: UUID, base_version: int, met: str, heard: str, done: str, kind: str, by: Actor, at: datetime
) -> Visit:
    """Change the words of one's own visit within ``AMEND_WITHIN``; ``base_version`` is the one that was read."""
    visit = _locked(visit_id, by)
    by.require(RECORD_VISIT, visit.area.path)
    refusal = visit.why_not_amend(by.person_id, at)
    if refusal:
        raise Refused(refusal)
    before, after = visit.words, Words(met=met, heard=heard, done=done, kind=kind)
    wrong = rules.why_not_words(after, findings=Finding.objects.filter(visit=visit).count())
    if wrong:
        raise Refused(wrong[1], field=wrong[0])
    changed = [name for name in rules.FIELD_LABELS if getattr(before, name) != getattr(after, name)]
    if not changed:  # sent twice, or nothing changed
        return visit
    if base_version != visit.version:
        when = f"{clock.local(visit.amended_at):%m月%d日 %H:%M}" if visit.amended_at else "刚才"
        labels = "、".join(f"“{rules.FIELD_LABELS[name]}”" for name in changed)
        raise Conflict(
            f"{visit.officer.name}在{when}已经改过这条走访，和您这次的{labels}不同。"
            "请打开最新的内容核对，再决定保留哪一个。"
        )
    visit.met, visit.heard, visit.done, visit.kind = met, heard, done, kind
    visit.version += 1
    visit.amended_at = at
    visit.save(update_fields=["met", "heard", "done", "kind", "version", "amended_at"])
    amended = VisitAmended(
        subject_kind=visit.subject_kind,
        subject_id=visit.subject_id,
        area_id=visit.area_id,
        visit_id=visit.id,
        version=visit.version,
        field_labels=[rules.FIELD_LABELS[name] for name in changed],
        before={name: getattr(before, name) for name in changed},
        after={name: getattr(after, name) for name in changed},
    )
    record(amended, by=by.hand, at=at)
    return visit


@transaction.atomic
def add_finding(
    *, visit_id: UUID, text: str, solved_on_spot: bool = False, solution: str = "", by: Actor, at: datetime
) -> Finding:
    """Pick a sentence out of a visit. Picking the same one again returns the first."""
    visit = _locked(visit_id, by)
    by.require(RECORD_VISIT, visit.area.path)
    require_open(visit.area)
    given = FindingInput(text, solved_on_spot, solution)
    refusal = rules.why_not_findings([given])
    if refusal:
        raise Refused(refusal, field="finding")
    known = list(Finding.objects.filter(visit=visit).order_by("number"))
    for one in known:
        if one.text == text:
            if (one.solved_on_spot, one.solution) == (solved_on_spot, solution):
                return one
            raise Conflict(f"这句话已经是第 {one.number} 条发现了，请打开它查看。", field="finding")
    if len(known) >= rules.FINDINGS_MAX:
        raise Refused(f"一次走访最多记 {rules.FINDINGS_MAX} 条发现，请再记一次走访。", field="finding")
    finding = Finding(
        visit=visit,
        number=known[-1].number + 1 if known else 1,
        text=text,
        solved_on_spot=solved_on_spot,
        solution=solution,
        added_at=at,
    )
    finding.save(force_insert=True)
    added = FindingAdded(
        subject_kind=visit.subject_kind,
        subject_id=visit.subject_id,
        area_id=visit.area_id,
        visit_id=visit.id,
        finding_id=finding.id,
        number=finding.number,
        solved_on_spot=solved_on_spot,
        text=text,
        solution=solution,
    )
    record(added, by=by.hand, at=at)
    return finding


def recorded_event(visit: Visit, findings: Sequence[Finding], photo_count: int) -> VisitRecorded:
    """Return the event of a visit that was written down (set-based writers record it themselves)."""
    return VisitRecorded(
        subject_kind=visit.subject_kind,
        subject_id=visit.subject_id,
        area_id=visit.area_id,
        visit_id=visit.id,
        visit_kind=visit.kind,
        kind_label=visit.kind_label,
        visited_at=visit.visited_at.isoformat(),
        finding_count=len(findings),
        solved_count=sum(one.solved_on_spot for one in findings),
        photo_count=photo_count,
        with_place=visit.lon is not None,
        met=visit.met,
        heard=visit.heard,
        done=visit.done,
        findings=[one.text for one in findings],
    )


def remove_orphans(at: datetime) -> int:
    """Delete photo files that no visit holds (a process died between file and commit); return how many."""
    if not default_storage.exists(PHOTO_FOLDER):
        return 0
    removed = 0
    for year in default_storage.listdir(PHOTO_FOLDER)[0]:
        folder = PurePosixPath(PHOTO_FOLDER, year)
        names = [str(folder / name) for name in default_storage.listdir(str(folder))[1]]
        for name in sorted(set(names) - _held(names)):
            if default_storage.get_modified_time(name).astimezone(UTC) < at - ORPHAN_AFTER:
                default_storage.delete(name)
                removed += 1
    return removed


def _held(names: Iterable[str]) -> set[str]:
    return set(VisitPhoto.objects.filter(file__in=list(names)).values_list("file", flat=True))


def _refuse_bad_input(
    words: Words,
    findings: Sequence[FindingInput],
    photo_count: int,
    place: GeoFix | None,
    visited_at: datetime,
    at: datetime,
) -> None:
    wrong = rules.why_not_words(words, findings=len(findings))
    if wrong:
        raise Refused(wrong[1], field=wrong[0])
    if photo_count > rules.PHOTOS_MAX:
        raise Refused(f"照片最多 {rules.PHOTOS_MAX} 张，请去掉几张再提交。", field="photos")
    for field, refusal in (
        ("visited_at", rules.why_not_when(visited_at, at)),
        ("finding", rules.why_not_findings(findings)),
        ("lon", rules.why_not_place(place) if place else None),
    ):
        if refusal:
            raise Refused(refusal, field=field)


def _kept_before(visit_id: UUID, content: bytes) -> Visit | None:
    """Return the visit of that id if it is the same one; None if there is none. Raises :class:`Conflict`."""
    known = (
        Visit.objects.unscoped(
            "an id is taken or free wherever its visit was made; only the same content is shown"
        )
        .filter(id=visit_id)
        .first()
    )
    if known is not None and bytes(known.content_hash) != content:
        raise Conflict(
            "这条走访已经提交过，内容和这次不同。请先打开已提交的那条核对；要改动请用“修改”，另一次走访请新建。"
        )
    return known


def _new_visit(visit_id: UUID, subject: SubjectRef, words: Words, place: GeoFix | None, by: Actor) -> Visit:
    """Make the row after asking whether this actor may write about that subject there."""
    seen = registry.subject(subject.kind, subject.id, by)
    where = area(seen.area_id)
    by.require(RECORD_VISIT, where.path)
    require_open(where)
    assert by.acting is not None  # require() refuses whoever acts in no appointment
    return Visit(
        id=visit_id,
        area=where,
        officer_id=by.person_id,
        appointment_id=by.acting.id,
        kind=words.kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        accuracy_m=place.accuracy_m if place else None,
        met=words.met,
        heard=words.heard,
        done=words.done,
    )


def _twin(
    visit: Visit, findings: Sequence[FindingInput], pictures: Sequence[bytes], by: Actor
) -> Visit | None:
    """Return the visit that the officer recorded just before in the same words, unless other photos came with it."""
    near = rules.TWIN_WITHIN
    before = Visit.objects.visible_to(by).filter(
        officer_id=visit.officer_id,
        subject_kind=visit.subject_kind,
        subject_id=visit.subject_id,
        kind=visit.kind,
        met=visit.met,
        heard=visit.heard,
        done=visit.done,
        recorded_at__range=(visit.recorded_at - near, visit.recorded_at),
        # Two calls of one day that a telephone sends together, hours apart, are two.
        visited_at__range=(visit.visited_at - near, visit.visited_at + near),
    )
    photos = sorted(hashlib.sha256(data).digest() for data in pictures)
    for one in before.order_by("recorded_at", "id"):
        # What was picked out afterwards did not come with the form.
        kept = Finding.objects.filter(visit=one, added_at=one.recorded_at).order_by("number")
        if [FindingInput(it.text, it.solved_on_spot, it.solution) for it in kept] != list(findings):
            continue
        hashes = VisitPhoto.objects.filter(visit=one).values_list("sha256", flat=True)
        if not photos or sorted(bytes(it) for it in hashes) == photos:
            return one
    return None


def _quicker(visit: Visit) -> Visit | None:
    """Insert the row; if the same id came twice at once and the other was quicker, return that one."""
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        before = _kept_before(visit.id, bytes(visit.content_hash))
        if before is None:
            raise
        return before
    return None


def _keep_findings(visit: Visit, findings: Sequence[FindingInput], at: datetime) -> list[Finding]:
    return Finding.objects.bulk_create(
        Finding(
            visit=visit,
            number=number,
            text=one.text,
            solved_on_spot=one.solved_on_spot,
            solution=one.solution,
            added_at=at,
        )
        for number, one in enumerate(findings, start=1)
    )


def _keep_photos(visit: Visit, pictures: Sequence[bytes], written: list[str]) -> None:
    """Write files and rows; every file's name goes to ``written`` at once, so that the caller can take it back."""
    for number, data in enumerate(pictures, start=1):
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
        photo = VisitPhoto(
            visit=visit, number=number, width=width, height=height, sha256=hashlib.sha256(data).digest()
        )
        photo.file.save("photo.jpg", ContentFile(data), save=False)
        written.append(str(photo.file.name))
        photo.save(force_insert=True)


def _locked(visit_id: UUID, by: Actor) -> Visit:
    found = (
        Visit.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("area", "officer")
        .filter(id=visit_id)
        .first()
    )
    if found is None:
        raise NotThere
    return found


def _hash_of(upload: Upload) -> str:
    """Return the SHA-256 of the file as it was sent, never reading beyond what may be uploaded."""
    upload.seek(0)
    digest, size = hashlib.sha256(), 0
    while size <= UPLOAD_BYTES_MAX and (chunk := upload.read(_HASH_CHUNK)):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest()


def _bytes_of(upload: Upload) -> bytes:
    upload.seek(0)
    return upload.read(UPLOAD_BYTES_MAX + 1)
