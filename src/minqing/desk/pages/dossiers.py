"""A dossier: who they are, who lives there, what was heard, what is being done, and who has looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.asked import page_number, paged
from minqing.desk.pages.disclosure import ask_reason
from minqing.diary import public as diary
from minqing.disclosure import public as disclosure
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry
from minqing.rights import public as rights

READS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and the case it became, if it became one."""

    finding: diary.FindingView
    case: cases.FindingCase | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A diary line with what became of its findings."""

    line: diary.DiaryLine
    found: tuple[Found, ...]


def entries(lines: Iterable[diary.DiaryLine]) -> list[Entry]:
    """Return diary lines, each finding with the state of its case: one query for all."""
    lines = list(lines)
    became = cases.of_findings(one.id for line in lines for one in line.findings)
    return [Entry(line, tuple(Found(one, became.get(one.id)) for one in line.findings)) for line in lines]


@page(registry.SEE_REGISTRY)
@require_safe
@never_cache
def dossier(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Show a file whole; that it was read goes into the journal."""
    actor, at = request.actor, clock.now()
    ref = registry.subject_ref(kind, subject_id)
    try:
        opened = disclosure.open_file(ref=ref, by=actor, at=at)
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    file = opened.file
    merged = registry.merged_files(ref.id, actor, at) if ref.kind == registry.RESIDENT else ()
    also = [one.view.ref for one in merged]
    visits = diary.subject_diary(ref, actor, page_number(request.GET.get("page")), also=also)
    context = {
        **_frame(actor, ref, file.area_path, "file"),
        "file": file,
        "subject": file.subject,
        "cases": _cases(file, also, actor, at),
        "merged": merged,
        "entries": entries(visits.lines),
        "visits": visits,
        "page": paged(visits.total, diary.PAGE_ROWS, visits.page),
        "may_see_visits": actor.sees(diary.SEE_VISITS, file.area_path),
        "may_reopen": (
            kind == registry.RESIDENT
            and file.subject.closed
            and actor.may(registry.EDIT_REGISTRY, file.area_path)
        ),
        "may_visit": not file.subject.closed and actor.may(diary.RECORD_VISIT, file.area_path),
        "because": opened.because,
        "numbers": disclosure.numbers_to_show(file, actor),
    }
    return render(request, "desk/registry/dossier.html", context)


@page(registry.EDIT_REGISTRY)
@require_safe
@never_cache
def reads(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Show who changed a file and who looked at it, to those who keep it (auditors have a page of their own)."""
    actor = request.actor
    who = registry.subject(kind, subject_id, actor)
    area = areas.area(who.area_id)
    actor.require(registry.EDIT_REGISTRY, area.path)
    try:
        disclosure.linked(ref=who.ref, by=actor, at=clock.now(), who=who, area_path=area.path)
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    looked = journal.reads_of(kind, subject_id, limit=READS_SHOWN)
    context = {
        **_frame(actor, who.ref, area.path, "reads"),
        "subject": who,
        "area_name": areas.area_name(area),
        "changes": list(reversed(journal.timeline(kind, subject_id))),
        "reads": looked,
        "reads_shown": READS_SHOWN,
    }
    return render(request, "desk/registry/reads.html", context)


def _frame(actor: Actor, ref: registry.SubjectRef, area_path: str, tab: str) -> dict[str, Any]:
    may_hand = ref.kind == registry.RESIDENT and actor.may(rights.HAND_OVER_CODES, area_path)
    return {
        "ref": ref,
        "tab": tab,
        "may_see_reads": actor.may(registry.EDIT_REGISTRY, area_path),
        "code_url": reverse("desk:personal_code", args=[ref.id]) if may_hand else "",
    }


def _cases(
    file: registry.Dossier, also: Iterable[registry.SubjectRef], actor: Actor, at: datetime
) -> list[cases.CaseRow]:
    """Return the cases about the subject (and files merged into it), its household and those who live there."""
    refs = [file.subject.ref, *also, *(one.view.ref for one in file.members)]
    if file.household:
        refs.append(file.household.ref)
    return cases.of_subjects(dict.fromkeys((one.kind, one.id) for one in refs), actor, at=at)
