"""Operations that read, for officials and systems: the list of cases, one case, its photos, as far as they see them."""

# No `from __future__ import annotations`: ninja reads the annotations of locked views as objects.
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse
from django.utils.cache import add_never_cache_headers
from ninja import Query, Router

from minqing.accounts.public import CASES_READ
from minqing.api.acts import requests_out
from minqing.api.bearer import OfficialSession, TokenBearer
from minqing.api.errors import ERRORS
from minqing.api.locks import operation
from minqing.api.schemas import CaseOut, case_values, leg_out, line_out
from minqing.api.schemas_work import CaseFileOut, CasesListed, CasesOut, photo_out
from minqing.api.steps import steps_out
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest
from minqing.workflow import public as workflow

router = Router(tags=["查看"], auth=[TokenBearer(), OfficialSession()])

A_PICTURE: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "成功",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get(
    "/cases",
    response={200: CasesOut, **ERRORS},
    url_name="cases",
    operation_id="list_cases",
    summary="事项列表",
)
@operation(cases.OPEN_CASES, scope=CASES_READ)
def list_cases(request: OfficialRequest, asked: Query[CasesListed]) -> CasesOut:
    """返回任职辖区和单位的事项；next 是下一页的游标，没有下一页时为空。"""
    filters = cases.QueueFilters(
        todo=asked.todo,
        open_only=asked.open_only,
        text=asked.text,
        procedure=asked.procedure,
        state=asked.state,
        colour=asked.colour,
        source=asked.source,
        topic=asked.topic,
        unit_id=asked.unit,
        area_id=asked.area,
        sort=asked.sort,
    )
    found = cases.listed(request.actor, filters, at=clock.now(), cursor=asked.cursor, limit=asked.limit)
    return CasesOut(items=[CaseOut(**case_values(row)) for row in found.rows], next=found.next)


@router.get(
    "/cases/{uuid:case_id}",
    response={200: CaseFileOut, **ERRORS},
    url_name="case",
    operation_id="open_case",
    summary="打开一件事项",
)
@operation(cases.OPEN_CASES, scope=CASES_READ)
def open_case(request: OfficialRequest, case_id: UUID) -> CaseFileOut:
    """返回一件事项的全部；每次打开都记入流水。"""
    found = cases.case_file(case_id, by=request.actor, at=clock.now(), purpose="接口查看事项")
    return CaseFileOut(
        **case_values(found.row),
        words=found.case.words,
        result=found.case.result,
        turn=found.turn.words,
        leg=found.leg,
        subject=found.subject.label if found.subject else "",
        contact_name=found.contact.name if found.contact else "",
        contact_phone=found.contact.phone if found.contact else "",
        steps=steps_out(found.steps, found.area),
        legs=[leg_out(leg) for leg in found.legs],
        timeline=[line_out(line) for line in found.timeline],
        additions=[addition.words for addition in found.additions],
        photos=len(found.attachments),
        attachments=[photo_out(one) for one in found.attachments],
        requests=requests_out(workflow.clock_part(found.case.run, request.actor)),
    )


@router.get(
    "/photos/{uuid:attachment_id}",
    response=ERRORS,
    url_name="photo",
    operation_id="case_photo",
    summary="取一张照片",
    openapi_extra=A_PICTURE,
)
@operation(cases.OPEN_CASES, scope=CASES_READ)
def photo(request: OfficialRequest, attachment_id: UUID) -> FileResponse:
    """返回事项的一张照片（JPEG，已去掉拍摄位置等信息）。"""
    path = cases.attachment_path(attachment_id, by=request.actor)
    try:
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise NotThere("这张照片的文件不在了，请联系系统管理员从备份恢复。") from None
    add_never_cache_headers(response)
    return response
