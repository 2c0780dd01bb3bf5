"""Do what was decided: put right, take off, print, erase; and say beforehand what erasure would take and leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.journal.public import erase_naming, erase_personal, record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.registry import public as registry
from minqing.rights import holds, rules
from minqing.rights.events import PersonErased, RequestCarriedOut
from minqing.rights.holds import Hold
from minqing.rights.models import DataRequest, PersonalCode
from minqing.rights.services.codes import end_codes
from minqing.rights.services.requests import locked_request

FACTS_GONE = "电话、职业、外出去向、户籍地和住址备注"
_PARTS_OPEN = (
    FACTS_GONE,
    "不涉及救助的标签",
    "走访本人的文字、照片和定位",
    "已办结事项里的联系方式",
    "日志里的内容",
)
_PARTS_CLOSED = ("整份登记（姓名、证件号、电话等）", "标签的理由", "走访的文字、照片和定位",
                 "已办结事项里的姓名、电话和联系方式", "日志里的内容", "本人查阅码")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that applies to this person, with what exactly it keeps."""

    hold: Hold
    which: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What erasing everything would take from this person, and what the law keeps."""

    whole_file: bool
    gone: tuple[str, ...]
    held: tuple[Held, ...]
    tags_gone: tuple[registry.OwnTag, ...] = ()


def plan_erasure(resident_id: UUID, *, at: datetime) -> Plan:
    """Say what would go and what the law holds, before anything is done."""
    file = registry.own_file(resident_id)
    tags = registry.own_tags(resident_id, clock.local(at).date())
    relief = [one for one in tags if one.key in rules.RELIEF_TAGS]
    open_numbers = cases.open_about(whose(file))
    held = [] if file.is_closed else [Held(holds.RESIDENCE)]
    if relief and not file.is_closed:
        held.append(Held(holds.RELIEF, "、".join(one.label for one in relief)))
    if open_numbers:
        held.append(Held(holds.OPEN_CASE, "、".join(open_numbers)))
    held += [Held(one) for one in (holds.CLOSED_CASE, holds.VISIT_ROW, holds.JOURNAL, holds.REQUEST)]
    gone = _PARTS_CLOSED if file.is_closed else _PARTS_OPEN
    going = tuple(one for one in tags if one.key not in rules.RELIEF_TAGS)
    return Plan(file.is_closed, gone, tuple(held), going)


def whose(file: registry.OwnFile) -> cases.Whose:
    """Return by what somebody's cases are known."""
    return cases.Whose(
        tuple(registry.own_ids(file.id)), file.name, registry.own_numbers(file.id).phone, file.phone_is_shared
    )


@transaction.atomic
def carry_out(*, request_id: UUID, by: Actor, at: datetime, value: str = "", remark: str = "") -> DataRequest:
    """Do what a granted request asks, once.

    ``value``: what a fact shall say from now on; ``remark``: what was done by hand, where nothing can be done here.
    """
    request = locked_request(request_id, by)
    if request.concerns_id is not None and request.concerns_id == by.person_id:
        raise NotAllowed("这项请求说的是您自己写的内容，不能由您来办。请别的档案管理员办理。")
    if request.carried_out_at is not None:
        return request
    if request.outcome != rules.GRANTED or request.case.closed_at is not None:
        raise Conflict("这项请求现在没有要办的：先作出同意的决定。")
    done = _done(request, value, remark, by, at)
    request.done = done
    request.carried_out_at, request.carried_out_by_id = at, by.person_id
    request.save(update_fields=["done", "carried_out_at", "carried_out_by"])
    told = RequestCarriedOut(
        subject_kind=registry.RESIDENT, subject_id=request.resident_id, area_id=request.case.area_id,
        number=request.case.number, done=done,
    )  # fmt: skip
    record(told, by=by.hand, at=at)
    return request


