"""联办: make a case joint, ask units to assist, take what they answer, and overrule what does not come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.accounts import public as accounts
from minqing.cases.effects import Taken, carries_out
from minqing.cases.events_joint import PartAsked, PartMoved, PartOverdue
from minqing.cases.facts import fact, facts_of
from minqing.cases.going_along import require_own_way
from minqing.cases.joint_rules import JOINABLE, WITH_PARTS, leads, roles_in_part
from minqing.cases.models import Case
from minqing.cases.models_joint import ANSWERED, OVERRULED, WITHDRAWN, WORDS_LENGTH, Part
from minqing.cases.permissions_joint import JOIN_UNITS
from minqing.cases.procedures.assist import ANSWER, Assist
from minqing.cases.procedures.joint import Joint
from minqing.cases.procedures.vocabulary import (
    ALL_PARTS_IN,
    ASK_UNITS,
    ASKED,
    ASSISTANTS,
    LEAD_UNIT,
    LET_UNITS_GO,
    REASON,
)
from minqing.cases.services.files import attach, kept_only_if_all_goes_well, made_safe
from minqing.cases.services.resent import fingerprint, remembered
from minqing.cases.services.returns import keep_part_return, keep_part_ruling
from minqing.cases.services.steps import StepInput, chosen_unit, locked, take_step
from minqing.cases.services.switching import switch_procedure
from minqing.cases.services.telling import about
from minqing.cases.telling import LATE_BELOW
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor, Hand
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.notices import public as notices
from minqing.workflow import public as workflow

PARTS_MAX = 20
_DECLINES = (Assist.decline, Assist.decline_again)
PART_ASKED = notices.kind("cases.part_asked", "请您单位协办", "事项 {number} 请您单位协办：{state}")
PART_MOVED = notices.kind("cases.part_moved", "协办有答复", "事项 {number} 的协办单有答复或变动：{state}")


@transaction.atomic
def make_joint(
    *,
    case_id: UUID,
    lead: str,
    assistants: str,
    asked: str,
    reason: str,
    by: Actor,
    at: datetime,
    leg: int | None,
) -> Case:
    """Put a case under the joint procedure, with its lead and its assisting units (ids, with commas between)."""
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), leg)
    by.require(JOIN_UNITS, run.area.path)
    if workflow.procedure(run.procedure).key not in JOINABLE:
        title = workflow.procedure(run.procedure).title
        raise Refused(f"按“{title}”办理的事项不能转联办。需要别的单位协办，请在事项里加协办单位。")
    switch_procedure(case_id=case.id, to=Joint.key, reason=reason, by=by, at=at)
    given = StepInput({LEAD_UNIT.key: lead, ASSISTANTS.key: assistants, ASKED.key: asked})
    return take_step(case_id=case.id, step=Joint.assign.key, given=given, by=by, at=at)


@carries_out(ASK_UNITS)
def ask_units(taken: Taken, effect: workflow.Effect) -> None:
    """Send every assisting unit its part, in the order in which they were chosen."""
    wanted = dict.fromkeys(one for one in taken.values.get(ASSISTANTS.key, "").split(",") if one)
    units = [unit for one in wanted if (unit := chosen_unit(taken.run, one)) is not None]
    for unit in units:
        if unit.id == taken.run.unit_id:
            raise Refused(f"“{unit.name}”已经是主办单位，请把它从协办单位里去掉。", field=ASSISTANTS.key)
    open_ones = set(Part.objects.filter(case=taken.case, outcome="").values_list("unit_id", flat=True))
    for unit in units:
        if unit.id not in open_ones:  # a joint case that got another lead keeps the parts that wait
            _ask(taken.case, taken.run, unit, taken.values.get(ASKED.key, ""), by=taken.hand, at=taken.at)


@transaction.atomic
def add_part(*, case_id: UUID, unit: str, asked: str, by: Actor, at: datetime) -> Part:
    """Ask one more unit to assist in a case under way; the lead does so, or a dispatcher."""
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), None)
    require_own_way(case)
    if workflow.procedure(run.procedure).key not in WITH_PARTS or run.state != "handling":
        raise Refused("只有正在办理的联办件、督办件才能加协办单位。")
    if not leads(run, by) and not by.may(JOIN_UNITS, run.area.path):
        raise NotAllowed("只有主办单位和调度员可以加协办单位。")
    chosen = chosen_unit(run, unit)
    if chosen is None:
        raise Refused("请选择协办单位。", field="unit")
    if chosen.id == run.unit_id:
        raise Refused(f"“{chosen.name}”是主办单位，不用再协办。", field="unit")
    if Part.objects.filter(case=case, unit=chosen, outcome="").exists():
        raise Refused(f"“{chosen.name}”已有一张没有答复的协办单。", field="unit")
    if not asked.strip():
        raise Refused("请写明请他们做什么。", field="asked")
    return _ask(case, run, chosen, asked, by=by.hand, at=at)


def _ask(case: Case, run: workflow.Run, unit: accounts.Unit, asked: str, *, by: Hand, at: datetime) -> Part:
    """Make a part with its own run and clock, for a locked case; let the unit's people see the case."""
    position = Part.objects.filter(case=case).count() + 1
    if position > PARTS_MAX:
        raise Refused(f"一件事项最多 {PARTS_MAX} 张协办单。")
    part = Part(
        case=case, unit=unit, position=position, asked=asked[:WORDS_LENGTH], asked_at=at, asked_by_id=by.person_id,
        asked_by_label=by.appointment_label,
    )  # fmt: skip
    part.run = workflow.start_run(
        procedure=Assist, subject_kind=Assist.subject_kind, subject_id=part.id, area_id=run.area_id, by=by, at=at,
        unit_id=unit.id,
    )  # fmt: skip
    part.save(force_insert=True)
    _let_see(case)
    due = workflow.in_words(part.run.next_due_at) if part.run.next_due_at else ""
    asked_event = PartAsked(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, part_id=part.id, unit_name=unit.name,
        due_words=due, words=asked,
    )  # fmt: skip
    record(asked_event, by=by, at=at)
    people = set(workflow.accountable(part.run, on=clock.local(at).date()).people) - {by.person_id}
    if people:
        notices.tell(about(case, PART_ASKED, people, key=f"part {part.id}", at=at, told_at=at))
    return part


