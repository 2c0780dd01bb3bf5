"""Operations for signed-in officials: the list of cases and one case, as far as they see them."""

# No `from __future__ import annotations`: ninja reads the annotations of locked views as objects.
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from ninja.security import SessionAuth

from minqing.api.errors import ERRORS
from minqing.api.locks import operation
from minqing.api.schemas import (
    CaseFileOut,
    CaseOut,
    CasesAsked,
    CasesOut,
    StepOut,
    case_values,
    leg_out,
    line_out,
)
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest


class OfficialSession(SessionAuth):
    """The session of somebody signed in; anything that changes would also need the form's token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the actor, or None: 401."""
        return getattr(request, "actor", None)


router = Router(tags=["干部"], auth=OfficialSession())


@router.get(
    "/cases",
    response={200: CasesOut, **ERRORS},
    url_name="cases",
    operation_id="list_cases",
    summary="事项列表",
)
@operation(cases.OPEN_CASES)
def list_cases(request: OfficialRequest, asked: Query[CasesAsked]) -> CasesOut:
    """返回您任职辖区和单位的事项，一页 25 件。"""
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
    found = cases.queue(request.actor, filters, at=clock.now(), page=asked.page)
    items = [CaseOut(**case_values(row)) for row in found.rows]
    return CasesOut(items=items, total=min(found.total, cases.COUNT_MAX), page=found.page, pages=found.pages)


@router.get(
    "/cases/{uuid:case_id}",
    response={200: CaseFileOut, **ERRORS},
    url_name="case",
    operation_id="open_case",
    summary="打开一件事项",
)
@operation(cases.OPEN_CASES)
def open_case(request: OfficialRequest, case_id: UUID) -> CaseFileOut:
    """返回一件事项的全部；每次打开都记入流水。"""
    found = cases.case_file(case_id, by=request.actor, at=clock.now(), purpose="接口查看事项")
    return CaseFileOut(
        **case_values(found.row),
        words=found.case.words,
        result=found.case.result,
        turn=found.turn.words,
        subject=found.subject.label if found.subject else "",
        contact_name=found.contact.name if found.contact else "",
        contact_phone=found.contact.phone if found.contact else "",
        steps=[StepOut(key=step.key, label=step.label) for step in found.steps],
        legs=[leg_out(leg) for leg in found.legs],
        timeline=[line_out(line) for line in found.timeline],
        additions=[addition.words for addition in found.additions],
        photos=len(found.attachments),
    )
