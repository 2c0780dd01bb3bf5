"""Read the diary: an officer's, a household's, an area's; one visit, one photo. Each in always as many queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Q

from minqing.areas.public import Area
from minqing.diary import rules
from minqing.diary.models import Finding, Visit, VisitPhoto, VisitQuerySet
from minqing.diary.rules import GeoFix
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.registry import public as registry
from minqing.registry.public import Household, HouseholdMember, Resident, SubjectRef, SubjectView

PAGE_ROWS: Final = 20  # three thumb-lengths on a phone
PAGE_MAX: Final = 500  # nobody turns ten thousand lines; narrower filters find what is older
GONE: Final = "（档案已删除）"


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as a page shows it."""

    id: UUID
    number: int
    text: str
    solved_on_spot: bool
    solution: str


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """One visit in a list; the three blocks are excerpts."""

    visit_id: UUID
    at: datetime
    kind: str
    kind_label: str
    officer_id: UUID
    officer_name: str
    subject: SubjectRef
    subject_label: str
    area_id: UUID
    area_name: str
    met: str
    heard: str
    done: str
    findings: tuple[FindingView, ...]
    photo_count: int
    amended: bool


@dataclass(frozen=True, slots=True)
class DiaryPage:
    """One page of a diary, newest first."""

    lines: tuple[DiaryLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo's id and size in pixels."""

    id: UUID
    number: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit, whole."""

    line: DiaryLine
    met: str
    heard: str
    done: str
    sentences: tuple[str, ...]
    photos: tuple[PhotoView, ...]
    place: GeoFix | None
    recorded_at: datetime
    amended_at: datetime | None
    version: int
    why_not_amend: str | None


@dataclass(frozen=True, slots=True)
class FindingSource:
    """A finding with what a case opened from it needs to know."""

    finding: FindingView
    visit_id: UUID
    visited_at: datetime
    subject: SubjectRef
    area_id: UUID
    officer_id: UUID
    officer_name: str
    place: GeoFix | None


@dataclass(frozen=True, slots=True)
class DiaryFilters:
    """What an area's diary may be narrowed to; None and empty mean all."""

    kind: str = ""
    subject_kind: str = ""
    officer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_findings: bool = False


def officer_diary(actor: Actor, person_id: UUID, page: int = 1) -> DiaryPage:
    """Return an officer's visits in the areas the actor sees."""
    return _page(Visit.objects.visible_to(actor).filter(officer=person_id), page)


def subject_diary(
    ref: SubjectRef, actor: Actor, page: int = 1, *, also: Sequence[SubjectRef] = ()
) -> DiaryPage:
    """Return the visits to a subject; a household's include those to its members of today, a resident's those to
    their household of today (decision 0037). ``also``: files that were merged into this one."""
    visits = Visit.objects.visible_to(actor).filter(_any_of([*related(ref, actor), *also]))
    return _page(visits, page)


def related(ref: SubjectRef, actor: Actor) -> list[SubjectRef]:
    """Return a subject with those whose visits are its own too: a household's members, a resident's household."""
    refs = [ref]
    living = HouseholdMember.objects.filter(
        ends_on=None, household__in=Household.objects.visible_to(actor).order_by().values("id")
    ).order_by("id")
    if ref.kind == Household.subject_kind:
        ids = living.filter(household=ref.id).values_list("resident", flat=True)
        refs += [SubjectRef(Resident.subject_kind, one) for one in ids]
    elif ref.kind == Resident.subject_kind:
        ids = living.filter(resident=ref.id).values_list("household", flat=True)
        refs += [SubjectRef(Household.subject_kind, one) for one in ids]
    return refs


def area_diary(actor: Actor, area: Area, page: int = 1, filters: DiaryFilters | None = None) -> DiaryPage:
    """Return the visits made in an area and below it."""
    visits = Visit.objects.visible_to(actor).under(area.path)
    given = filters or DiaryFilters()
    if given.kind:
        visits = visits.filter(kind=given.kind)
    if given.subject_kind:
        visits = visits.filter(subject_kind=given.subject_kind)
    if given.officer_id:
        visits = visits.filter(officer=given.officer_id)
    if given.since:
        visits = visits.filter(visited_at__gte=given.since)
    if given.until:
        visits = visits.filter(visited_at__lt=given.until)
    if given.with_findings:
        visits = visits.filter(id__in=Finding.objects.order_by().values("visit"))
    return _page(visits, page)


def visit(visit_id: UUID, actor: Actor, at: datetime) -> VisitView:
    """Return one visit, whole. Raises :class:`NotThere`."""
    found = _with_names(Visit.objects.visible_to(actor)).filter(id=visit_id).first()
    if found is None:
        raise NotThere
    photos = VisitPhoto.objects.filter(visit=found).order_by("number")
    return VisitView(
        line=diary_lines([found])[0],
        met=found.met,
        heard=found.heard,
        done=found.done,
        sentences=tuple(rules.sentences(found.heard)),
        photos=tuple(PhotoView(one.id, one.number, one.width, one.height) for one in photos),
        place=_place(found),
        recorded_at=found.recorded_at,
        amended_at=found.amended_at,
        version=found.version,
        why_not_amend=found.why_not_amend(actor.person_id, at),
    )


def finding(finding_id: UUID, actor: Actor) -> FindingSource:
    """Return a finding and where it comes from. Raises :class:`NotThere`."""
    found = Finding.objects.filter(id=finding_id).first()
    source = _with_names(Visit.objects.visible_to(actor)).filter(id=found.visit_id).first() if found else None
    if found is None or source is None:
        raise NotThere
    return FindingSource(
        finding=_finding_view(found),
        visit_id=source.id,
        visited_at=source.visited_at,
        subject=SubjectRef(source.subject_kind, source.subject_id),
        area_id=source.area_id,
        officer_id=source.officer_id,
        officer_name=source.officer.name,
        place=_place(source),
    )


def photo(photo_id: UUID, actor: Actor) -> Path:
    """Return where a photo (a JPEG) lies. Raises :class:`NotThere`; serve it ``no-store``."""
    visible = Visit.objects.visible_to(actor).order_by().values("id")
    found = VisitPhoto.objects.filter(id=photo_id, visit__in=visible).first()
    path = Path(found.file.path) if found else None
    if path is None or not path.is_file():
        raise NotThere
    return path


def last_visits(refs: Iterable[SubjectRef]) -> dict[SubjectRef, datetime]:
    """Return when each subject was last met (calls at a closed door do not count); the never visited are left out."""
    rows = (
        Visit.objects.unscoped("a time only, of subjects that the caller has found under its own scope")
        .filter(_any_of(refs))
        .exclude(kind=rules.MISSED)
        .order_by()
        .values_list("subject_kind", "subject_id")
        .annotate(last=Max("visited_at"))
    )
    return {SubjectRef(kind, subject_id): last for kind, subject_id, last in rows}


def diary_lines(visits: Sequence[Visit]) -> list[DiaryLine]:
    """Return the lines of visits (with officer and area) in three queries and what the registry's names take."""
    ids = [one.id for one in visits]
    findings: dict[UUID, list[FindingView]] = defaultdict(list)
    for one in Finding.objects.filter(visit__in=ids).order_by("number"):
        findings[one.visit_id].append(_finding_view(one))
    photos = dict(
        VisitPhoto.objects.filter(visit__in=ids).order_by().values_list("visit").annotate(n=Count("id"))
    )
    refs = {SubjectRef(one.subject_kind, one.subject_id) for one in visits}
    names = registry.subjects(refs)
    return [
        DiaryLine(
            visit_id=one.id,
            at=one.visited_at,
            kind=one.kind,
            kind_label=one.kind_label,
            officer_id=one.officer_id,
            officer_name=one.officer.name,
            subject=(ref := SubjectRef(one.subject_kind, one.subject_id)),
            subject_label=_label(names.get(ref), one),
            area_id=one.area_id,
            area_name=one.area.name,
            met=rules.excerpt(one.met),
            heard=rules.excerpt(one.heard),
            done=rules.excerpt(one.done),
            findings=tuple(findings[one.id]),
            photo_count=photos.get(one.id, 0),
            amended=one.amended_at is not None,
        )
        for one in visits
    ]


def _label(who: SubjectView | None, one: Visit) -> str:
    """Name whom the visit was to. Where they moved to since is no matter of the area they left: the name only."""
    if who is None:
        return GONE
    return who.label if who.area_id == one.area_id else who.name


def _page(visits: VisitQuerySet, page: int) -> DiaryPage:
    total = visits.count()
    pages = min(max(1, -(-total // PAGE_ROWS)), PAGE_MAX)
    page = min(max(1, page), pages)
    first = (page - 1) * PAGE_ROWS
    # Ids first: else PostgreSQL joins the officer to every visit of a town before it sorts (seen: 60,000 look-ups).
    ids = list(visits.latest_first().values_list("id", flat=True)[first : first + PAGE_ROWS])
    found = list(_with_names(visits).filter(id__in=ids).latest_first())
    return DiaryPage(tuple(diary_lines(found)), total, page, pages)


def _with_names(visits: VisitQuerySet) -> VisitQuerySet:
    return visits.select_related("officer", "area").defer("area__outline", "officer__password")


def _any_of(refs: Iterable[SubjectRef]) -> Q:
    """Match visits to any of the subjects; nothing when there are none."""
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for ref in refs:
        by_kind[ref.kind].append(ref.id)
    wanted = Q(pk__in=[])
    for kind, ids in sorted(by_kind.items()):
        wanted |= Q(subject_kind=kind, subject_id__in=ids)
    return wanted


def _finding_view(one: Finding) -> FindingView:
    return FindingView(one.id, one.number, one.text, one.solved_on_spot, one.solution)


def _place(one: Visit) -> GeoFix | None:
    return GeoFix(one.lon, one.lat, one.accuracy_m) if one.lon is not None and one.lat is not None else None
