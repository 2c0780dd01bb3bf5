"""Take a case one step along its procedure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.effects import Had, Taken, carry_out
from minqing.cases.events import CaseClosed, ReporterAnswered, StepTaken
from minqing.cases.facts import facts_of
from minqing.cases.models import Answer, Case, CaseQuerySet, Topic
from minqing.cases.procedures.vocabulary import (
    CONTENT_LABELS,
    DONE,
    IS_CONTENT,
    NOT_DONE,
    REASON,
    REMARK,
    RESULT,
    TOPIC,
    UNIT,
)
from minqing.cases.services.catalogue import keep_choice
from minqing.cases.services.files import attach, kept_only_if_all_goes_well, made_safe
from minqing.cases.services.merging import lock_family, pass_on_to_children, take_back_with_master
from minqing.cases.services.resent import fingerprint, remembered
from minqing.journal.public import record, together
from minqing.kernel.access import ANONYMOUS, REPORTER, Actor, Hand, Role
from minqing.kernel.clock import to_the_hour
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.statements import statement
from minqing.workflow import public as workflow

SOMEBODY_WAS_QUICKER: Final = "有人刚刚办过这件事，您填的内容还没有提交。请看最新情况后再办。"
# What a person chose from a list of ours is said in its own words, not by its id.
_CHOSEN: Final = frozenset(
    {workflow.NeedKind.CHOICE_UNIT, workflow.NeedKind.CHOICE_UNITS, workflow.NeedKind.CHOICE_PERSON}
)


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a person supplies with a step: texts and choices by the need's key, and photos."""

    values: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[BinaryIO] = field(default=())

    @property
    def keys(self) -> set[str]:
        return {key for key, value in self.values.items() if value} | ({"photo"} if self.photos else set())


def take_step(
    *,
    case_id: UUID,
    step: str,
    given: StepInput,
    by: Actor,
    at: datetime,
    leg: int | None = None,
    units: Sequence[accounts.Unit] = (),
) -> Case:
    """Move a case one step along its procedure, or refuse with a reason fit for the screen.

    ``leg``: the number of the leg the person was looking at; another one means that somebody was quicker, unless
    this very step was taken already: what a slow phone sends twice gets the first answer. ``units``: those among which
    the person chose, with their areas, if the caller has just read them.
    """
    pictures = made_safe(given.photos)
    this = fingerprint(who=by.person_id, leg=leg or 0, step=step, values=given.values, pictures=pictures)
    with transaction.atomic(), together(), kept_only_if_all_goes_well() as names:
        case, run = _locked(_seen.one(by, case_id=case_id), None)
        if leg is not None and run.legs_count != leg:
            if this in case.sent:
                return case
            raise Conflict(SOMEBODY_WAS_QUICKER)
        case.sent = remembered(case.sent, this)
        _refuse_if_merged(case, run)
        unit = chosen_unit(run, given.values.get(UNIT.key, ""), among=units)
        roles = workflow.roles_in(run, by)
        asked_by = by.person_id
        return move(
            case, run, step, given, pictures, names, roles=roles, hand=by.hand, at=at, unit=unit,
            asked_by=asked_by,
        )  # fmt: skip


def answer(*, receipt_code: str, done: bool, content: str, words: str, at: datetime) -> Case:
    """Write down the reporter's own two answers; “not done” sends the case back."""
    if done and content not in CONTENT_LABELS:
        raise Refused("请选择对办理满意不满意。", field="content")
    with transaction.atomic(), together(), kept_only_if_all_goes_well() as names:
        code = rules.read_code(receipt_code, rules.RECEIPT_LENGTH) or ""
        cases = Case.objects.unscoped("the receipt is the right to answer").filter(receipt_code=code)
        case, run = locked(cases, None)
        wanted = DONE if done else NOT_DONE
        of = workflow.procedure(run.procedure)
        open_steps = of.open_to(run.state, [workflow.REPORTER]) if run.is_running else ()
        step = next((one for one in open_steps if wanted in one.then), None)
        this = fingerprint(who=code, leg=0, step=wanted.key, values={"content": content, "words": words})
        if step is None:
            if this in case.sent:  # the same answer, sent again
                return case
            raise Conflict("这件事现在不用您确认：可能还在办理，也可能您已经回答过。请刷新页面查看。")
        if done:
            values = {IS_CONTENT.key: content, REMARK.key: words}
        else:
            values = {REASON.key: words or "反映人说没有办好，没有写理由。"}
        case.sent = remembered(case.sent, this)
        return move(
            case, run, step.key, StepInput(values), [], names, roles=frozenset({workflow.REPORTER}),
            hand=reporter_hand(case), at=reporter_time(case, at), unit=None, asked_by=None,
        )  # fmt: skip


