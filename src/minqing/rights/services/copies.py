"""Everything that is kept about one person, composed once: what the page shows, the file a machine reads, the paper.

Each domain says its own part; nothing is written to disk. The format of the machine-readable copy is described in
``docs/guide/resident.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.copies import Entry, Part, Piece, Value
from minqing.kernel.errors import Refused
from minqing.kernel.masking import mask_name
from minqing.registry import public as registry
from minqing.rights import rules
from minqing.rights.events import CopyPrinted, CopyTaken
from minqing.rights.models import DataRequest, PersonalCode
from minqing.rights.services.carrying_out import whose
from minqing.rights.services.paper import as_pdf
from minqing.rights.services.requests import locked_request
from minqing.rights.services.sessions import Me

FORMAT: Final = "minqing-own-file/1"
READS_MAX: Final = 5_000
READS_SHOWN: Final = 200
JSON_FORM, PDF_FORM = "json", "pdf"
FORM_LABELS: Final = {JSON_FORM: "机器可读文件", PDF_FORM: "可打印的文件"}
_OPENED = {registry.RESIDENT: "本人档案", registry.HOUSEHOLD: "本户档案", "case": "您反映的事项"}
_NUMBER_SHOWN: Final = "disclosure.number_shown"
_READS_NOTE = (
    "每打开一次都会记下：谁、在哪个岗位、为了什么。看列表不算，因为列表里证件号和电话是遮住的；"
    "谁看了完整的，单独记一条。"
)


def my_file(resident_id: UUID, *, at: datetime, for_guardian: bool = False) -> list[Part]:
    """Return what is kept about somebody, without who read and changed it. The caller has made sure who asks."""
    file = registry.own_file(resident_id)
    stays = [
        diary.Stay(
            one.household_id, one.starts_on, one.ends_on,
            tuple((name, name if for_guardian else mask_name(name)) for name in one.others),
        )
        for one in registry.homes_of(resident_id)
    ]  # fmt: skip
    return [
        *registry.own_parts(resident_id, at, for_guardian=for_guardian),
        diary.visits_about(registry.own_ids(resident_id), stays),
        cases.cases_about(whose(file), at=at),
        _requests(resident_id),
        _codes(resident_id),
    ]


def who_read(resident_id: UUID, *, limit: int = READS_SHOWN) -> Part:
    """Return who opened somebody's file, or that of the home they live in now, and why; latest first."""
    lines = []
    for file_id in registry.own_ids(resident_id):
        lines += journal.reads_of(registry.RESIDENT, file_id, limit=limit)
    homes = [one.household_id for one in registry.homes_of(resident_id) if one.ends_on is None]
    for one in homes:
        lines += journal.reads_of(registry.HOUSEHOLD, one, limit=limit)
    for case_id in cases.reported_by(whose(registry.own_file(resident_id))):
        lines += journal.reads_of("case", case_id, limit=limit)
    lines.sort(key=lambda line: line.at, reverse=True)
    entries = [
        Entry(
            (
                Piece("at", "时间", line.at),
                Piece("who", "谁", line.who),
                Piece("role", "在哪个岗位", line.role_label),
                Piece("what", "看的是", _what(line)),
                Piece("why", "为了什么", _why(line)),
            ),
            title=f"{line.who} {line.role_label}",
        )
        for line in lines[:limit]
    ]
    return Part("reads", "谁看过", entries, _READS_NOTE)


def _what(line: journal.TimelineLine) -> str:
    if line.kind == _NUMBER_SHOWN:
        return line.sentence.partition("：")[0].removeprefix("查看了")
    return _OPENED[line.subject_kind]


def _why(line: journal.TimelineLine) -> str:
    if line.kind == _NUMBER_SHOWN:  # what for, in the words that were typed, and the work it came of
        return line.sentence.partition("：")[2]
    because = getattr(line, "because", "")
    return because or line.sentence.partition("：")[2] or line.sentence


def what_changed(resident_id: UUID) -> Part:
    """Return what was done with somebody's file and by whom, latest first."""
    ids = registry.own_ids(resident_id)
    lines = sorted(
        (line for one in ids for line in journal.timeline(registry.RESIDENT, one)), key=lambda line: line.at
    )
    entries = [
        Entry(
            (
                Piece("at", "时间", line.at),
                Piece("who", "谁", line.who),
                Piece("role", "在哪个岗位", line.role_label),
                Piece("what", "做了什么", line.sentence),
            ),
            title=f"{line.who} {line.role_label}",
        )
        for line in reversed(lines)
    ]
    return Part("changes", "谁改过", entries)


def everything(resident_id: UUID, *, at: datetime, for_guardian: bool = False) -> list[Part]:
    """Return all of it: what a copy holds."""
    return [
        *my_file(resident_id, at=at, for_guardian=for_guardian),
        who_read(resident_id, limit=READS_MAX),
        what_changed(resident_id),
    ]


