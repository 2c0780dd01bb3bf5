"""第三方抽查: a random share of a month's closed cases is asked again, by somebody who had no part in them.

The seed of a draw stands on record: cases are put in the order of a hash over seed and number, and the first of them
are drawn. Whoever repeats it with the same seed draws the same cases, and the hash over all numbers says whether the
cases to draw from are still the same.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.events_handover import SampleCalled, SampleDrawn, SampleShareSet
from minqing.cases.models import Case, Contact
from minqing.cases.models_handover import REACHED, UNREACHED, SampleCall, SampleDraw, SamplePlan
from minqing.cases.permissions_handover import CALL_SAMPLE, DRAW_SAMPLE
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.cases.queries.sampling import share_now
from minqing.cases.queries.sets import Period
from minqing.cases.sampling import drawn, last_of_month, population_hash
from minqing.cases.services.reopening import reopen
from minqing.cases.telling import SAMPLE_DRAWN
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor, Hand
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.notices import public as notices
from minqing.workflow import public as workflow


@transaction.atomic
def set_share(*, percent: int, by: Actor, at: datetime) -> SamplePlan:
    """Set which share of closed cases is called from the next draw on."""
    by.require(DRAW_SAMPLE)
    if not 1 <= percent <= 100:
        raise Refused("抽查比例请填 1 到 100 之间的整数。", field="percent")
    plan = SamplePlan.objects.create(percent=percent, set_at=at, set_by_id=by.person_id)
    county = areas.county()
    record(
        SampleShareSet(subject_kind="sample", subject_id=plan.id, area_id=county.id, percent=percent),
        by=by.hand,
        at=at,
    )
    return plan


def draw_sample(*, month: date, at: datetime, by: Actor | None = None) -> SampleDraw:
    """Draw a month's sample; a month is drawn once, and asking again returns that draw. ``by`` None: by the clock."""
    if by is not None:
        by.require(DRAW_SAMPLE)
    month = month.replace(day=1)
    if last_of_month(month) >= clock.local(at).date():
        raise Refused("这个月还没有过完，请下个月再抽。", field="month")
    known = SampleDraw.objects.filter(month=month).first()
    if known is not None:
        return known
    try:
        return _draw(month, by.hand if by else SYSTEM, at)
    except IntegrityError:  # two drew at once: the first draw holds
        return SampleDraw.objects.get(month=month)


@transaction.atomic
def _draw(month: date, hand: Hand, at: datetime) -> SampleDraw:
    numbers = population(month)
    seed, percent = secrets.token_hex(8), share_now()
    chosen = drawn(numbers, seed, percent)
    made = SampleDraw.objects.create(
        month=month, seed=seed, percent=percent, population=len(numbers), population_hash=population_hash(numbers),
        drawn_at=at, drawn_by_label=hand.appointment_label or hand.person_name,
    )  # fmt: skip
    by_number = {one.number: one for one in Case.everything.filter(number__in=chosen)}
    SampleCall.objects.bulk_create(
        [
            SampleCall(
                draw=made, case=by_number[number], position=position, unit_id=by_number[number].unit_id,
                own_done=by_number[number].done, own_content=by_number[number].content,
            )
            for position, number in enumerate(chosen, 1)
        ]
    )  # fmt: skip
    told = SampleDrawn(
        subject_kind="sample", subject_id=made.id, area_id=areas.county().id, month=f"{month:%Y-%m}", seed=seed,
        percent=percent, population=len(numbers), size=len(chosen),
    )  # fmt: skip
    record(told, by=hand, at=at)
    _tell_who_calls(made, len(chosen), at)
    return made


def _tell_who_calls(draw: SampleDraw, size: int, at: datetime) -> None:
    """Tell everybody who calls for the sample that a month was drawn: one line a person, with the number of calls."""
    callers = Q(role__in=[role.key for role in CALL_SAMPLE.held_by])
    held = accounts.appointments_where(callers, clock.local(at).date())
    if not size or not held:
        return
    county = areas.county()
    told = notices.News(
        kind=SAMPLE_DRAWN,
        people=tuple(sorted({one.person_id for one in held})),
        subject_kind="sample",
        subject_id=draw.id,
        area_id=county.id,
        area_path=county.path,
        key=f"sample {draw.id}",
        at=at,
        told_at=at,
        sentence=f"{draw.label}的第三方抽查抽出 {size} 件，等您回访",
        private=True,
    )
    notices.tell_many([told])


def population(month: date) -> list[str]:
    """Return the numbers of the cases that a month's draw is made from: closed in it, with a number to call."""
    with_phone = Contact.objects.filter(phone_index__isnull=False).values("case_id")
    found = (
        Case.objects.unscoped("the sample is drawn from the whole county; only numbers are read")
        .filter(Period(month, last_of_month(month)).holds("closed_at"), id__in=with_phone, is_anonymous=False)
        .exclude(source__in=rules.SEALED)
    )
    return sorted(found.values_list("number", flat=True))


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """What a call brought: whether anybody was reached, and then the two answers."""

    reached: bool
    done: bool | None = None
    content: str = ""
    words: str = ""


@transaction.atomic
def keep_sample_call(*, call_id: UUID, given: SampleAnswer, by: Actor, at: datetime) -> SampleCall:
    """Write down what a reporter said to the third party; “not done” takes a closed case up again.

    A call that reached nobody may be tried again; one that was answered stands.
    """
    by.require(CALL_SAMPLE)
    call = SampleCall.objects.select_for_update(of=("self",)).filter(id=call_id).first()
    if call is None:
        raise NotThere
    case = Case.objects.visible_to(by).select_related("run", "run__area").filter(id=call.case_id).first()
    if case is None:
        raise NotThere
    if call.outcome == REACHED:
        raise Conflict("这一件已经回访过了。请刷新页面查看。")
    if by.person_id in (case.handled_by_id, case.asked_by_id):
        raise NotAllowed("这件事是您办的或问的，抽查要由没有经手的人来打。")
    if not given.reached and (given.done is not None or given.content):
        raise Refused(
            "没有联系上，就没有回答可记：请改成“接通了”，或者去掉“办好了吗”“满意吗”的选择。", field="reached"
        )
    if given.reached and given.done is None:
        raise Refused("请先问：这件事办好了吗？", field="done")
    if given.reached and given.done and given.content not in CONTENT_LABELS:
        raise Refused("请选择对办理满意不满意。", field="content")
    call.outcome = REACHED if given.reached else UNREACHED
    call.done = given.done if given.reached else None
    call.content = given.content if given.reached and given.done else ""
    call.words = given.words[: rules.ANSWER_WORDS_MAX]
    call.called_at, call.called_by_id = at, by.person_id
    call.save()
    told = SampleCalled(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, reached=given.reached, done=call.done,
        content_label=call.content_label, words=call.words,
    )  # fmt: skip
    record(told, by=by.hand, at=at)
    if call.done is False:
        _take_up_again(case, by.hand, at)
    return call


def _take_up_again(case: Case, hand: Hand, at: datetime) -> None:
    run = workflow.lock_run(case.run_id)
    if run.is_running:  # somebody took it up before: it is being worked on already
        return
    case.run = run
    reopen(case, why="第三方抽查中反映人说没有办好", words="", hand=hand, at=at)


def repeat_draw(draw: SampleDraw) -> tuple[bool, int]:
    """Draw again with the seed on record; return whether the same cases come out, and from how many they were drawn."""
    numbers = population(draw.month)
    kept = SampleCall.objects.filter(draw=draw).order_by("position").values_list("case__number", flat=True)
    return list(kept) == drawn(numbers, draw.seed, draw.percent), len(numbers)
