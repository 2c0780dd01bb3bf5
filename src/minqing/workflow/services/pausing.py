"""Stop a clock for a while (挂起) or give it longer (延期): asked for with a reason, decided by somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models, transaction

from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor, Hand
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.workflow.events import ClockAsked, ClockDecided, PauseEnded
from minqing.workflow.models import ClockRequest, Leg, Run, current_calendar
from minqing.workflow.models_clocks import ASKED, ENDED, EXTENSION, GRANTED, PAUSE, REFUSED, WHY_LENGTH
from minqing.workflow.parts import Leeway, Measure, Within
from minqing.workflow.procedure import UnknownProcedure, procedure
from minqing.workflow.queries import roles_in
from minqing.workflow.rules import Calendar, Due, Pause, deadline, end_of_day
from minqing.workflow.services.setting import (
    CLOCK_COLUMNS,
    clock_facts,
    hide_clock,
    overall_within,
    set_leg,
    set_overall,
    show_nearer,
)

PAUSES_BATCH: Final = 500
BATCHES_MAX: Final = 1000


@transaction.atomic
def ask_pause(*, run_id: UUID, until: date, why: str, by: Actor, at: datetime) -> ClockRequest:
    """Ask that a run's clocks stand still up to and including a day; whoever's turn it is may."""
    run, leeway = _to_ask(run_id, why, by)
    if run.paused_until is not None:
        raise Conflict("这件事已经挂起，不用再申请。")
    granted = _requests(run.id).filter(kind=PAUSE, state__in=[GRANTED, ENDED]).count()
    if granted >= leeway.pauses_max:
        raise Refused(f"这件事已经挂起过 {granted} 次，按规程不能再挂起。请抓紧办理，或申请延期。")
    days = (until - clock.local(at).date()).days
    if not 1 <= days <= leeway.pause_days_max:
        raise Refused(f"挂起的最后一天应在明天以后、{leeway.pause_days_max} 天以内。", field="until")
    words = f"挂起到{until.year}年{until.month}月{until.day}日"
    return _asked(run, words, by, at, kind=PAUSE, why=why.strip(), until=end_of_day(until))


@transaction.atomic
def ask_extension(
    *, run_id: UUID, amount: int, why: str, by: Actor, at: datetime, overall: bool = False
) -> ClockRequest:
    """Ask for so much more, in the clock's own measure, for the leg or for the whole way."""
    run, leeway = _to_ask(run_id, why, by)
    within = overall_within(run) if overall else _open_leg(run).within
    if within is None:
        raise Refused("这个环节不计时，不用延期。" if not overall else "这件事没有全程时限，不用延期。")
    before = _extensions(run, overall=overall)
    if len(before) >= leeway.extensions_max:
        raise Refused(f"这一段已经延期 {len(before)} 次，按规程不能再延。")
    most = within.amount * leeway.extension_percent_max // 100 - sum(before)
    if not 1 <= amount <= most:
        raise Refused(
            f"最多可以延 {Within(most, within.measure).words}，请改小。"
            if most
            else "按规程这一段不能延期。",
            field="amount",
        )
    words = f"{'全程' if overall else ''}延期 {Within(amount, within.measure).words}"
    return _asked(run, words, by, at, kind=EXTENSION, why=why.strip(), amount=amount, for_overall=overall)


@transaction.atomic
def decide_request(
    *, request_id: UUID, run_id: UUID, granted: bool, why: str, by: Actor, at: datetime
) -> ClockRequest:
    """Grant or refuse; an approver of the procedure may, at the run's area, and never on their own request."""
    run = _locked(run_id, by)
    request = ClockRequest.objects.select_for_update().filter(id=request_id, run=run).first()
    if request is None:
        raise NotThere
    leeway = procedure(run.procedure).leeway
    if not may_decide(run, by):
        who = "、".join(role.label for role in leeway.approvers)
        raise NotAllowed(f"只有{who}可以决定延期和挂起。")
    if request.asked_by_id == by.person_id:
        raise NotAllowed("这是您自己提的申请，要由别人来决定。")
    if request.state != ASKED or request.leg != run.legs_count or not run.is_running:
        raise Conflict("这个申请已经有人处理过，或者那一环节已经办完。请刷新页面查看。")
    if not granted and not why.strip():
        raise Refused("请写明为什么不同意。", field="why")
    if request.kind == PAUSE and granted and request.until is not None and request.until <= at:
        raise Refused("申请的挂起日期已经过了，请让对方重新申请。")
    request.state = GRANTED if granted else REFUSED
    request.decided_name, request.decided_label = by.person_name, by.hand.appointment_label
    request.decided_at, request.decided_why = at, why.strip()[:WHY_LENGTH]
    request.since = max(at, run.entered_at) if granted and request.kind == PAUSE else None
    request.save()
    what = words_of(request, run)
    if granted:
        set_clocks(run, current_calendar(), at=at)
    decided = ClockDecided(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, state_label=label_of(run),
        what=what, granted=granted, why=request.decided_why, asked_name=request.asked_name,
        due_at=run.next_due_at, clock=clock_facts(run),
    )  # fmt: skip
    journal.record(decided, by=by.hand, at=at)
    return request


