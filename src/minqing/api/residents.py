"""Operations that anybody may call: report, and follow by the receipt."""

# No `from __future__ import annotations`: ninja reads the annotations of locked views as objects.
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from minqing.api.errors import ERRORS
from minqing.api.locks import operation
from minqing.api.schemas import AnswerIn, ReceiptOut, ReportIn, WordIn, receipt_out
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.errors import NotThere, Refused
from minqing.registry.public import SubjectRef

router = Router(tags=["群众"])
RECEIPT = {200: ReceiptOut, **ERRORS}


@router.post(
    "/reports",
    response={201: ReceiptOut, **ERRORS},
    url_name="report",
    operation_id="report",
    summary="反映一件事",
    auth=None,
)
@operation(public="nobody needs an account to speak")
def report(request: HttpRequest, given: ReportIn) -> Status[ReceiptOut]:
    """凭民情码或辖区代码反映一件事，返回回执。回执码只在这里给出，请交给反映人保存。"""
    at = clock.now()
    limits.check(cases.MISSES, request.META, at)
    try:
        area_id, subject = _place(given)
    except NotThere:
        limits.spend(cases.MISSES, request.META, at)
        raise
    limits.spend(cases.REPORTS, request.META, at)
    contact = None
    if given.contact and not given.anonymous:
        contact = cases.ContactInput(given.contact.name, given.contact.phone)
    case = cases.open_case(
        cases.Report(
            id=given.id,
            source=cases.API,
            area_id=area_id,
            words=given.words,
            subject=None if given.anonymous else subject,
            contact=contact,
            is_anonymous=given.anonymous,
        ),
        by=None,
        at=at,
    )
    return Status(201, receipt_out(cases.receipt(case.receipt_code, at=at)))


@router.get(
    "/receipts/{code}",
    response=RECEIPT,
    url_name="receipt",
    operation_id="follow",
    summary="凭回执码查进度",
    auth=None,
)
@operation(public="whoever holds the code may follow")
def receipt(request: HttpRequest, code: str) -> ReceiptOut:
    """返回这件事办到哪一步、轮到谁、每一段的时限和经过。"""
    return receipt_out(_receipt(request, code))


@router.post(
    "/receipts/{code}/words",
    response=RECEIPT,
    url_name="words",
    operation_id="add_word",
    summary="补充一句",
    auth=None,
)
@operation(public="whoever holds the code may add a word")
def words(request: HttpRequest, code: str, given: WordIn) -> ReceiptOut:
    """补充一句话；同一句话再发一次只算一次。"""
    at = clock.now()
    found = _receipt(request, code, speaks=True)
    cases.add_word(receipt_code=found.code, words=given.words, at=at)
    return receipt_out(cases.receipt(found.code, at=at))


@router.post(
    "/receipts/{code}/urge",
    response=RECEIPT,
    url_name="urge",
    operation_id="urge",
    summary="催一催",
    auth=None,
)
@operation(public="whoever holds the code may urge")
def urge(request: HttpRequest, code: str) -> ReceiptOut:
    """催办，一天一次。"""
    at = clock.now()
    found = _receipt(request, code, speaks=True)
    cases.urge(receipt_code=found.code, at=at)
    return receipt_out(cases.receipt(found.code, at=at))


@router.post(
    "/receipts/{code}/answer",
    response=RECEIPT,
    url_name="answer",
    operation_id="answer",
    summary="回答办好没有、满意不满意",
    auth=None,
)
@operation(public="whoever holds the code is asked")
def answer(request: HttpRequest, code: str, given: AnswerIn) -> ReceiptOut:
    """办好了要同时回答满意程度；没有办好会退回重办。只在 may_answer 为真时可以回答。"""
    at = clock.now()
    if not given.done and not given.words:
        raise Refused("请写一句还差什么，承办人好接着办。", field="words")
    found = _receipt(request, code, speaks=True)
    content = (given.content or "") if given.done else ""
    cases.answer(receipt_code=found.code, done=given.done, content=content, words=given.words, at=at)
    return receipt_out(cases.receipt(found.code, at=at))


def _place(given: ReportIn) -> tuple[UUID, SubjectRef | None]:
    """Return the area's id and, behind a door code, what stands there. Raises :class:`NotThere`."""
    if given.door_code:
        door = cases.door_code(given.door_code)
        return door.area.id, SubjectRef(door.subject_kind, door.subject_id) if door.subject_id else None
    area = areas.area_by_code(given.area_code)
    if area is None:
        raise NotThere("没有这个辖区代码，请核对。")
    return area.id, None


def _receipt(request: HttpRequest, code: str, *, speaks: bool = False) -> cases.Receipt:
    """Return the receipt, counted as on the residents' pages."""
    at = clock.now()
    limits.spend(cases.LOOK_UPS, request.META, at, unless=cases.MISSES)
    if speaks:
        limits.spend(cases.REPLIES, request.META, at)
    try:
        return cases.receipt(code, at=at)
    except NotThere:
        limits.spend(cases.MISSES, request.META, at)
        raise