def step_by_reporter(
    *, receipt_code: str, step: str, given: StepInput, at: datetime, leg: int | None = None
) -> Case:
    """Take a step that the procedure gives to whoever brought the matter, on the strength of the receipt.

    ``leg``: as for ``take_step``; the same sent again by a slow phone gets the first answer.
    """
    with transaction.atomic(), together(), kept_only_if_all_goes_well() as names:
        code = rules.read_code(receipt_code, rules.RECEIPT_LENGTH) or ""
        case, run = locked(
            Case.objects.unscoped("the receipt is the right to act").filter(receipt_code=code), None
        )
        this = fingerprint(who=code, leg=leg or 0, step=step, values=given.values, pictures=[])
        if leg is not None and run.legs_count != leg:
            if this in case.sent:
                return case
            raise Conflict("这件事刚刚有了新的进展，您填的内容还没有提交。请回到回执看最新情况。")
        case.sent = remembered(case.sent, this)
        _refuse_if_merged(case, run)
        return move(
            case, run, step, given, [], names, roles=frozenset({workflow.REPORTER}), hand=reporter_hand(case),
            at=reporter_time(case, at), unit=None, asked_by=None,
        )  # fmt: skip


def reporter_hand(case: Case) -> Hand:
    """Return the hand of whoever reported the case."""
    return ANONYMOUS if case.is_anonymous else REPORTER


def reporter_time(case: Case, at: datetime) -> datetime:
    """Return the time as it may be kept of the reporter's doings."""
    return to_the_hour(at) if case.is_anonymous else at


def locked(cases: CaseQuerySet, leg: int | None) -> tuple[Case, workflow.Run]:
    """Return the first of these cases and its run, locked and read under the lock.

    ``leg``: the number of the leg somebody was looking at, if any; another one is a :class:`Conflict`. Raises
    :class:`NotThere` for no case.
    """
    return _locked(cases.first(), leg)


@statement
def _seen(by: Actor, *, case_id: UUID) -> QuerySet[Case]:
    """What decides what is locked; the rest is read under the lock."""
    return Case.objects.visible_to(by).filter(id=case_id).only("id", "master_id", "reports")


@statement
def _under_lock(*, case_id: UUID) -> QuerySet[Case]:
    """A case with its run, both locked until the transaction ends."""
    return (
        Case.everything.select_for_update(of=("self", "run"))
        .select_related("run__area")
        .defer("run__area__outline")
        .filter(id=case_id)
    )


def _locked(case: Case | None, leg: int | None) -> tuple[Case, workflow.Run]:
    if case is None:
        raise NotThere
    lock_family(case)
    # Read again under the lock, with its run: what was read before it may be old by now.
    case = _under_lock.one(case_id=case.id)
    if case is None:
        raise NotThere
    run = case.run
    if leg is not None and run.legs_count != leg:
        raise Conflict(SOMEBODY_WAS_QUICKER)
    return case, run


def chosen_unit(
    run: workflow.Run, value: str, *, among: Sequence[accounts.Unit] = ()
) -> accounts.Unit | None:
    """Return the unit of an id, if it may handle a matter there; None for no id. Raises ``Refused``."""
    if not value:
        return None
    try:
        known = next((one for one in among if str(one.id) == value), None)
        unit = known or accounts.unit(UUID(value))
    except (ValueError, NotThere):
        raise Refused("没有这个单位，请重新选择。", field=UNIT.key) from None
    if unit.closed_at is not None:
        raise Refused(f"“{unit.name}”已撤销，请另选单位。", field=UNIT.key)
    if not areas.is_under(run.area.path, unit.area.path):
        raise Refused(f"“{unit.name}”管不到这里，请另选单位。", field=UNIT.key)
    return unit


def move(
    case: Case,
    run: workflow.Run,
    step: str,
    given: StepInput,
    pictures: list[bytes],
    names: list[str],
    *,
    roles: frozenset[Role],
    hand: Hand,
    at: datetime,
    unit: accounts.Unit | None,
    asked_by: UUID | None,
) -> Case:
    """Take a step of a locked case in the transaction at hand: decide, move the run, keep what was given, say it."""
    of = workflow.procedure(run.procedure)
    decision = of.decide(run.state, step, roles, given.keys, facts_of(case, run))
    _refuse_to_ask_about_ones_own_work(case, decision, asked_by)
    wanted = {need.key for need in decision.step.needs}
    values = {key: value for key, value in given.values.items() if key in wanted}
    unit = unit if UNIT.key in wanted else None
    had, asked_before = Had.of(run), case.done is not None or case.times_sent_back > 0
    workflow.advance(run, decision, by=hand, at=at, unit_id=unit.id if unit else None)
    _apply(case, decision, values, unit)
    if RESULT.key in values:
        case.handled_by_id = hand.person_id
    if DONE in decision.effects or NOT_DONE in decision.effects:
        case.asked_by_id = asked_by
    if "photo" in wanted:
        attach(case, pictures, step=decision.step.key, at=at, names=names)
    if decision.state.final:
        case.closed_at = run.finished_at
    case.save()
    _say(case, run, decision, values, unit, hand, at)
    if DONE in decision.effects or NOT_DONE in decision.effects:
        _keep_answer(case, decision, values, asked_before, asked_by=asked_by, hand=hand, at=at)
    if unit is not None:
        keep_choice(case, run, unit, at=at)
    carry_out(Taken(case, run, decision, values, unit, had, hand, at))
    if decision.state.final:
        closed = CaseClosed(
            subject_kind="case", subject_id=case.id, area_id=case.area_id, number=case.number,
            state_label=decision.state.label, title=case.title, opened_by=case.opened_by_id, source=case.source,
        )  # fmt: skip
        record(closed, by=hand, at=at)
    pass_on_to_children(case, decision, hand=hand, at=at)
    if NOT_DONE in decision.effects:
        take_back_with_master(case, hand=hand, at=at)
    return case


