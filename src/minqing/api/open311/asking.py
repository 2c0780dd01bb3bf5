"""Which requests somebody asks for, and how each is shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict

from minqing.api.open311.formats import w3
from minqing.cases import public as cases
from minqing.kernel.errors import Refused

SPAN_MAX: Final = timedelta(days=90)
IDS_MAX: Final = 200
PAGES_MAX: Final = 1_000
YEARS: Final = (2000, 2100)
STATUSES: Final = {"open": True, "closed": False}


def asked(given: QueryDict, *, token_id: UUID | None, at: datetime) -> cases.SubmissionsAsked:
    """Return what the query asks for. An empty parameter is one that was not sent. Raises ``Refused``."""
    numbers = _listed(given, "service_request_id")
    if len(numbers) > IDS_MAX:
        raise Refused(f"一次最多问 {IDS_MAX} 个 service_request_id。")
    if numbers:
        return cases.SubmissionsAsked(token_id=token_id, numbers=[one.upper() for one in numbers])
    since, until = _span(given, at)
    size = _whole(given, "page_size", cases.SUBMISSIONS_MAX, cases.SUBMISSIONS_MAX)
    first = (_whole(given, "page", 1, PAGES_MAX) - 1) * size
    return cases.SubmissionsAsked(
        token_id=token_id,
        topics=_listed(given, "service_code"),
        since=since,
        until=until,
        is_open=_status(given),
        first=first,
        limit=size,
    )


def shown(one: cases.SubmissionView) -> dict[str, Any]:
    """Return a request as GeoReport v2 lists it."""
    notes = one.state_label + (f"：{one.result}" if one.result else "")
    return {
        "service_request_id": one.number,
        "status": "open" if one.is_open else "closed",
        "status_notes": notes,
        "service_name": one.topic_label or None,
        "service_code": one.topic_key or None,
        "description": one.words or None,
        "agency_responsible": one.unit_name or None,
        "service_notice": None,
        "requested_datetime": w3(one.opened_at),
        "updated_datetime": w3(one.updated_at),
        "expected_datetime": w3(one.expected_at) if one.expected_at else None,
        "address": one.place,
        "address_id": one.area_code,
        "zipcode": None,
        "lat": one.lat,
        "long": one.lon,
        "media_url": None,
    }


def _listed(given: QueryDict, name: str) -> list[str]:
    """Return the values of a parameter, declared several times or with commas between."""
    return [one.strip() for said in given.getlist(name) for one in said.split(",") if one.strip()]


def _status(given: QueryDict) -> bool | None:
    said = set(_listed(given, "status"))
    if not said <= set(STATUSES):
        raise Refused("status 只能是 open 或 closed。")
    return STATUSES[said.pop()] if len(said) == 1 else None


def _span(given: QueryDict, at: datetime) -> tuple[datetime, datetime]:
    since, until = _moment(given, "start_date"), _moment(given, "end_date")
    if since is None:
        since = (until or at) - SPAN_MAX
    if until is None:
        until = min(at, since + SPAN_MAX)
    if until - since > SPAN_MAX:
        raise Refused("start_date 到 end_date 最多 90 天。")
    return since, until


def _moment(given: QueryDict, name: str) -> datetime | None:
    # A plus sign that was not escaped arrives as a blank.
    text = given.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    refused = Refused(f"{name} 应是带时区的时间，如 2026-11-20T00:00:00Z。")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise refused from None
    if read.tzinfo is None or not YEARS[0] <= read.year <= YEARS[1]:
        raise refused
    return read


def _whole(given: QueryDict, name: str, usual: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Refused(f"{name} 应是 1 到 {most} 的整数。")
    return int(text)
