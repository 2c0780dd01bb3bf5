"""Requests as the resident and the registrar see them: lists, one with its file, and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from minqing.cases import public as cases
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.small_cells import in_words, suppress
from minqing.rights import rules
from minqing.rights.models import DataRequest, PersonalCode
from minqing.workflow import public as workflow

PAGE_ROWS: Final = 30
MINE_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request in a list; it names the person only to the registrar."""

    id: UUID
    number: str
    what: str
    kind_label: str
    person: str
    place: str
    asked_at: datetime
    state_label: str
    is_open: bool
    clock: workflow.ClockFace
    outcome_label: str
    receipt_code: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of requests."""

    lines: list[RequestLine]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RequestFile:
    """One request with what the registrar needs to decide it."""

    request: DataRequest
    line: RequestLine
    leg: int
    steps: tuple[workflow.Step, ...]
    legs: list[workflow.LegView]
    turn_words: str
    holder: str
    holder_name: str
    concerns_name: str
    may_carry_out: bool
    additions: list[cases.Addition]


def my_requests(resident_id: UUID, *, at: datetime) -> list[RequestLine]:
    """Return what was asked about a file, latest first."""
    found = _requests(Q(resident=resident_id))[:MINE_MAX]
    return _lines(list(found), at=at)


def my_request(request_id: UUID, resident_id: UUID, *, at: datetime) -> tuple[DataRequest, cases.Receipt]:
    """Return one of the requests about a file with its receipt. Raises :class:`NotThere`."""
    found = _requests(Q(id=request_id, resident=resident_id)).first()
    if found is None:
        raise NotThere("没有这项请求。")
    return found, cases.receipt(found.case.receipt_code, at=at)


def requests(actor: Actor, *, at: datetime, open_only: bool, kind: str = "", page: int = 1) -> RequestPage:
    """Return one page of the requests in the registrar's areas, the open ones by their deadline."""
    wanted = Q(case__area_id__in=actor.visible_areas(cases.HANDLE_REQUESTS))
    if open_only:
        wanted &= Q(case__closed_at=None)
    if kind in rules.KIND_LABELS:
        wanted &= Q(kind=kind)
    found = _requests(wanted)
    found = found.order_by("case__run__next_due_at", "id") if open_only else found
    total = found.count()
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    return RequestPage(
        _lines(list(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), at=at), total, page, pages
    )


def count_open(actor: Actor) -> int:
    """Count the requests that wait in the registrar's areas."""
    within = actor.visible_areas(cases.HANDLE_REQUESTS)
    return DataRequest.objects.filter(case__area_id__in=within, case__closed_at=None).count()


def request_file(request_id: UUID, *, by: Actor, at: datetime) -> RequestFile:
    """Return one request with the steps that may be taken. Raises :class:`NotThere`."""
    within = by.visible_areas(cases.HANDLE_REQUESTS)
    found = _requests(Q(id=request_id, case__area_id__in=within)).first()
    if found is None:
        raise NotThere
    run = found.case.run
    run.area = found.case.area
    granted = found.outcome == rules.GRANTED and found.carried_out_at is None
    return RequestFile(
        request=found,
        line=_lines([found], at=at)[0],
        leg=run.legs_count,
        steps=workflow.steps_open_to(run, by),
        legs=workflow.legs(run, at=at),
        turn_words=workflow.who_may(run, on=at.date()).words,
        holder=found.code.holder_label,
        holder_name=found.code.holder_name or "",
        concerns_name=found.concerns.name if found.concerns else "",
        may_carry_out=granted and found.case.closed_at is None,
        additions=additions(found),
    )


def additions(request: DataRequest) -> list[cases.Addition]:
    """Return what was added to a request by its receipt. The caller has scoped the request."""
    return list(cases.Addition.objects.filter(case=request.case_id))


def _requests(wanted: Q) -> QuerySet[DataRequest]:
    return (
        DataRequest.objects.filter(wanted)
        .select_related("case", "case__run", "case__area", "resident", "code", "concerns")
        .defer("case__area__outline")
        .order_by("-asked_at", "-id")
    )


def _lines(found: list[DataRequest], *, at: datetime) -> list[RequestLine]:
    rows = {one.id: one for one in cases.rows([request.case for request in found], at=at)}
    return [
        RequestLine(
            id=one.id,
            number=one.case.number,
            what=one.what,
            kind_label=one.kind_label,
            person=one.resident.name,
            place=rows[one.case_id].place,
            asked_at=one.asked_at,
            state_label=rows[one.case_id].state_label,
            is_open=one.case.closed_at is None,
            clock=rows[one.case_id].clock,
            outcome_label=one.outcome_label,
            receipt_code=one.case.receipt_code,
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A personal code as a clerk sees it: when, to whom, by which document; never the code."""

    id: UUID
    holder_label: str
    document_label: str
    handed_at: datetime
    handed_by: str
    expires_at: datetime
    last_used_at: datetime | None
    ended_words: str


def codes_of(resident_id: UUID, *, at: datetime) -> list[CodeLine]:
    """Return the codes handed over for a file, latest first. The caller has scoped the file."""
    found = (
        PersonalCode.objects.filter(resident=resident_id).select_related("handed_by").order_by("-handed_at")
    )
    lines = []
    for one in found[:MINE_MAX]:
        ended = f"已停用：{one.withdrawn_because}" if one.withdrawn_at else ""
        ended = ended or ("已过期" if one.expires_at <= at else "")
        by = f"{one.handed_by.name}（{one.handed_by_label}）"
        lines.append(
            CodeLine(
                one.id,
                one.holder_label,
                one.document_label,
                one.handed_at,
                by,
                one.expires_at,
                one.last_used_at,
                ended,
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many requests of one kind came, and what became of them, in words (a small cell is not shown)."""

    kind_label: str
    total: str
    open: str
    granted: str
    refused: str
    withdrawn: str


def counts(actor: Actor, *, since: date, until: date, public: bool) -> list[CountRow]:
    """Count requests by kind and outcome in the registrar's areas; ``public``: as it may be published."""
    within = actor.visible_areas(cases.HANDLE_REQUESTS)
    found = (
        DataRequest.objects.filter(
            case__area_id__in=within, asked_at__date__gte=since, asked_at__date__lte=until
        )
        .order_by()
        .values_list("kind", "outcome")
        .annotate(count=Count("id"))
    )
    cells: dict[tuple[str, str], int] = {
        (kind, column): 0
        for kind in rules.KIND_LABELS
        for column in ("open", "granted", "refused", "withdrawn")
    }
    columns = {"": "open", rules.DECLINED: "refused"}
    for kind, outcome, count in found:
        cells[kind, columns.get(outcome, outcome)] += count
    totals = {kind: sum(cells[one] for one in cells if one[0] == kind) for kind in rules.KIND_LABELS}
    shown = suppress(cells) if public else dict(cells)
    shown_totals = suppress(totals) if public else dict(totals)
    return [
        CountRow(
            label,
            in_words(shown_totals[kind]),
            *(in_words(shown[kind, one]) for one in ("open", "granted", "refused", "withdrawn")),
        )
        for kind, label in rules.KIND_LABELS.items()
    ]
