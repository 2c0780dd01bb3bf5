"""Act on many cases at once: looked through first, then done; each by itself, through the same door as a single one.

What the preview says is not foretold but tried: the acts are carried out and rolled back, so that it cannot say
anything else than what then happens. Numbers of legs go along: what somebody moved in the meantime is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.accounts import public as accounts
from minqing.cases.models import Case
from minqing.cases.models_desk import BulkAct
from minqing.cases.permissions_desk import ACT_ON_MANY
from minqing.cases.procedures.vocabulary import ADVICE, UNIT
from minqing.cases.services.steps import StepInput, locked, take_step
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.workflow import public as workflow

# Every one is locked, moved and let go of again while somebody waits for the preview: about two seconds.
BULK_MAX: Final = 200
TO_UNIT, TO_PERSON = "unit", "person"
STEP: Final = "step:"  # followed by the label of a step that asks for nothing


@dataclass(frozen=True, slots=True)
class Ticked:
    """A case that was ticked, and the leg that the page showed."""

    case_id: UUID
    leg: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with them: hand them to a unit or a person, or take a step that needs nothing more."""

    action: str
    unit_id: UUID | None = None
    person_id: UUID | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one case: done, and how, or refused, and why."""

    case_id: UUID
    done: bool
    sentence: str


class _OnlyLooking(Exception):
    """Ends the transaction of a preview."""


def look_through(ticked: Sequence[Ticked], wish: Wish, *, by: Actor, at: datetime) -> list[Outcome]:
    """Say what would come of each, in the order given; nothing is kept. Raises ``Refused`` for a wish of no sense."""
    _require(ticked, wish, by)
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic():
            outcomes = _each(ticked, wish, by, at)
            raise _OnlyLooking
    except _OnlyLooking:
        return outcomes


@transaction.atomic
def act_on_many(*, act_id: UUID, ticked: Sequence[Ticked], wish: Wish, by: Actor, at: datetime) -> BulkAct:
    """Do it, each in its own savepoint, and keep what came of it; sent again, return what came of it the first time.

    Raises ``Conflict`` for the same id with other content.
    """
    _require(ticked, wish, by)
    digest = _digest(ticked, wish)
    act, is_new = BulkAct.objects.get_or_create(
        id=act_id,
        defaults={
            "person_id": by.person_id, "what": _what(wish), "content_hash": digest, "made_at": at,
        },
    )  # fmt: skip
    if not is_new:
        if act.person_id != by.person_id or bytes(act.content_hash) != digest:
            raise Conflict("这一批已经用别的内容提交过了。请回到事项页重新勾选。")
        return act
    outcomes = _each(ticked, wish, by, at)
    numbers = dict(
        Case.objects.visible_to(by).filter(id__in=[one.case_id for one in ticked]).values_list("id", "number")
    )
    act.report = [
        [str(one.case_id), numbers.get(one.case_id, ""), one.done, one.sentence] for one in outcomes
    ]
    act.save(update_fields=["report"])
    return act


def report_of(act_id: UUID, *, by: Actor) -> BulkAct:
    """Return what came of one of one's own acts. Raises :class:`NotThere`."""
    found = BulkAct.objects.filter(id=act_id, person_id=by.person_id).first()
    if found is None:
        raise NotThere
    return found


def step_for(steps: Iterable[workflow.Step], action: str) -> workflow.Step | None:
    """Return the step, of those open to somebody, that carries out an action, if it asks for nothing besides."""
    for one in steps:
        asked = {need.key for need in one.needs if need.required}
        hands_over = any(need.kind is workflow.NeedKind.CHOICE_UNIT for need in one.needs)
        if action == TO_UNIT and hands_over and asked <= {UNIT.key}:
            return one
        if action == f"{STEP}{one.label}" and not asked:
            return one
    return None


def _require(ticked: Sequence[Ticked], wish: Wish, by: Actor) -> None:
    by.require(ACT_ON_MANY)
    if not ticked:
        raise Refused("请先勾选事项。")
    if len(ticked) > BULK_MAX:
        raise Refused(f"一次最多办 {BULK_MAX} 件，请分几次。")
    if wish.action == TO_UNIT and wish.unit_id is None:
        raise Refused("请选择交给哪个单位。", field="unit")
    if wish.action == TO_PERSON and wish.person_id is None:
        raise Refused("请选择交给谁。", field="person")
    if wish.action not in (TO_UNIT, TO_PERSON) and not wish.action.startswith(STEP):
        raise Refused("请选择要做什么。", field="action")


def _each(ticked: Sequence[Ticked], wish: Wish, by: Actor, at: datetime) -> list[Outcome]:
    """Try each in its own savepoint, in the order of ids: two who do this at once must not wait for each other."""
    found: dict[UUID, Outcome] = {}
    for one in sorted(ticked, key=lambda ticked: ticked.case_id):
        try:
            with transaction.atomic():
                sentence = _name(one, wish, by, at) if wish.action == TO_PERSON else _step(one, wish, by, at)
            found[one.case_id] = Outcome(one.case_id, True, sentence)
        except Refused as refused:
            found[one.case_id] = Outcome(one.case_id, False, refused.message)
    return [found[one.case_id] for one in ticked]


def _name(one: Ticked, wish: Wish, by: Actor, at: datetime) -> str:
    _, run = locked(Case.objects.visible_to(by).filter(id=one.case_id), one.leg)
    workflow.name_holder(run, person_id=wish.person_id, by=by, at=at)
    name = accounts.person_names([wish.person_id]).get(wish.person_id, "") if wish.person_id else ""
    return f"由{name}经办"


def _step(one: Ticked, wish: Wish, by: Actor, at: datetime) -> str:
    case = Case.objects.visible_to(by).select_related("run", "area").filter(id=one.case_id).first()
    if case is None:
        raise NotThere
    run = case.run
    run.area = case.area
    if run.legs_count != one.leg:
        raise Conflict("有人刚刚办过这件事，这次没有动它。请看最新情况后再办。")
    step = step_for(workflow.steps_open_to(run, by), wish.action)
    if step is None:
        state = workflow.procedure(run.procedure).state(run.state).label
        turn = workflow.who_may(run, on=clock.local(at).date()).words
        raise Refused(f"现在是“{state}”，{turn}，这一步不能这样批量办。")
    values = {ADVICE.key: wish.advice}
    if wish.action == TO_UNIT:
        values[UNIT.key] = str(wish.unit_id)
    moved = take_step(case_id=one.case_id, step=step.key, given=StepInput(values), by=by, at=at, leg=one.leg)
    to = f"给{moved.unit.name}" if wish.action == TO_UNIT and moved.unit else ""
    due = f"，应于{workflow.in_words(moved.run.next_due_at)}前完成" if moved.run.next_due_at else ""
    return f"{step.label}{to}，到“{step.to.label}”{due}"


def _what(wish: Wish) -> str:
    if wish.action == TO_UNIT and wish.unit_id is not None:
        return f"交办给{accounts.unit(wish.unit_id).name}"
    if wish.action == TO_PERSON and wish.person_id is not None:
        return f"指定{accounts.person_names([wish.person_id]).get(wish.person_id, '')}经办"
    return wish.action.removeprefix(STEP)


def _digest(ticked: Sequence[Ticked], wish: Wish) -> bytes:
    content = [
        sorted([str(one.case_id), one.leg] for one in ticked),
        [wish.action, str(wish.unit_id), str(wish.person_id), wish.advice],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).digest()
