"""并单: several reports of one matter are handled once, and every reporter is still answered; and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.cases import rules
from minqing.cases.events import CaseClosed
from minqing.cases.events_handover import (
    CaseMerged,
    CaseTookIn,
    JudgedNotSame,
    MasterLetGo,
    MergeUndone,
    ReopenedByChild,
    ResultPassedOn,
)
from minqing.cases.going_along import asking_state_key
from minqing.cases.likeness import UNDO_WITHIN
from minqing.cases.models import Case
from minqing.cases.models_handover import REASON_LENGTH, Merge, NotSame
from minqing.cases.permissions_handover import MERGE_CASES
from minqing.cases.procedures.vocabulary import ASK_REPORTER, NOT_DONE
from minqing.cases.services.reopening import reopen, state_after
from minqing.journal.public import record
from minqing.kernel.access import Actor, Hand
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.workflow import public as workflow

CHILDREN_MAX: Final = 200  # reports of one matter: a burst pipe in a town makes some dozens


@transaction.atomic
def merge_cases(
    *, master_id: UUID, child_ids: Iterable[UUID], by: Actor, at: datetime, reasons: str = ""
) -> Case:
    """Handle cases as parts of another from now on; those that are already are left as they are.

    The children keep their own clocks, receipts and reporters, and stand still. Raises ``Refused`` with a sentence,
    ``NotThere`` for what the actor does not see.
    """
    wanted = set(child_ids)
    if master_id in wanted:
        raise Refused("不能把一件事并入它自己，请另选一件。")
    found = _locked([master_id, *wanted], by)
    master = found[master_id]
    by.require(MERGE_CASES, master.area.path)
    _refuse_as_master(master)
    for child in (found[one] for one in sorted(wanted)):
        if child.master_id == master.id:
            continue  # a second click
        by.require(MERGE_CASES, child.area.path)
        _refuse_as_child(child)
        if master.reports > CHILDREN_MAX:
            raise Refused(f"{master.number} 已经并了 {CHILDREN_MAX} 件，请另开一件主件。")
        _take_in(master, child, by, at, reasons)
    return master


def _take_in(master: Case, child: Case, by: Actor, at: datetime, reasons: str) -> None:
    Merge.objects.create(
        child=child, master=master, reasons=reasons[:200], from_state=child.run.state, from_leg=child.run.legs_count,
        merged_at=at, merged_by_id=by.person_id, merged_by_label=by.hand.appointment_label,
    )  # fmt: skip
    child.master = master
    child.save(update_fields=["master"])
    workflow.follow(child.run, master.run)
    master.reports += 1
    master.save(update_fields=["reports"])
    merged = CaseMerged(
        subject_kind="case", subject_id=child.id, area_id=child.area_id, master_id=master.id,
        master_number=master.number,
    )  # fmt: skip
    took = CaseTookIn(
        subject_kind="case", subject_id=master.id, area_id=master.area_id, child_id=child.id,
        child_number=child.number, reports=master.reports,
    )  # fmt: skip
    record(merged, by=by.hand, at=at)
    record(took, by=by.hand, at=at)


def _refuse_as_master(master: Case) -> None:
    if master.source in rules.SEALED:
        raise Refused("个人信息请求只能单独办理，不能并单。")
    if master.master_id is not None:
        assert master.master is not None
        raise Refused(f"{master.number} 已经并入 {master.master.number}，请并到 {master.master.number}。")
    if master.closed_at is not None:
        raise Refused(f"{master.number} 已经了结，不能再并进去。")
    if _asking_or_over(master.run):
        raise Refused(f"{master.number} 正在问反映人办好没有，请等有了回答再并，或把它并到另一件。")


def _refuse_as_child(child: Case) -> None:
    if child.source in rules.SEALED:
        raise Refused("个人信息请求只能单独办理，不能并单。")
    if child.closed_at is not None:
        raise Refused(f"{child.number} 已经了结，不用再并。")
    if child.master_id is not None:
        assert child.master is not None
        raise Refused(f"{child.number} 已经并入 {child.master.number}，请先撤销那次并单。")
    if child.reports > 1:
        raise Refused(
            f"{child.number} 自己带着 {child.reports - 1} 件并入的事，请以它为主件，把另一件并进来。"
        )
    if _asking_or_over(child.run):
        raise Refused(f"{child.number} 已经在问反映人办好没有，不用再并。")


def _asking_or_over(run: workflow.Run) -> bool:
    """Whether a run stands where the reporter is asked, or has come to its end."""
    return not run.is_running or run.state == asking_state_key(run)


@transaction.atomic
def undo_merge(*, child_id: UUID, because: str, by: Actor, at: datetime) -> Case:
    """Take a merge back within thirty days: the child goes on where it stood, with the clock it had."""
    if not because.strip():
        raise Refused("请写明为什么分开。", field="because")
    merge = Merge.objects.filter(child=child_id, undone_at=None).first()
    if merge is None:
        if not Case.objects.visible_to(by).filter(id=child_id).exists():
            raise NotThere
        raise Conflict("这件事没有并入别的事，可能已经有人撤销了并单。请刷新页面查看。")
    found = _locked([merge.child_id, merge.master_id], by)
    child, master = found[merge.child_id], found[merge.master_id]
    merge.refresh_from_db()
    if merge.undone_at is not None:
        raise Conflict("有人刚刚撤销了这次并单。请刷新页面查看。")
    by.require(MERGE_CASES, child.area.path)
    if at - merge.merged_at > UNDO_WITHIN:
        raise Refused(f"并单已经超过 {UNDO_WITHIN.days} 天，不能撤销。另一件事请用“拆单”，或重新登记。")
    if child.closed_at is not None:
        raise Refused("这件事已经了结，不能再撤销并单。")
    run = child.run
    if merge.released_at is not None:
        workflow.go_back(run, _leg_to_go_back_to(merge, run), by=by.hand, at=at)
    else:
        workflow.follow(run, None)
    _forget(merge, child, master, because, by.hand, at)
    return child


def _leg_to_go_back_to(merge: Merge, run: workflow.Run) -> int:
    """Return the leg on which a child stood before the result came: the one it was merged on, in this very run.

    Under another procedure since, it is the leg that the result ended. Raises ``Refused`` where there is neither.
    """
    legs = workflow.Leg.objects.filter(run=run)
    if legs.filter(number=merge.from_leg).exists():
        return merge.from_leg
    ended = legs.filter(step=workflow.MERGED).order_by("-number").values_list("number", flat=True).first()
    if ended is None:
        raise Refused("这件事并入以后另起过办理规程，没有原来的环节可回，不能撤销并单。另一件事请重新登记。")
    return ended


def _forget(merge: Merge, child: Case, master: Case, because: str, by: Hand, at: datetime) -> None:
    merge.undone_at, merge.undone_by_id, merge.undone_because = at, by.person_id, because[:REASON_LENGTH]
    merge.save(update_fields=["undone_at", "undone_by", "undone_because"])
    child.master = None
    child.save(update_fields=["master"])
    master.reports = max(1, master.reports - 1)
    master.save(update_fields=["reports"])
    of = workflow.procedure(child.run.procedure)
    undone = MergeUndone(
        subject_kind="case", subject_id=child.id, area_id=child.area_id, master_number=master.number,
        state_label=of.state(child.run.state).label, because=because[:REASON_LENGTH],
    )  # fmt: skip
    let_go = MasterLetGo(
        subject_kind="case", subject_id=master.id, area_id=master.area_id, child_number=child.number,
        reports=master.reports,
    )  # fmt: skip
    record(undone, by=by, at=at)
    record(let_go, by=by, at=at)


@transaction.atomic
def judge_not_same(*, first_id: UUID, second_id: UUID, by: Actor, at: datetime) -> None:
    """Remember that two cases are two matters; the pair is never offered again. Saying it twice is saying it once."""
    if first_id == second_id:
        raise Refused("请选择两件不同的事。")
    found = _locked([first_id, second_id], by)
    for one in found.values():
        by.require(MERGE_CASES, one.area.path)
    low, high = sorted((first_id, second_id))
    if NotSame.objects.filter(first=low, second=high).exists():
        return
    NotSame.objects.create(first_id=low, second_id=high, judged_at=at, judged_by_id=by.person_id)
    for this, other in ((found[low], found[high]), (found[high], found[low])):
        judged = JudgedNotSame(
            subject_kind="case", subject_id=this.id, area_id=this.area_id, other_id=other.id,
            other_number=other.number,
        )  # fmt: skip
        record(judged, by=by.hand, at=at)


def pass_on_to_children(master: Case, decision: workflow.Decision, *, hand: Hand, at: datetime) -> None:
    """Give the result of a case to every reporter behind it: each is asked, or told how it ended.

    Called in the step's own transaction, with the runs of the whole family locked.
    """
    asks = ASK_REPORTER in decision.effects
    if master.reports < 2 or not (asks or decision.state.final):
        return
    for merge in _standing(master):
        child = merge.child
        if child.closed_at is not None:
            continue
        if _went_its_own_way(merge, child):
            title = workflow.procedure(child.run.procedure).title
            _forget(merge, child, master, f"并入以后已改按“{title}”单独办理", hand, at)
            continue
        if asks or merge.released_at is None:
            child.result, child.handled_by_id = master.result or child.result, master.handled_by_id
            child.unit_id = master.unit_id or child.unit_id
            child.save(update_fields=["result", "handled_by", "unit"])
        if merge.released_at is None:
            _release(merge, child, master, decision, hand, at)


def _went_its_own_way(merge: Merge, child: Case) -> bool:
    """Whether a child is under another procedure than when it was merged: no result of another's moves it."""
    if merge.released_at is not None or child.run.started_at <= merge.merged_at:
        return False
    was = workflow.Leg.objects.filter(
        run__subject_kind=child.run.subject_kind, run__subject_id=child.id, number=merge.from_leg
    )
    return child.run.procedure not in set(was.values_list("run__procedure", flat=True))


