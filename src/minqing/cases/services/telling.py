"""Read the journal on, tell people, and tell other systems (what and whom: ``cases.telling``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from procrastinate.contrib.django import app

from minqing.cases import rules
from minqing.cases.models import Case
from minqing.cases.telling import DUE_SOON, FOLLOWED, PUSHED, TELLINGS, Happened
from minqing.journal.public import EVENTS, Entry
from minqing.kernel import clock
from minqing.notices import public as notices
from minqing.workflow import public as workflow

READER: Final = "cases"
NAMELESS_READER: Final = "cases nameless"
SOON_SWEEP: Final = "cases due soon"
TELL_ONE: Final = "cases.tell_one"


def tell_on(*, at: datetime, nameless: bool = False) -> int:
    """Tell what was written since the last time; return how many entries that were.

    ``nameless``: what nameless hands wrote, once an hour, so that no message tells their minute.
    """
    return notices.follow(
        NAMELESS_READER if nameless else READER,
        kinds=FOLLOWED,
        read=lambda entries: read(entries, at=at),
        failed=_leave_to_a_job,
        at=at,
        nameless=nameless,
    )


def _leave_to_a_job(entry: Entry) -> None:
    app.configure_task(TELL_ONE).defer(entry_id=str(entry.id))


def tell_one(entry_id: UUID, *, at: datetime) -> None:
    """Tell what one entry says; telling it again tells nobody twice."""
    read([Entry.objects.get(id=entry_id)], at=at)


def read(entries: Sequence[Entry], *, at: datetime) -> None:
    """Tell people and other systems what these entries say."""
    about = [one for one in entries if one.subject_kind == "case"]
    if not about:
        return
    found = _cases({one.subject_id for one in about})
    happened = [
        (entry, Happened(_event(entry), found[entry.subject_id], clock.local(at).date()))
        for entry in about
        if entry.subject_id in found
    ]
    notices.tell_many(news for entry, one in happened for news in _news(entry, one, at))
    notices.announce((said for entry, one in happened for said in _said(entry, one)), at=at)


def _cases(ids: Iterable[UUID]) -> dict[UUID, Case]:
    rows = (
        Case.objects.unscoped("whoever is told is found by the posts of the case")
        .filter(id__in=list(ids))
        .select_related("run", "run__area", "area", "unit")
        .defer("area__outline", "run__area__outline", "words", "result")
    )
    return {one.id: one for one in rows}


def _event(entry: Entry) -> Any:
    """Return the event without its personal values: nothing of them is needed, so nothing of them is read."""
    return EVENTS[entry.kind].rebuilt(
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        area_id=entry.area_id,
        values=entry.facts,
    )


def _news(entry: Entry, one: Happened, at: datetime) -> Iterable[notices.News]:
    for telling in TELLINGS:
        if telling.event.kind != entry.kind:
            continue
        found = telling.whom(one)
        if found is None:
            continue
        people = set(found)
        if people and not people - {entry.person_id}:
            continue  # whoever did it has it in hand still
        yield about(
            one.case,
            telling.kind,
            people - {entry.person_id},
            key=f"{entry.id} {telling.kind.key}",
            at=entry.at,
            told_at=at,
        )


def about(
    case: Case, kind: notices.Kind, people: Iterable[UUID], *, key: str, at: datetime, told_at: datetime
) -> notices.News:
    """Return news of a kind about a case, for these people."""
    return notices.News(
        kind=kind,
        people=tuple(sorted(people)),
        subject_kind="case",
        subject_id=case.id,
        area_id=case.area_id,
        area_path=case.area.path,
        key=key,
        at=at,
        told_at=told_at,
        number=case.number,
        state=state_label(case.run),
        unit_id=case.unit_id,
        private=case.source in rules.SEALED,
    )


def state_label(run: workflow.Run) -> str:
    """Return where a run stands, in words; nothing where its procedure is no longer known."""
    try:
        return workflow.procedure(run.procedure).state(run.state).label
    except workflow.UnknownProcedure:
        return ""


def _said(entry: Entry, one: Happened) -> Iterable[notices.Announcement]:
    """Yield what other systems are told; of what residents ask about their own file, nothing."""
    pushed = next((it for it in PUSHED if it.kind == entry.kind), None)
    if pushed is None or one.case.source in rules.SEALED:
        return
    case, run = one.case, one.run
    yield notices.Announcement(
        entry_id=entry.id,
        position=int(entry.xact),
        kind=entry.kind,
        at=entry.at,
        area_id=case.area_id,
        area_path=case.area.path,
        number=case.number,
        facts={
            "facts": {name: getattr(one.event, name) for name in pushed.facts},
            "case": {
                "id": case.id,
                "number": case.number,
                "procedure": run.procedure,
                "state": run.state,
                "state_label": state_label(run),
                "area_code": case.area.code,
                "unit_id": case.unit_id,
                "unit_name": case.unit.name if case.unit else None,
                "opened_at": case.opened_at,
                "due_at": run.next_due_at,
                "closed_at": case.closed_at,
            },
        },
    )


def tell_due_soon(*, at: datetime) -> int:
    """Tell whose turn it is that a clock has turned yellow, once for each deadline; return how many were told of."""
    with notices.sweep(SOON_SWEEP, at=at) as (since, until):
        runs = (
            workflow.Run.objects.unscoped("whoever is told is found by the posts of the case")
            .running()
            .filter(subject_kind="case", yellow_at__gt=since, yellow_at__lte=until, next_due_at__gt=at)
        )
        found = _cases_of(runs.values_list("id", flat=True))
        today = clock.local(at).date()
        told = []
        for case in found:
            people = workflow.accountable(case.run, on=today).people
            key = f"soon {case.run_id} {case.run.legs_count} {case.run.next_due_at:%Y%m%d%H%M}"
            told.append(about(case, DUE_SOON, people, key=key, at=at, told_at=at))
        notices.tell_many(told)
    return len(found)


def _cases_of(run_ids: Iterable[UUID]) -> list[Case]:
    rows = Case.objects.unscoped("whoever is told is found by the posts of the case").filter(
        run_id__in=list(run_ids)
    )
    return list(
        rows.select_related("run", "run__area", "area", "unit").defer("area__outline", "run__area__outline")
    )
