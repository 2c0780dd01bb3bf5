"""What other parts ask of cases: those of a finding, of a subject, of an area; and an officer's notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from minqing.cases.models import Case
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.notices import public as notices
from minqing.workflow import public as workflow

OF_SUBJECT_MAX = 200  # a dossier's list; the queue shows the rest


@dataclass(frozen=True, slots=True)
class FindingCase:
    """What became of a finding."""

    case_id: UUID
    number: str
    state_label: str
    is_open: bool
    done: bool | None
    content_label: str
    asked_by: str

    @property
    def words(self) -> str:
        """Say it in a line: ``已办结，群众说办好了，满意``."""
        if self.is_open:
            back = "群众说没有办好，" if self.done is False else ""
            return f"{back}{self.state_label}"
        if self.done:
            return f"{self.state_label}，群众说办好了" + (
                f"，{self.content_label}" if self.content_label else ""
            )
        return self.state_label


def of_findings(ids: Iterable[UUID]) -> dict[UUID, FindingCase]:
    """Return the case of each finding that has one; the caller has scoped the visits."""
    cases = (
        Case.objects.unscoped("the visits of these findings were scoped by the diary")
        .filter(finding_id__in=list(ids))
        .select_related("run", "asked_by")
    )
    return {
        case.finding_id: FindingCase(
            case_id=case.id,
            number=case.number,
            state_label=workflow.procedure(case.run.procedure).state(case.run.state).label,
            is_open=case.closed_at is None,
            done=case.done,
            content_label=case.content_label,
            asked_by=case.asked_by.name if case.asked_by else "",
        )
        for case in cases
        if case.finding_id
    }


def of_subjects(refs: Iterable[tuple[str, UUID]], actor: Actor, *, at: datetime) -> list[CaseRow]:
    """Return the cases about any of these subjects that the actor may see, latest first."""
    ids = {subject_id for _, subject_id in refs}
    found = Case.objects.visible_to(actor).filter(subject_id__in=ids).order_by("-opened_at", "-id")
    return rows(found[:OF_SUBJECT_MAX], at=at)


def of_ids(ids: Iterable[UUID], actor: Actor, *, at: datetime) -> list[CaseRow]:
    """Return those of these cases that the actor may see: for a page that lists them for a reason of its own."""
    return rows(Case.objects.visible_to(actor).filter(id__in=list(ids)), at=at)


def open_in(area_path: str, actor: Actor) -> int:
    """Count open cases in an area and below, as far as the actor sees them."""
    return Case.objects.visible_to(actor).filter(area__path__under=area_path, closed_at=None).count()


def count_open(*, area_path: str = "", unit_id: UUID | None = None) -> int:
    """Count open cases of an area and below, or of an office, for whoever moves or dissolves it."""
    found = Case.objects.unscoped("a number only: whoever reorganises the county reads no case").filter(
        closed_at=None
    )
    if area_path:
        found = found.filter(area__path__under=area_path)
    return found.filter(unit_id=unit_id).count() if unit_id else found.count()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line to an officer, with the title of the case it is about where they may see it."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    kind_label: str
    sentence: str
    title: str
    made_at: datetime
    is_read: bool


def own_notices(actor: Actor, limit: int = 20, *, first: int = 0) -> list[NoticeLine]:
    """Return one's own notices, latest first."""
    found = notices.own_notices(actor, limit, first=first)
    titles = _titles({one.subject_id for one in found if one.subject_kind == "case"}, actor)
    return [
        NoticeLine(
            one.id, one.subject_kind, one.subject_id, one.kind_label, one.sentence,
            titles.get(one.subject_id, ""), one.made_at, one.read_at is not None,
        )
        for one in found
    ]  # fmt: skip


def unread_notices(actor: Actor, limit: int) -> tuple[list[NoticeLine], int]:
    """Return one's own latest unread notices and how many are unread in all; one statement."""
    titles = Case.objects.visible_to(actor).filter(id=OuterRef("subject_id")).order_by().values("title")[:1]
    found = list(notices.latest_unread(actor).annotate(title=Subquery(titles))[:limit])
    lines = [
        NoticeLine(
            one.id, one.subject_kind, one.subject_id, one.kind_label, one.sentence, one.title or "", one.made_at, False
        )
        for one in found
    ]  # fmt: skip
    return lines, found[0].unread if found else 0


def _titles(ids: set[UUID], actor: Actor) -> dict[UUID, str]:
    """Return the titles of those of these cases that the actor may see."""
    if not ids:
        return {}
    return dict(Case.objects.visible_to(actor).filter(id__in=ids).values_list("id", "title"))