def _release(
    merge: Merge, child: Case, master: Case, decision: workflow.Decision, hand: Hand, at: datetime
) -> None:
    run = child.run
    of = workflow.procedure(run.procedure)
    target = (
        _ends_alike(of, decision.state) or _asks(of) or next(one for one in of.states.values() if one.final)
    )
    workflow.follow(run, None)
    if run.state != target.key:
        workflow.jump(run, target, by=hand, at=at)
    merge.released_at = at
    merge.save(update_fields=["released_at"])
    passed = ResultPassedOn(
        subject_kind="case", subject_id=child.id, area_id=child.area_id, master_number=master.number,
        to_label=target.label, due_words=workflow.in_words(run.next_due_at) if run.next_due_at else "",
        words=child.result if ASK_REPORTER in decision.effects else "",
    )  # fmt: skip
    record(passed, by=hand, at=at)
    if target.final:
        child.closed_at = run.finished_at
        child.save(update_fields=["closed_at"])
        closed = CaseClosed(
            subject_kind="case", subject_id=child.id, area_id=child.area_id, number=child.number,
            state_label=target.label, title=child.title, opened_by=child.opened_by_id, source=child.source,
        )  # fmt: skip
        record(closed, by=hand, at=at)


def _asks(of: type[workflow.Procedure]) -> workflow.State | None:
    return next((step.to for step in of.steps.values() if ASK_REPORTER in step.then), None)