@transaction.atomic
def end_pause(*, run_id: UUID, by: Actor, at: datetime) -> Run:
    """Let a paused run's clocks run again before the day; whoever's turn it is may, and whoever may grant."""
    run = _locked(run_id, by)
    if run.paused_until is None:
        raise Conflict("这件事没有挂起，时限正在走。请刷新页面查看。")
    if not (may_ask(run, by) or may_decide(run, by)):
        raise NotAllowed("现在轮到谁办，谁才能恢复计时；批准的人也可以。")
    _run_again(run, until=at, by=by.hand, at=at)
    return run


def end_pauses(*, at: datetime) -> int:
    """Let the clocks of every run run again whose pause is over; return how many. The minute's work."""
    total = 0
    for _ in range(BATCHES_MAX):
        with transaction.atomic():
            over = list(
                Run.everything.select_for_update(skip_locked=True)
                .filter(paused_until__lte=at)
                .order_by("paused_until", "id")[:PAUSES_BATCH]
            )
            for run in over:
                assert run.paused_until is not None  # the query asked for it
                _run_again(run, until=run.paused_until, by=SYSTEM, at=at)
        total += len(over)
        if len(over) < PAUSES_BATCH:
            break
    return total


def end_with_leg(run: Run, *, by: Hand, at: datetime) -> None:
    """End the pause of a run whose leg is being left: what comes next is not paused. Nothing where none holds."""
    if run.paused_until is not None:
        _run_again(run, until=at, by=by, at=at)


def _run_again(run: Run, *, until: datetime, by: Hand, at: datetime) -> None:
    _requests(run.id).filter(kind=PAUSE, state=GRANTED).update(state=ENDED, until=until)
    run.paused_until = None
    set_clocks(run, current_calendar(), at=at)
    ended = PauseEnded(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, state_label=label_of(run),
        due_at=run.next_due_at, clock=clock_facts(run),
    )  # fmt: skip
    journal.record(ended, by=by, at=at)


def set_clocks(run: Run, calendar: Calendar, *, at: datetime) -> Leg:
    """Compute both clocks of a locked run from all they rest on, and write them; return the open leg."""
    leg, found = _open_leg(run), list(_requests(run.id).filter(state__in=[GRANTED, ENDED]))
    paused = next((one for one in found if one.kind == PAUSE and one.state == GRANTED), None)
    run.calendar_version = calendar.version
    if paused is not None:
        run.paused_until = paused.until
        set_leg(leg, None, calendar)
        set_overall(run, None)
        hide_clock(run)
    else:
        whole = due_of_run(run, found, calendar)
        if whole is not None:
            set_overall(run, whole)
        due = due_of_leg(leg, found, calendar)
        set_leg(leg, due, calendar)
        show_nearer(run, due, leg.within)
        if due is not None and due.at > at:
            run.overdue_since = None
        if whole is not None and whole.at > at:
            run.overall_overdue_since = None
    run.save(update_fields=CLOCK_COLUMNS)
    leg.save(update_fields=["due_at", "yellow_at", "provisional", "calendar_version"])
    return leg


def due_of_leg(leg: Leg, requests: Iterable[ClockRequest], calendar: Calendar) -> Due | None:
    """The deadline of a leg with its pauses and extensions."""
    if leg.within is None:
        return None
    mine = [one for one in requests if one.leg == leg.number]
    extensions = [one.amount for one in mine if one.amount is not None and not one.for_overall]
    return deadline(
        leg.clock_began_at, leg.within, calendar,
        pauses=pauses_of(mine), extensions=extensions, yellow_percent=leg.yellow_percent,
    )  # fmt: skip


