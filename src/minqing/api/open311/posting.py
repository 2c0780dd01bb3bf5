"""A posted service request becomes a report: where it is, what it says, who may be called back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict

from minqing.api.open311.attributes import answers
from minqing.api.open311.services import service_of
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.text import clean, clean_line

ADDRESS_MAX: Final = 200
NAME_MAX: Final = 30
MEDIA_MAX: Final = 500
# Beyond this a point is in no grid of this county, whatever is nearest.
METRES_MAX: Final = 15_000
KEY_HEADER: Final = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Posted:
    """A report as it goes to the cases, and whether it may be listed."""

    report: cases.Report
    is_listed: bool


def posted(given: QueryDict, key: str) -> Posted:
    """Return what was posted; ``key`` is the sender's own id, or empty. Raises ``Refused``, :class:`NotThere`."""
    code = given.get("service_code", "").strip()
    if not code:
        raise Refused("缺少 service_code。")
    service = service_of(code)
    area, place = _where(given)
    lines = [clean(given.get("description", "")), *answers(service.code, given), *place, *_media(given)]
    words = "\n".join(line for line in lines if line)
    if not lines[0] and not answers(service.code, given):
        words = f"{service.name}\n{words}"
    report = cases.Report(
        id=_sent_id(key),
        source=cases.API,
        area_id=area.id,
        words=words,
        contact=_contact(given),
        topic_key=service.code,
    )
    return Posted(report, is_listed=given.get("listed", "").strip().lower() == "true")


def _sent_id(key: str) -> UUID:
    if not key:
        return cases.new_report_id()
    try:
        sent = UUID(key)
    except ValueError:
        raise Refused(f"{KEY_HEADER} 应是 UUID。") from None
    if sent.version != 4:  # others tell a time, or can be guessed, and the id finds the request again
        raise Refused(f"{KEY_HEADER} 应是随机的 UUID（第 4 版）。")
    return sent


def _where(given: QueryDict) -> tuple[areas.Area, list[str]]:
    """Return the area of a request, and what the words say of the place."""
    lat, lon = given.get("lat", "").strip(), given.get("long", "").strip()
    address = clean_line(given.get("address_string", ""))
    address_id = clean_line(given.get("address_id", ""))
    if len(address) > ADDRESS_MAX:
        raise Refused(f"address_string 太长，最多 {ADDRESS_MAX} 个字。")
    if bool(lat) != bool(lon):
        raise Refused("lat 和 long 要一起给。")
    said = [f"位置：{address}"] if address else []
    if lat:
        point = _degrees(lat, "lat", 90), _degrees(lon, "long", 180)
        return _nearest(*point), [*said, f"坐标：北纬 {point[0]:.6f}，东经 {point[1]:.6f}"]
    if address_id:
        found = areas.area_by_code(address_id) if len(address_id) < ADDRESS_MAX else None
        if found is None:
            raise NotThere("没有这个 address_id。它是本县的辖区代码，见 /api/v1/areas。")
        return found, said
    if not address:
        raise Refused("请给出位置：lat 和 long，或 address_string，或 address_id。")
    named = areas.named_in(address)
    if not named:
        raise Refused("从 address_string 看不出在哪个镇、哪个村，请写上镇和村的名称，或给出 lat 和 long。")
    deepest = [one for one in named if one.path.count(".") == named[0].path.count(".")]
    if len(deepest) > 1:
        raise Refused("address_string 里的地名不止一处，请写上所在的镇，或给出 lat 和 long。")
    return named[0], said


def _degrees(value: str, name: str, most: int) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not abs(number) <= most or len(value) > 40:
        raise Refused(f"{name} 应是 -{most} 到 {most} 之间的度数（WGS84）。")
    return number


def _nearest(lat: float, lon: float) -> areas.Area:
    found = areas.nearest(lon, lat)
    if found is None or found.metres > METRES_MAX:
        raise Refused("这个位置不在本县范围内，请核对 lat 和 long。")
    return found.area


def _contact(given: QueryDict) -> cases.ContactInput | None:
    """Return how to call back. Address of mail, device and account are not kept: nobody would use them."""
    first, last = clean_line(given.get("first_name", "")), clean_line(given.get("last_name", ""))
    name = f"{last}{first}" if not (first + last).isascii() else f"{first} {last}".strip()
    if len(name) > NAME_MAX:
        raise Refused(f"姓名太长，最多 {NAME_MAX} 个字。")
    try:
        phone = str(cases.PhoneField(required=False).clean(given.get("phone", "")))
    except ValidationError as wrong:
        raise Refused("".join(wrong.messages)) from None
    return cases.ContactInput(name, phone) if name or phone else None


def _media(given: QueryDict) -> list[str]:
    """Return a line for a picture elsewhere; nothing is fetched from there."""
    address = clean_line(given.get("media_url", ""))
    if not address:
        return []
    if len(address) > MEDIA_MAX or not address.startswith(("https://", "http://")):
        raise Refused("media_url 应是 http 或 https 网址。")
    return [f"照片网址（未核验）：{address}"]
