"""The diary's part of what a person may see of themselves: visits to them, and to their home while they lived there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.kernel import clock
from minqing.kernel.copies import Entry, Part, Piece

VISITS_MAX: Final = 2_000  # a visit a week for forty years
NOTE: Final = "走访您家时说的话，同住的人也会看到；别人的名字只写姓。"


@dataclass(frozen=True, slots=True)
class Stay:
    """A household and the days in which somebody lived there; ``others``: names to be masked in the words."""

    household_id: UUID
    starts_on: date
    ends_on: date | None
    others: tuple[tuple[str, str], ...]  # (name, masked)


def visits_about(resident_ids: Collection[UUID], stays: Collection[Stay]) -> Part:
    """Return the visits to a person and to their homes in their time there, latest first."""
    found = Q(subject_kind="resident", subject_id__in=list(resident_ids))
    for one in stays:
        here = Q(subject_kind="household", subject_id=one.household_id)
        here &= Q(visited_at__date__gte=one.starts_on)
        found |= here & Q(visited_at__date__lte=one.ends_on) if one.ends_on else here
    visits = list(
        Visit.objects.unscoped("a person reads the visits about themselves")
        .filter(found).select_related("officer", "appointment", "appointment__area", "appointment__unit")
        .latest_first()[:VISITS_MAX]
    )  # fmt: skip
    findings: dict[UUID, list[Finding]] = {}
    for finding in Finding.objects.filter(visit__in=visits).order_by("visit", "number"):
        findings.setdefault(finding.visit_id, []).append(finding)
    photos: dict[UUID, list[VisitPhoto]] = {}
    for photo in VisitPhoto.objects.filter(visit__in=visits).order_by("visit", "number"):
        photos.setdefault(photo.visit_id, []).append(photo)
    masks = tuple(pair for one in stays for pair in one.others)
    entries = [_entry(one, findings.get(one.id, []), photos.get(one.id, []), masks) for one in visits]
    return Part("visits", "走访记录", entries, NOTE)


def _entry(
    visit: Visit, findings: list[Finding], photos: list[VisitPhoto], masks: tuple[tuple[str, str], ...]
) -> Entry:
    def said(text: str) -> str:
        for name, masked in masks:
            text = text.replace(name, masked) if len(name) > 1 else text
        return text

    pieces = (
        Piece("kind", "类型", visit.kind_label),
        Piece("visited_at", "走访时间", visit.visited_at),
        Piece("recorded_at", "记录时间", visit.recorded_at),
        Piece("officer", "走访人", f"{visit.officer.name}（{visit.appointment.label}）"),
        Piece("to", "走访的是", "本人" if visit.subject_kind == "resident" else "本户"),
        Piece("met", "见了谁", said(visit.met)),
        Piece("heard", "听到什么", said(visit.heard)),
        Piece("done", "办了什么", said(visit.done)),
        Piece("findings", "记下要办的事", [said(one.text) for one in findings]),
        Piece("solutions", "当场解决的", [said(one.solution) for one in findings if one.solution]),
        Piece("lon", "记录时的经度", visit.lon),
        Piece("lat", "记录时的纬度", visit.lat),
        Piece("accuracy_m", "定位误差（米）", visit.accuracy_m),
        Piece("amended_at", "改动时间", visit.amended_at),
        Piece("photos", "照片", [f"第 {one.number} 张，{one.width}×{one.height} 像素" for one in photos]),
    )
    day = clock.local(visit.visited_at)
    return Entry(pieces, title=f"{day:%Y-%m-%d} {visit.kind_label}", item="visit", item_id=visit.id)


def visit_officer(visit_id: UUID) -> UUID | None:
    """Return who wrote a visit down: somebody else decides about it."""
    return (
        Visit.objects.unscoped("an id only, to keep the writer from deciding")
        .filter(id=visit_id).values_list("officer_id", flat=True).first()
    )  # fmt: skip


def is_about(visit_id: UUID, resident_ids: Collection[UUID], household_ids: Collection[UUID]) -> bool:
    """Whether a visit is to a person or to one of their households."""
    theirs = Q(subject_kind="resident", subject_id__in=list(resident_ids))
    theirs |= Q(subject_kind="household", subject_id__in=list(household_ids))
    visits = Visit.objects.unscoped("whether a visit is one's own, before it is asked about")
    return visits.filter(theirs, id=visit_id).exists()