def due_of_run(run: Run, requests: Iterable[ClockRequest], calendar: Calendar) -> Due | None:
    """The deadline of the whole way with all its pauses, and its own extensions."""
    within = overall_within(run)
    if within is None:
        return None
    found = list(requests)
    extensions = [one.amount for one in found if one.amount is not None and one.for_overall]
    return deadline(
        run.started_at, within, calendar,
        pauses=pauses_of(found), extensions=extensions, yellow_percent=run.overall_yellow_percent,
    )  # fmt: skip


def pauses_of(requests: Iterable[ClockRequest]) -> list[Pause]:
    """The stretches in which clocks stood still; one that goes on still lasts to its planned end."""
    return [
        Pause(one.since, one.until) for one in requests if one.since is not None and one.until is not None
    ]


def may_ask(run: Run, by: Actor) -> bool:
    """Whether it is the actor's turn."""
    return run.is_running and bool(set(procedure(run.procedure).answering(run.state)) & roles_in(run, by))


def may_decide(run: Run, by: Actor) -> bool:
    """Whether the acting appointment is an approver's, at the run's area."""
    approvers = procedure(run.procedure).leeway.approvers
    return not set(approvers).isdisjoint(roles_in(run, by))


def words_of(request: ClockRequest, run: Run) -> str:
    """What is asked: 挂起到某日, or 延期 so much."""
    if request.kind == PAUSE:
        return pause_words(request)
    measure = run.overall_measure if request.for_overall else _leg_measure(request)
    assert request.amount is not None
    amount = Within(request.amount, Measure(measure)).words
    return f"{'全程' if request.for_overall else ''}延期 {amount}"


def pause_words(request: ClockRequest) -> str:
    """挂起到某日: the last day that is still paused."""
    assert request.until is not None  # the table's constraint
    last = clock.local(request.until - timedelta(microseconds=1))
    return f"挂起到{last.year}年{last.month}月{last.day}日"


def label_of(run: Run) -> str:
    """The label of a run's state, or its bare name if the procedure's file is gone."""
    try:
        return procedure(run.procedure).state(run.state).label
    except UnknownProcedure:
        return run.state


def _leg_measure(request: ClockRequest) -> str:
    legs = Leg.objects.filter(run_id=request.run_id, number=request.leg)
    return legs.values_list("within_measure", flat=True).get()


def _to_ask(run_id: UUID, why: str, by: Actor) -> tuple[Run, Leeway]:
    run = _locked(run_id, by)
    if not run.is_running:
        raise Conflict("这件事已经办完，时限不再走。")
    if not may_ask(run, by):
        raise NotAllowed("现在轮到谁办，谁才能申请延期或挂起。")
    if not why.strip():
        raise Refused("请写明理由，批准的人要看。", field="why")
    if len(why.strip()) > WHY_LENGTH:
        raise Refused(f"理由不能超过 {WHY_LENGTH} 个字。", field="why")
    if _requests(run.id).filter(state=ASKED, leg=run.legs_count).exists():
        raise Conflict("已经有一个申请在等批准，请等结果。")
    return run, procedure(run.procedure).leeway


def _asked(run: Run, words: str, by: Actor, at: datetime, **columns: object) -> ClockRequest:
    request = ClockRequest.objects.create(
        run=run, leg=run.legs_count, asked_by_id=by.person_id, asked_name=by.person_name,
        asked_label=by.hand.appointment_label, asked_at=at, **columns,
    )  # fmt: skip
    asked = ClockAsked(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, state_label=label_of(run),
        what=words, why=request.why,
    )  # fmt: skip
    journal.record(asked, by=by.hand, at=at)
    return request


def _locked(run_id: UUID, by: Actor) -> Run:
    found = Run.objects.visible_to(by).filter(id=run_id)
    run = found.select_for_update(of=("self",)).select_related("area").first()
    if run is None:
        raise NotThere
    return run


def _open_leg(run: Run) -> Leg:
    return Leg.objects.get(run=run, left_at=None)


def _requests(run_id: UUID) -> models.QuerySet[ClockRequest]:
    return ClockRequest.objects.filter(run_id=run_id)


def _extensions(run: Run, *, overall: bool) -> list[int]:
    found = _requests(run.id).filter(kind=EXTENSION, state=GRANTED, for_overall=overall)
    if not overall:
        found = found.filter(leg=run.legs_count)
    return [amount for amount in found.values_list("amount", flat=True) if amount is not None]