def _ends_alike(of: type[workflow.Procedure], end: workflow.State) -> workflow.State | None:
    """Return the end of another procedure that bears the same name, where nobody was asked (不予受理)."""
    if not end.final:
        return None
    return next((one for one in of.states.values() if one.final and one.key == end.key), None)


def take_back_with_master(child: Case, *, hand: Hand, at: datetime) -> None:
    """One reporter of several says “not done”: the child stands still again, and the master is taken up again.

    Called after the child's own step, with the runs of the whole family locked.
    """
    if child.master_id is None:
        return
    merge = Merge.objects.filter(child=child, undone_at=None).first()
    if merge is None or merge.released_at is None:
        return
    master = Case.everything.select_related("run", "run__area").get(id=child.master_id)
    merge.released_at = None
    merge.save(update_fields=["released_at"])
    run = workflow.lock_run(master.run_id)
    if not run.is_running:
        master.run = run
        run = reopen(
            master, why=f"合在一起办的 {child.number} 的反映人说没有办好", words="", hand=hand, at=at
        )
    elif run.state == asking_state_key(run):
        target = state_after(workflow.procedure(run.procedure), NOT_DONE)
        workflow.jump(run, target, by=hand, at=at)
        master.done, master.times_sent_back = False, master.times_sent_back + 1
        master.content = ""
        master.save(update_fields=["done", "times_sent_back", "content"])
        again = ReopenedByChild(
            subject_kind="case", subject_id=master.id, area_id=master.area_id, child_number=child.number,
            to_label=target.label,
        )  # fmt: skip
        record(again, by=hand, at=at)
    workflow.follow(child.run, run)


def _standing(master: Case) -> list[Merge]:
    return list(
        Merge.objects.filter(master=master, undone_at=None)
        .select_related("child", "child__run", "child__run__area")
        .order_by("child_id")
    )


def lock_family(case: Case) -> None:
    """Lock the runs of a case, its master and its children, in the order of their ids; of a case by itself nothing."""
    if case.master_id is None and case.reports < 2:
        return
    top = case.master_id or case.id
    family = Case.everything.filter(id=top).values_list("run_id", flat=True)
    children = Case.everything.filter(master=top).values_list("run_id", flat=True)
    workflow.lock_runs(family, children)


def _locked(ids: Iterable[UUID], by: Actor) -> dict[UUID, Case]:
    """Return cases that the actor sees, with their runs locked in the order of their ids."""
    wanted = set(ids)
    runs = dict(Case.objects.visible_to(by).filter(id__in=wanted).values_list("id", "run_id"))
    if set(runs) != wanted:
        raise NotThere
    workflow.lock_runs(runs.values())
    found = (
        Case.objects.visible_to(by)
        .filter(id__in=wanted)
        .select_related("run", "run__area", "area", "master")
        .defer("area__outline", "run__area__outline")
    )
    return {one.id: one for one in found}
