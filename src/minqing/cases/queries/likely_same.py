"""疑似重复: reports that may speak of the same matter, for one that is written, one that is read, or a whole desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas import public as areas
from minqing.cases import likeness, rules
from minqing.cases.models import Case, CaseQuerySet
from minqing.cases.models_handover import NotSame
from minqing.cases.permissions_handover import MERGE_CASES
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor

# The newest of a place are compared: at a county's pace some weeks of a village, some days of a town.
COMPARED_MAX: Final = 400
SHOWN_MAX: Final = 5
PAIRS_MAX: Final = 25
_COLUMNS: Final = ("id", "words", "area_id", "opened_at", "subject_id", "area__path")


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same matter, and why."""

    row: CaseRow
    reasons: tuple[str, ...]
    same_words: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two open cases that may be one matter, the older first: it would be the one that goes on."""

    first: CaseRow
    second: CaseRow
    words: tuple[str, str]
    reasons: tuple[str, ...]


def alike_to_words(
    words: str, area: areas.Area, *, by: Actor, at: datetime, subject_id: UUID | None = None
) -> list[Alike]:
    """Return open cases that what is being written may repeat, the most alike first."""
    by.require(MERGE_CASES)
    if len(words.strip()) < rules.WORDS_MIN:
        return []
    new = likeness.Report(None, words, area.path, at, subject_id)
    return _alike(new, _candidates(by, area, at), at)


def alike_to(case: Case, *, by: Actor, at: datetime) -> list[Alike]:
    """Return open cases that may be the same matter as one, without those found to be another; the most alike first."""
    by.require(MERGE_CASES)
    if not may_be_merged(case):
        return []
    judged = {
        other
        for pair in NotSame.objects.filter(Q(first=case) | Q(second=case)).values_list("first", "second")
        for other in pair
    }
    this = likeness.Report(case.id, case.words, case.area.path, case.opened_at, case.subject_id)
    found = _candidates(by, case.area, case.opened_at).exclude(id=case.id).exclude(id__in=judged)
    return _alike(this, found, at)


def may_be_merged(case: Case) -> bool:
    """Whether a case can be one of a pair at all: open, by itself, and not what somebody asks about their own file."""
    return case.closed_at is None and case.master_id is None and case.source not in rules.SEALED


def likely_pairs(actor: Actor, area: areas.Area, *, at: datetime) -> list[Pair]:
    """Return the likeliest pairs among the newest open cases of an area, the most alike first."""
    actor.require(MERGE_CASES)
    found = _mergeable(actor, at).filter(area__path__under=area.path)
    newest = [
        _report(one) for one in found.order_by("-opened_at", "-id").values_list(*_COLUMNS)[:COMPARED_MAX]
    ]
    by_village: defaultdict[str, list[likeness.Report]] = defaultdict(list)
    for one in newest:
        by_village[_village_path(one.area_path)].append(one)
    ids = [one.id for one in newest]
    judged = set(NotSame.objects.filter(first__in=ids, second__in=ids).values_list("first", "second"))
    scored: list[tuple[likeness.Likeness, likeness.Report, likeness.Report]] = []
    for group in by_village.values():
        for number, one in enumerate(group):
            for other in group[number + 1 :]:
                how = likeness.likeness(one, other)
                assert one.id is not None
                assert other.id is not None
                if how.is_offered and tuple(sorted((one.id, other.id))) not in judged:
                    first, second = sorted((one, other), key=lambda it: (it.opened_at, str(it.id)))
                    scored.append((how, first, second))
    best = sorted(scored, key=lambda it: (-it[0].same_words, -it[0].score))[:PAIRS_MAX]
    shown = _rows(actor, {report.id for _, *both in best for report in both if report.id}, at)
    return [
        Pair(shown[first.id], shown[second.id], (first.words, second.words), how.reasons)
        for how, first, second in best
        if first.id in shown and second.id in shown
    ]


def _alike(this: likeness.Report, found: CaseQuerySet, at: datetime) -> list[Alike]:
    compared = [
        _report(one) for one in found.order_by("-opened_at", "-id").values_list(*_COLUMNS)[:COMPARED_MAX]
    ]
    scored = [(likeness.likeness(this, other), other) for other in compared]
    best = sorted(
        (one for one in scored if one[0].is_offered), key=lambda it: (-it[0].same_words, -it[0].score)
    )[:SHOWN_MAX]
    shown = (
        {row.id: row for row in rows(found.filter(id__in=[other.id for _, other in best]), at=at)}
        if best
        else {}
    )
    return [Alike(shown[other.id], how.reasons, how.same_words) for how, other in best if other.id in shown]


def _rows(actor: Actor, ids: Iterable[UUID], at: datetime) -> dict[UUID | None, CaseRow]:
    return {row.id: row for row in rows(Case.objects.visible_to(actor).filter(id__in=list(ids)), at=at)}


def _candidates(by: Actor, area: areas.Area, at: datetime) -> CaseQuerySet:
    """Return the cases with which one at a place is compared: those of its village, or of its town where that is all
    that is known, and those placed at the town as a whole."""
    village = _village_path(area.path)
    near = Q(area__path__under=village)
    if village.count(".") > 1:
        near |= Q(area__path=village.rpartition(".")[0])
    return _mergeable(by, at).filter(near)


def _mergeable(by: Actor, at: datetime) -> CaseQuerySet:
    return (
        Case.objects.visible_to(by)
        .filter(closed_at=None, master=None, opened_at__gte=at - likeness.WITHIN)
        .exclude(source__in=rules.SEALED)
    )


def _village_path(path: str) -> str:
    """Return the path of the village that a place lies in, or the place itself where it is a town or the county."""
    return ".".join(path.split(".")[:3])


def _report(row: tuple[UUID, str, UUID, datetime, UUID | None, str]) -> likeness.Report:
    id_, words, _, opened_at, subject_id, path = row
    return likeness.Report(id_, words, path, opened_at, subject_id)