def _refuse_if_merged(case: Case, run: workflow.Run) -> None:
    """What goes along with another case takes no step of its own; the sentence says where it is worked on."""
    if run.follows_id is not None and case.master is not None:
        raise Conflict(
            f"这件事已并入 {case.master.number}，一起办理。请到 {case.master.number} 办，或先撤销并单。"
        )


def _refuse_to_ask_about_ones_own_work(
    case: Case, decision: workflow.Decision, asked_by: UUID | None
) -> None:
    """Whoever did it does not write down that the reporter is content with it."""
    asks = DONE in decision.effects or NOT_DONE in decision.effects
    # Nor that nobody could be reached: that too would close one's own work without a nod.
    gives_up = decision.state.final and _asks_for_a_nod(case.run, decision.source)
    if (asks or gives_up) and asked_by is not None and asked_by == case.handled_by_id:
        raise NotAllowed("这件事是您办的，不能由您来问办好没有。请别的同事去问，或请反映人用回执回答。")


def _asks_for_a_nod(run: workflow.Run, state: workflow.State) -> bool:
    """Whether a state is where the reporter is asked if it was done."""
    return any(DONE in step.then for step in workflow.procedure(run.procedure).steps_from(state.key))


def _apply(
    case: Case, decision: workflow.Decision, values: Mapping[str, str], unit: accounts.Unit | None
) -> None:
    """Put what was supplied onto the case."""
    if unit is not None:
        case.unit = unit
    if key := values.get(TOPIC.key):
        topic = Topic.objects.filter(key=key, closed_at=None).first()
        if topic is None:
            raise Refused("没有这个事项类别，请重新选择。", field=TOPIC.key)
        case.topic = topic
    if result := values.get(RESULT.key):
        case.result = result
    if DONE in decision.effects:
        content = values.get(IS_CONTENT.key, "")
        if content not in CONTENT_LABELS:
            raise Refused("请选择对办理满意不满意。", field=IS_CONTENT.key)
        case.done, case.content = True, content
    if NOT_DONE in decision.effects:
        case.done, case.content = False, ""
        case.times_sent_back += 1


def _say(
    case: Case,
    run: workflow.Run,
    decision: workflow.Decision,
    values: Mapping[str, str],
    unit: accounts.Unit | None,
    hand: Hand,
    at: datetime,
) -> None:
    texts = {need.key for need in decision.step.needs if need.kind not in _CHOSEN}
    texts -= {TOPIC.key, IS_CONTENT.key, "photo"}
    words = "；".join(values[key] for key in values if key in texts and values[key])
    taken = StepTaken(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, step=decision.step.key,
        step_label=decision.step.label, from_state=decision.source.key, to_state=decision.state.key,
        to_label=decision.state.label, unit_name=unit.name if unit else "",
        due_words=workflow.in_words(run.next_due_at) if run.next_due_at else "", words=words,
        clock=workflow.clock_facts(run),
    )  # fmt: skip
    record(taken, by=hand, at=at)


def _keep_answer(
    case: Case,
    decision: workflow.Decision,
    values: Mapping[str, str],
    asked_before: bool,
    *,
    asked_by: UUID | None,
    hand: Hand,
    at: datetime,
) -> None:
    done = DONE in decision.effects
    words = values.get(REMARK.key if done else REASON.key, "")[: rules.ANSWER_WORDS_MAX]
    content = values.get(IS_CONTENT.key, "") if done else ""
    Answer.objects.create(
        id=random_id() if hand.nameless else uuid7(),
        case=case,
        number=(Answer.objects.filter(case=case).count() if asked_before else 0) + 1,
        done=done,
        content=content,
        words=words,
        answered_at=at,
        asked_by_id=asked_by,
    )
    answered = ReporterAnswered(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, done=done,
        content_label=CONTENT_LABELS.get(content, ""), words=words,
    )  # fmt: skip
    record(answered, by=hand, at=at)