def _let_see(case: Case) -> None:
    """Write onto the case which units assist or assisted; a withdrawn one is none of them."""
    kept = Part.objects.filter(case=case).exclude(outcome=WITHDRAWN)
    units = list(dict.fromkeys(kept.order_by("position").values_list("unit_id", flat=True)))
    case.assisting = units or None
    Case.everything.filter(id=case.id).update(assisting=case.assisting)


@fact(ALL_PARTS_IN.key)
def all_parts_in(case: Case, run: workflow.Run) -> bool:
    """Whether no assisting unit is waited for."""
    return not Part.objects.filter(case=case, outcome="").exists()


def take_part_step(
    *, part_id: UUID, step: str, given: StepInput, by: Actor, at: datetime, leg: int | None = None
) -> Part:
    """Answer a part, decline, overrule or withdraw it, or refuse with a sentence fit for the screen."""
    pictures = made_safe(given.photos)
    with transaction.atomic(), kept_only_if_all_goes_well() as names:
        part, case_run = _locked_part(part_id, by)
        case, run = part.case, part.run
        this = fingerprint(who=by.person_id, leg=leg or 0, step=step, values=given.values, pictures=pictures)
        if leg is not None and leg != run.legs_count:
            if this in part.sent:
                return part
            raise Conflict("有人刚刚办过这张协办单，您填的内容还没有提交。请看最新情况后再办。")
        of = workflow.procedure(run.procedure)
        roles, so = roles_in_part(part, case_run, by), facts_of(case, run)
        decision = of.decide(run.state, step, roles, given.keys, so)
        since, held = run.entered_at, run.legs_count
        workflow.advance(run, decision, by=by.hand, at=at)
        words = given.values.get(ANSWER.key) or given.values.get(REASON.key, "")
        if decision.step in _DECLINES:
            keep_part_return(part, words, since=since, leg=held, at=at)
        elif decision.step is not Assist.answer:
            stays = decision.step in (Assist.insist, Assist.insist_again)
            keep_part_ruling(part, words, stays=stays, by=by.hand, at=at)
        part.sent = remembered(part.sent, this)
        _apply(part, decision, words[:WORDS_LENGTH], by.hand, at)
        if decision.step is Assist.answer:
            attach(case, pictures, step=f"part_{part.position}", at=at, names=names)
        _let_see(case)
        _say(part, decision.step.key, decision.step.label, words, by.hand, at)
        return part


def _apply(part: Part, decision: workflow.Decision, words: str, hand: Hand, at: datetime) -> None:
    """Put what was said onto the part."""
    part.declined_because = words if decision.step in _DECLINES else ""
    if decision.step is Assist.answer:
        part.answer, part.answered_at = words, at
        part.answered_by_id, part.answered_by_label = hand.person_id, hand.appointment_label
    if decision.state.final:
        part.outcome = {
            Assist.answered.key: ANSWERED, Assist.overruled.key: OVERRULED, Assist.withdrawn.key: WITHDRAWN,
        }[decision.state.key]  # fmt: skip
        part.because = "" if part.outcome == ANSWERED else words
        part.ended_at, part.ended_by_id, part.ended_by_label = at, hand.person_id, hand.appointment_label
    part.save()