def _done(request: DataRequest, value: str, remark: str, by: Actor, at: datetime) -> list[str]:
    """Do it and return the sentences that say so, without any value."""
    resident_id, item = request.resident_id, request.item
    if request.kind == rules.COPY:
        return ["制作了纸质副本，请到村（社区）领取"]
    if request.kind == rules.ERASURE:
        return _erased(request, by, at)
    if item == "tag" and request.item_id is not None:
        registry.end_tag_by_request(tag_id=request.item_id, reason="应本人请求", by=by, at=at)
        return ["去掉了标签"]
    if item in rules.FACT_LABELS:
        if not value.strip():
            raise Refused(f"请写{rules.FACT_LABELS[item]}应该是什么。", field="value")
        registry.correct_fact(resident_id=resident_id, field=item, value=value, by=by, at=at)
        return [f"更正了{rules.FACT_LABELS[item]}"]
    if not remark.strip():
        raise Refused("请写清楚怎么更正的：改了哪一户、请谁改了走访记录。", field="remark")
    return [f"更正了{rules.ITEM_LABELS[item]}"]


def _erased(request: DataRequest, by: Actor, at: datetime) -> list[str]:
    resident_id, item = request.resident_id, request.item
    if item == rules.EVERYTHING:
        return _erase_everything(request, by, at)
    if item == "tag" and request.item_id is not None:
        registry.erase_tag(tag_id=request.item_id, by=by, at=at)
        return ["删除了标签和理由"]
    if item == "visit" and request.item_id is not None:
        gone = diary.erase_visits(resident_ids=registry.own_ids(resident_id), visit_id=request.item_id)
        if not gone.count:
            raise Refused(
                "这次走访的是整户，不能只按一个人的请求全部删除。请改为更正其中的文字。", field="value"
            )
        erase_naming(subject_kind=registry.RESIDENT, subject_ids=[resident_id], values=gone.words)
        return ["删除了这次走访的文字、照片和定位"]
    traces = registry.erase_facts(resident_id=resident_id, fields=[item], by=by, at=at)
    erase_naming(subject_kind=registry.RESIDENT, subject_ids=[resident_id], values=traces.values)
    return [f"删除了{rules.ITEM_LABELS[item]}"]


def _erase_everything(request: DataRequest, by: Actor, at: datetime) -> list[str]:
    """Erase what no law holds, everywhere, in one transaction."""
    resident_id = request.resident_id
    plan = plan_erasure(resident_id, at=at)
    file = registry.own_file(resident_id)
    ids = registry.own_ids(resident_id)
    homes = [home for one in ids for home in registry.household_ids_of(one)]
    if plan.whole_file:
        if plan.held and any(one.hold is holds.OPEN_CASE for one in plan.held):
            raise Refused("还有事项在办，要等办结才能删除整份档案。", field="value")
        traces = registry.Traces(tuple(value for one in ids for value in registry.traces(one).values))
        cases.erase_from_cases(whose=whose(file), values=traces.values)
        for one in ids:
            registry.erase_person(resident_id=one, by=by, at=at)
        diary.erase_mentions(household_ids=homes, values=traces.values)
        end_codes(resident_id=resident_id, why="档案已删除", hand=by.hand, at=at)
    else:
        for tag in plan.tags_gone:
            registry.erase_tag(tag_id=tag.id, by=by, at=at)
        numbers = registry.own_numbers(resident_id)
        cases.erase_from_cases(whose=whose(file), values=(numbers.phone,) if numbers.phone else ())
        traces = registry.erase_facts(resident_id=resident_id, fields=registry.ERASABLE, by=by, at=at)
    visits = diary.erase_visits(resident_ids=ids)
    for one in ids:
        erase_personal(subject_kind=registry.RESIDENT, subject_id=one)
    erase_naming(subject_kind=registry.HOUSEHOLD, subject_ids=homes, values=traces.values)
    _forget_words(request)
    erased = PersonErased(
        subject_kind=registry.RESIDENT, subject_id=resident_id, area_id=file.area_id,
        number=request.case.number, gone=list(plan.gone), held=[one.hold.what for one in plan.held],
    )  # fmt: skip
    record(erased, by=by.hand, at=at)
    return [f"删除了{'、'.join(plan.gone)}", f"走访 {visits.count} 次，只留时间、网格和走访人"]


def _forget_words(request: DataRequest) -> None:
    """Empty what was written with requests, and who came for whom."""
    DataRequest.objects.filter(resident=request.resident_id).update(words=None)
    PersonalCode.objects.filter(resident=request.resident_id).update(holder_name=None)
    request.refresh_from_db(fields=["words"])