@transaction.atomic
def take_copy(*, me: Me, form: str, at: datetime) -> tuple[bytes, str, str]:
    """Return a copy of everything as (bytes, media type, file name), and write down that it was taken."""
    if form not in FORM_LABELS:
        raise Refused("请选择要哪一种副本。")
    taken = CopyTaken(
        subject_kind=registry.RESIDENT, subject_id=me.resident_id, area_id=me.file.area_id,
        form_label=FORM_LABELS[form],
    )  # fmt: skip
    journal.record(taken, by=me.hand, at=at)
    parts = everything(me.resident_id, at=at, for_guardian=me.holder == rules.GUARDIAN)
    day = f"{clock.local(at):%Y%m%d}"
    if form == JSON_FORM:
        return as_json(parts, me.holder_label, at), "application/json", f"minqing-own-file-{day}.json"
    return as_pdf(parts, me.file.name, at), "application/pdf", f"minqing-own-file-{day}.pdf"


@transaction.atomic
def print_copy(*, request_id: UUID, by: Actor, at: datetime) -> tuple[bytes, str]:
    """Return the paper copy that a granted request asks for, as (bytes, file name); it is written down twice:
    as a read and as a copy made."""
    request = locked_request(request_id, by)
    if request.kind != rules.COPY or request.outcome != rules.GRANTED:
        raise Refused("这项请求没有要打印的副本，或者还没有同意。")
    file = registry.own_file(request.resident_id)
    number = request.case.number
    journal.record_read(
        subject_kind=registry.RESIDENT, subject_id=file.id, area_id=file.area_id, by=by.hand, at=at,
        purpose=f"按个人信息请求 {number} 打印副本",
    )  # fmt: skip
    printed = CopyPrinted(
        subject_kind=registry.RESIDENT, subject_id=file.id, area_id=file.area_id, number=number
    )
    journal.record(printed, by=by.hand, at=at)
    parts = everything(file.id, at=at, for_guardian=request.code.holder == rules.GUARDIAN)
    return as_pdf(parts, file.name, at), f"minqing-own-file-{number}.pdf"


def as_json(parts: Iterable[Part], holder_label: str, at: datetime) -> bytes:
    """Return a copy for machines: every part with its entries, values whole, times in ISO 8601 with their zone."""
    whole = {
        "format": FORMAT,
        "made_at": clock.local(at).isoformat(),
        "made_for": holder_label,
        "parts": {
            part.key: {
                "title": part.title,
                "note": part.note,
                "entries": [{piece.key: _plain(piece.value) for piece in one.pieces} for one in part.entries],
            }
            for part in parts
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _plain(value: Value) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _requests(resident_id: UUID) -> Part:
    found = DataRequest.objects.filter(resident=resident_id).select_related("case", "code", "decided_by")
    entries = [
        Entry(
            (
                Piece("number", "编号", one.case.number),
                Piece("what", "请求", one.what),
                Piece("words", "您写的", one.words or ""),
                Piece("asked_at", "提出时间", one.asked_at),
                Piece("asked_by", "谁提的", one.code.holder_label),
                Piece("outcome", "决定", one.outcome_label),
                Piece("basis", "依据", one.basis),
                Piece("decided_at", "决定时间", one.decided_at),
                Piece("decided_by", "谁决定的", one.decided_by.name if one.decided_by else ""),
                Piece("done", "办了什么", list(one.done)),
                Piece("carried_out_at", "办好时间", one.carried_out_at),
            ),
            title=one.what,
        )
        for one in found.order_by("-asked_at")
    ]
    return Part("requests", "我的请求", entries)


def _codes(resident_id: UUID) -> Part:
    found = PersonalCode.objects.filter(resident=resident_id).select_related("handed_by")
    entries = [
        Entry(
            (
                Piece("holder", "交给谁", one.holder_label),
                Piece("holder_name", "来办的人", one.holder_name or ""),
                Piece("document", "查验的证件", one.document_label),
                Piece("handed_at", "发放时间", one.handed_at),
                Piece("handed_by", "谁发的", f"{one.handed_by.name}（{one.handed_by_label}）"),
                Piece("expires_at", "有效到", one.expires_at),
                Piece("last_used_at", "最后一次使用", one.last_used_at),
                Piece("withdrawn_at", "停用时间", one.withdrawn_at),
                Piece("withdrawn_because", "停用原因", one.withdrawn_because),
            ),
            title=one.holder_label,
        )
        for one in found.order_by("-handed_at")
    ]
    note = "查阅码本身不保存，只保存核对用的散列值。"
    return Part("codes", "本人查阅码", entries, note)