@transaction.atomic
def overrule_answer(*, part_id: UUID, reason: str, by: Actor, at: datetime) -> Part:
    """Set aside an answer that was given: the lead says why, and both stay on record."""
    part, case_run = _locked_part(part_id, by)
    if not leads(case_run, by):
        raise NotAllowed("只有主办单位可以否决协办答复。")
    if part.outcome != ANSWERED or case_run.state != "handling":
        raise Conflict("这张协办单现在不能否决：没有答复，或者事项已经报了办结。请刷新页面查看。")
    if not reason.strip():
        raise Refused("请写明为什么不采纳这份答复。", field=REASON.key)
    part.outcome, part.because, part.ended_at = OVERRULED, reason[:WORDS_LENGTH], at
    part.ended_by_id, part.ended_by_label = by.person_id, by.hand.appointment_label
    part.save()
    _say(part, "overrule_answer", "不采纳答复", reason, by.hand, at)
    return part


def _locked_part(part_id: UUID, by: Actor) -> tuple[Part, workflow.Run]:
    """Return a part of a case that the actor may see, and the case's run; both are locked, the case first."""
    found = Part.objects.filter(id=part_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotThere
    case, case_run = locked(Case.objects.visible_to(by).filter(id=found), None)
    part = Part.objects.select_related("unit").get(id=part_id)
    part.case, part.run = case, workflow.lock_run(part.run_id)
    return part, case_run


def _say(part: Part, step: str, what: str, words: str, hand: Hand, at: datetime) -> None:
    moved = PartMoved(
        subject_kind="case", subject_id=part.case_id, area_id=part.case.area_id, part_id=part.id,
        unit_name=part.unit.name, step=step, what=what, words=words,
    )  # fmt: skip
    record(moved, by=hand, at=at)
    _tell_the_lead(part, hand, at)


def _tell_the_lead(part: Part, hand: Hand, at: datetime) -> None:
    """Tell whoever answers for the case now, unless it was their own hand."""
    if not part.case.run.is_running:
        return
    people = set(workflow.accountable(part.case.run, on=clock.local(at).date()).people) - {hand.person_id}
    if people:
        key = f"part {part.id} {part.run.legs_count} {part.outcome}"
        notices.tell(about(part.case, PART_MOVED, people, key=key, at=at, told_at=at))


@carries_out(LET_UNITS_GO)
def let_units_go(taken: Taken, effect: workflow.Effect) -> None:
    """Leave no unit waiting in a case that ends without its lead's conclusion."""
    withdraw_all(case_id=taken.case.id, why=f"事项已了结：{taken.decision.state.label}。", at=taken.at)


@transaction.atomic
def withdraw_all(*, case_id: UUID, why: str, at: datetime) -> int:
    """Withdraw the parts that still wait, because the case goes on without them; return how many."""
    case, _ = locked(
        Case.objects.unscoped("the case itself goes on without its parts").filter(id=case_id), None
    )
    waiting = list(Part.objects.select_related("unit").filter(case=case, outcome=""))
    for part in waiting:
        part.case, part.run = case, workflow.lock_run(part.run_id)
        step = Assist.withdraw
        decision = workflow.Decision(step, Assist.state(part.run.state), step.to, step.then)
        workflow.advance(part.run, decision, by=SYSTEM, at=at)
        _apply(part, decision, why, SYSTEM, at)
        keep_part_ruling(part, why, stays=False, by=SYSTEM, at=at)
        _say(part, step.key, step.label, why, SYSTEM, at)
    if waiting:
        _let_see(case)
    return len(waiting)


@transaction.atomic
def escalate_part(*, part_id: UUID, leg: int, at: datetime) -> None:
    """Tell whoever stands above the assisting unit, and the lead, that a part is late."""
    part = Part.objects.select_related("case__run__area", "unit").filter(id=part_id).first()
    if part is None:
        return
    run = workflow.lock_run(part.run_id)
    if not run.is_running or run.legs_count != leg:
        return  # somebody was quicker
    on = clock.local(at).date()
    told = workflow.told_when_late(run, on=on)
    state = workflow.procedure(run.procedure).state(run.state).label
    lead = workflow.accountable(part.case.run, on=on) if part.case.run.is_running else None
    people = dict.fromkeys((*told.people, *(lead.people if lead else ())))
    if people:
        news = about(part.case, LATE_BELOW, people, key=f"late {part.id} {leg}", at=at, told_at=at)
        notices.tell(news)
    late = PartOverdue(
        subject_kind="case", subject_id=part.case_id, area_id=part.case.area_id, part_id=part.id,
        unit_name=part.unit.name, state_label=state, told=told.words,
    )  # fmt: skip
    record(late, by=SYSTEM, at=at)
