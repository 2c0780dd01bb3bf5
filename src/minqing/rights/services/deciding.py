"""Open a request together with the part of the file that it is about; that is a read, and stands in the journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from minqing.journal.public import record_read
from minqing.kernel.access import Actor
from minqing.kernel.copies import Part
from minqing.registry import public as registry
from minqing.rights import rules
from minqing.rights.queries.requests import RequestFile, request_file
from minqing.rights.services.carrying_out import Plan, plan_erasure
from minqing.rights.services.copies import my_file

# Which part of the file a request is about; the facts are always there, to know whom it is about.
_PART_OF = {"home": "homes", "tag": "tags", "visit": "visits", "case": "cases"}


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request with what must be seen to decide it, and nothing else of the file."""

    file: RequestFile
    person: registry.OwnFile
    parts: tuple[Part, ...]
    plan: Plan | None


def open_request(request_id: UUID, *, by: Actor, at: datetime) -> OpenRequest:
    """Return a request and the part of the file it is about, and record the read. Raises :class:`NotThere`."""
    found = request_file(request_id, by=by, at=at)
    request = found.request
    record_read(
        subject_kind=registry.RESIDENT, subject_id=request.resident_id, area_id=request.case.area_id, by=by.hand,
        at=at, purpose=f"办理个人信息请求 {request.case.number}",
    )  # fmt: skip
    wanted = {"facts", _PART_OF.get(request.item, "facts")}
    parts = tuple(
        _only(one, request.item_id) for one in my_file(request.resident_id, at=at) if one.key in wanted
    )
    whole = request.kind == rules.ERASURE and request.item == rules.EVERYTHING
    plan = plan_erasure(request.resident_id, at=at) if whole and found.line.is_open else None
    return OpenRequest(found, registry.own_file(request.resident_id), parts, plan)


def _only(part: Part, item_id: UUID | None) -> Part:
    """Keep of a part the entry that is asked about, where one is named."""
    if item_id is None or part.key == "facts":
        return part
    return replace(part, entries=[one for one in part.entries if one.item_id == item_id])
