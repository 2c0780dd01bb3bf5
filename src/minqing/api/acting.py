"""Operations that change something, for whoever comes with a token: a report, a step, an act beside the steps."""

# No `from __future__ import annotations`: ninja reads the annotations of locked views as objects.
from uuid import UUID

from ninja import Body, File, Router, Status
from ninja.files import UploadedFile

from minqing.accounts.public import CASES_REPORT, CASES_STEP
from minqing.api.acts import ActedOut, ActIn
from minqing.api.bearer import TokenBearer
from minqing.api.errors import ERRORS
from minqing.api.locks import operation
from minqing.api.schemas_work import ReportedIn, ReportedOut, StepIn, TakenOut
from minqing.api.steps import pictures, step_input, steps_out
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest
from minqing.workflow import public as workflow

router = Router(tags=["办理"], auth=TokenBearer())
REPORTED = {201: ReportedOut, **ERRORS}
TAKEN = {200: TakenOut, **ERRORS}
REPORTERS = [cases.REPORT_CASE, cases.TAKE_CALLS]


@router.post(
    "/cases/report",
    response=REPORTED,
    url_name="report_case",
    operation_id="report_case",
    summary="登记一件事项",
)
@operation(REPORTERS, scope=CASES_REPORT)
def report_case(request: OfficialRequest, given: ReportedIn) -> Status[ReportedOut]:
    """以令牌的任职登记一件事项，经手记到人和系统。匿名反映请用公开的 /reports，不带令牌。"""
    return _report(request, given, [])


@router.post(
    "/cases/report/with-photos",
    response=REPORTED,
    url_name="report_case_photos",
    operation_id="report_case_with_photos",
    summary="登记一件事项，带照片",
)
@operation(REPORTERS, scope=CASES_REPORT)
def report_case_photos(
    request: OfficialRequest,
    given: Body[ReportedIn],
    photos: File[list[UploadedFile]],
) -> Status[ReportedOut]:
    """同“登记一件事项”，用 multipart/form-data：given 一项放 JSON，photos 可以有几项。"""
    return _report(request, given, photos)


@router.post(
    "/cases/{uuid:case_id}/steps/{step}",
    response=TAKEN,
    url_name="step",
    operation_id="take_step",
    summary="办一步",
)
@operation(cases.OPEN_CASES, scope=CASES_STEP)
def take_step(request: OfficialRequest, case_id: UUID, step: str, given: StepIn) -> TakenOut:
    """办一步。能办哪几步、各要填什么，见打开事项时的 steps；别人先办了就是 409，什么也没有改。"""
    return _take(request, case_id, step, given, [])


@router.post(
    "/cases/{uuid:case_id}/steps/{step}/with-photos",
    response=TAKEN,
    url_name="step_photos",
    operation_id="take_step_with_photos",
    summary="办一步，带照片",
)
@operation(cases.OPEN_CASES, scope=CASES_STEP)
def take_step_photos(
    request: OfficialRequest,
    case_id: UUID,
    step: str,
    given: Body[StepIn],
    photos: File[list[UploadedFile]],
) -> TakenOut:
    """同“办一步”，用 multipart/form-data：given 一项放 JSON，photos 可以有几项。"""
    return _take(request, case_id, step, given, photos)


@router.post(
    "/cases/{uuid:case_id}/acts",
    response={200: ActedOut, **ERRORS},
    url_name="act",
    operation_id="act",
    summary="催办、挂起、延期、并单",
)
@operation(cases.OPEN_CASES, scope=CASES_STEP)
def act(request: OfficialRequest, case_id: UUID, given: Body[ActIn]) -> ActedOut:
    """办环节以外的事：act 说是哪一样，其余字段各样不同。谁能办，和页面上一样。"""
    at = clock.now()
    given.do(cases.require_case(case_id, request.actor), request.actor, at)
    after = cases.rows([cases.require_case(case_id, request.actor)], at=at)[0]
    return ActedOut(said=given.said, is_open=after.is_open, leg=after.leg)


def _report(request: OfficialRequest, given: ReportedIn, photos: list[UploadedFile]) -> Status[ReportedOut]:
    at = clock.now()
    area = areas.area_by_code(given.area_code)
    if area is None:
        raise NotThere("没有这个辖区代码，请核对。")
    report = cases.Report(
        id=given.id,
        source=given.source,
        area_id=area.id,
        words=given.words,
        contact=cases.ContactInput(given.contact.name, given.contact.phone) if given.contact else None,
        topic_key=given.topic,
        photos=pictures(photos),
    )
    token_id = request.bearer.token_id  # type: ignore[attr-defined]  # put there by TokenBearer
    case = cases.submit_case(report, token_id=token_id, is_listed=given.listed, by=request.actor, at=at)
    return Status(
        201,
        ReportedOut(
            id=case.id,
            number=case.number,
            receipt_code=cases.receipt_code(case, request.actor) or "",
            state=cases.rows([case], at=at)[0].state_label,
            opened_at=case.opened_at,
        ),
    )


def _take(
    request: OfficialRequest, case_id: UUID, step: str, given: StepIn, photos: list[UploadedFile]
) -> TakenOut:
    at = clock.now()
    found = cases.require_case(case_id, request.actor)
    try:
        wanted = workflow.procedure(found.run.procedure).step(step)
    except workflow.UnknownProcedure:
        raise NotThere("没有这个动作。能办哪几步，见打开事项时的 steps。") from None
    sent = step_input(wanted, found.area, given, photos)
    moved = cases.take_step(
        case_id=case_id, step=wanted.key, given=sent, by=request.actor, at=at, leg=given.leg
    )
    row = cases.rows([moved], at=at)[0]
    return TakenOut(
        id=moved.id,
        number=moved.number,
        state=row.state_label,
        is_open=row.is_open,
        leg=moved.run.legs_count,
        said=cases.what_happened(moved, wanted, at),
        steps=steps_out(cases.open_steps(moved, request.actor), found.area),
    )
