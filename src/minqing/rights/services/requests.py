"""Ask something about one's own file, take it back, and decide it: a case of the procedure ``rights``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.registry import public as registry
from minqing.rights import rules
from minqing.rights.events import RequestDecided, RequestMade
from minqing.rights.models import DataRequest
from minqing.rights.services.sessions import Me

_DECIDES: Final = {"grant": rules.GRANTED, "refuse": rules.REFUSED, "decline": rules.DECLINED}
_SAME = "这项请求您已经提过，正在办理。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks; ``id`` comes with the form, so that the same request sent again is the same one."""

    id: UUID
    kind: str
    item: str
    item_id: UUID | None = None
    words: str = ""


@transaction.atomic
def ask(*, asked: Asked, me: Me, at: datetime) -> DataRequest:
    """Open a request as a case of its own procedure, or return the one that this form opened already."""
    refusal = rules.why_not_ask(kind=asked.kind, item=asked.item, words=asked.words)
    if refusal:
        raise Refused(refusal[1], field=refusal[0])
    if known := _sent_before(asked, me):
        return known
    open_ones = DataRequest.objects.filter(resident=me.resident_id, case__closed_at=None)
    if open_ones.filter(kind=asked.kind, item=asked.item, item_id=asked.item_id).exists():
        raise Conflict(_SAME)
    if open_ones.count() >= rules.OPEN_REQUESTS_MAX:
        raise Refused(f"还有 {rules.OPEN_REQUESTS_MAX} 项请求在办，请等答复后再提。")
    concerns = _concerns(asked, me, clock.local(at).date())
    what = rules.what_is_asked(asked.kind, asked.item)
    case = cases.open_case(
        cases.Report(
            id=asked.id, source=cases.RIGHTS, area_id=me.file.area_id, words=what,
            subject=registry.SubjectRef(registry.RESIDENT, me.resident_id),
        ),
        by=None,
        at=at,
    )  # fmt: skip
    made = DataRequest(
        id=asked.id, resident_id=me.resident_id, case=case, code_id=me.code_id, kind=asked.kind, item=asked.item,
        item_id=asked.item_id, words=asked.words or None, asked_at=at, concerns_id=concerns,
    )  # fmt: skip
    made.save(force_insert=True)
    told = RequestMade(
        subject_kind=registry.RESIDENT, subject_id=me.resident_id, area_id=me.file.area_id, number=case.number,
        what=what,
    )  # fmt: skip
    record(told, by=me.hand, at=at)
    return made


def _sent_before(asked: Asked, me: Me) -> DataRequest | None:
    known = DataRequest.objects.filter(id=asked.id).select_related("case").first()
    if known is None:
        return None
    same = (known.resident_id, known.kind, known.item, known.item_id, known.words or "")
    if same != (me.resident_id, asked.kind, asked.item, asked.item_id, asked.words):
        raise Conflict("这次填的和刚才已收到的不一样。请回到“我的请求”看一看，另填一份。")
    return known


def _concerns(asked: Asked, me: Me, today: date) -> UUID | None:
    """Return whose doing is asked about; refuse what is not on this file."""
    if asked.item == "tag":
        tag = next((one for one in registry.own_tags(me.resident_id, today) if one.id == asked.item_id), None)
        if tag is None:
            raise Refused("请从档案里选一个现在的标签。", field="item")
        return tag.owner_id
    if asked.item == "visit":
        homes = [one.household_id for one in registry.homes_of(me.resident_id)]
        if asked.item_id is None or not diary.is_about(
            asked.item_id, registry.own_ids(me.resident_id), homes
        ):
            raise Refused("请从档案里选一次走访。", field="item")
        return diary.visit_officer(asked.item_id)
    return None


@transaction.atomic
def take_back(*, request_id: UUID, me: Me, at: datetime) -> DataRequest:
    """Take one's own request back, as long as it has not been decided."""
    request = (
        DataRequest.objects.select_related("case").filter(id=request_id, resident=me.resident_id).first()
    )
    if request is None:
        raise NotThere("没有这项请求。")
    if request.outcome == rules.WITHDRAWN:
        return request
    cases.step_by_reporter(
        receipt_code=request.case.receipt_code, step="take_back", given=cases.StepInput(), at=at
    )
    request.outcome, request.decided_at = rules.WITHDRAWN, at
    request.save(update_fields=["outcome", "decided_at"])
    return request


@transaction.atomic
def take_step(
    *, request_id: UUID, step: str, given: cases.StepInput, leg: int | None, by: Actor, at: datetime
) -> DataRequest:
    """Take a request one step along: by the registrar, never by the one whose doing it is about."""
    request = locked_request(request_id, by)
    if request.concerns_id is not None and request.concerns_id == by.person_id:
        raise NotAllowed("这项请求说的是您自己写的内容，不能由您来办。请别的档案管理员办理。")
    if step == "reply" and request.outcome == rules.GRANTED and request.carried_out_at is None:
        raise Refused("已经同意的还没有办。请先办好（更正、删除或者打印），再答复。")
    case = cases.take_step(case_id=request.case_id, step=step, given=given, by=by, at=at, leg=leg)
    if step in _DECIDES:
        request.outcome, request.decided_at, request.decided_by_id = _DECIDES[step], at, by.person_id
        request.basis = given.values.get("basis", "") if step != "grant" else ""
        request.save(update_fields=["outcome", "decided_at", "decided_by", "basis"])
        decided = RequestDecided(
            subject_kind=registry.RESIDENT, subject_id=request.resident_id, area_id=case.area_id,
            number=case.number, outcome_label=request.outcome_label, basis=request.basis,
        )  # fmt: skip
        record(decided, by=by.hand, at=at)
    return request


def locked_request(request_id: UUID, by: Actor) -> DataRequest:
    """Return a request that the actor may handle, locked. Raises :class:`NotThere`."""
    found = (
        DataRequest.objects.select_for_update(of=("self",)).select_related("case", "case__area")
        .filter(id=request_id).first()
    )  # fmt: skip
    if found is None or not by.sees(cases.HANDLE_REQUESTS, found.case.area.path):
        raise NotThere
    by.require(cases.HANDLE_REQUESTS, found.case.area.path)
    return found
