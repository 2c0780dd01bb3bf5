"""What is said of a subject, checked: the same for a form, a request of a machine and a phone's outbox."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from minqing.kernel.errors import Refused
from minqing.kernel.text import clean_line
from minqing.registry import rules

NUMBERS: Final = frozenset({"id_number", "phone"})


@dataclass(frozen=True, slots=True)
class ResidentInput:
    """What is said of a resident. In an edit an empty number means "as it was"; ``forget`` names those to erase."""

    name: str
    sex: str = ""
    birth_date: date | None = None
    id_number: str = ""
    phone: str = ""
    occupation: str = ""
    presence: str = rules.HERE
    away_at: str = ""
    origin: str = ""
    address_note: str = ""
    forget: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class HouseholdInput:
    """What is said of a household; degrees are WGS-84."""

    address: str
    code: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseInput:
    """What is said of an enterprise."""

    name: str
    uscc: str = ""
    industry: str = ""
    employees: str = ""
    contact_name: str = ""
    phone: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    forget: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class PlaceInput:
    """What is said of a place."""

    name: str
    kind: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None


def checked_resident(given: ResidentInput, today: date, *, known_id: str | None = None) -> ResidentInput:
    """Return the input normalised, sex and birth date filled from the ID number, or refuse naming the field.

    ``known_id`` is the number already on file, which an edit without a number must still agree with.
    """
    name = clean_line(given.name)
    if refusal := rules.why_not_name(name):
        raise Refused(refusal, field="name")
    given = replace(
        given,
        name=name,
        phone=_phone(given.phone),
        occupation=_short(given.occupation, "occupation", rules.SHORT_MAX),
        away_at=_short(given.away_at, "away_at", rules.SHORT_MAX),
        origin=_short(given.origin, "origin", rules.SHORT_MAX),
        address_note=_short(given.address_note, "address_note", rules.ADDRESS_MAX),
    )
    _one_of(given.sex, rules.SEX_LABELS, "sex", "性别", required=False)
    _one_of(given.presence, rules.PRESENCE_LABELS, "presence", "居住状态")
    if given.birth_date is not None and (refusal := rules.why_not_birth_date(given.birth_date, today)):
        raise Refused(refusal, field="birth_date")
    if given.id_number and "id_number" in given.forget:
        raise Refused("证件号填了新的，就不用勾选清除。", field="id_number")
    kept = "" if "id_number" in given.forget else known_id or ""
    text = given.id_number or kept
    if not text:
        return given
    number = rules.read_id_number(text, today)
    if isinstance(number, str):
        raise Refused(number, field="id_number")
    if clash := rules.why_id_disagrees(number, given.birth_date, given.sex):
        raise Refused(clash[1], field=clash[0])
    return replace(
        given,
        id_number=number.value if given.id_number else "",
        birth_date=number.birth_date,
        sex=number.sex,
    )


def checked_household(given: HouseholdInput) -> HouseholdInput:
    """Return the input normalised, or refuse naming the field."""
    _point(given.lon, given.lat)
    address = _short(given.address, "address", rules.ADDRESS_MAX, required="住址没有填。")
    return replace(given, address=address, code=_short(given.code, "code", rules.CODE_MAX))


def checked_enterprise(given: EnterpriseInput) -> EnterpriseInput:
    """Return the input normalised, or refuse naming the field."""
    _point(given.lon, given.lat)
    _one_of(given.employees, rules.EMPLOYEE_BANDS, "employees", "从业人数", required=False)
    uscc, refusal = rules.read_uscc(given.uscc) if given.uscc else ("", "")
    if refusal:
        raise Refused(refusal, field="uscc")
    contact = clean_line(given.contact_name)
    if contact and (wrong := rules.why_not_name(contact)):
        raise Refused(wrong, field="contact_name")
    return replace(
        given,
        name=_short(given.name, "name", rules.ADDRESS_MAX, required="企业名称没有填。"),
        uscc=uscc,
        industry=_short(given.industry, "industry", rules.SHORT_MAX),
        contact_name=contact,
        phone=_phone(given.phone),
        address=_short(given.address, "address", rules.ADDRESS_MAX),
    )


def checked_place(given: PlaceInput) -> PlaceInput:
    """Return the input normalised, or refuse naming the field."""
    _point(given.lon, given.lat)
    _one_of(given.kind, rules.PLACE_KINDS, "kind", "场所类型")
    return replace(
        given,
        name=_short(given.name, "name", rules.ADDRESS_MAX, required="场所名称没有填。"),
        address=_short(given.address, "address", rules.ADDRESS_MAX),
    )


def _short(text: str, name: str, longest: int, *, required: str = "") -> str:
    text = clean_line(text)
    if required and not text:
        raise Refused(required, field=name)
    if len(text) > longest:
        raise Refused(f"太长了，最多 {longest} 个字，现在是 {len(text)} 个字。", field=name)
    return text


def _phone(text: str) -> str:
    if not text:
        return ""
    value, refusal = rules.read_phone(text)
    if refusal:
        raise Refused(refusal, field="phone")
    return value


def _one_of(value: str, choices: dict[str, str], name: str, label: str, *, required: bool = True) -> None:
    if (value or required) and value not in choices:
        raise Refused(f"{label}请从列表中选择。", field=name)


def _point(lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise Refused("经度和纬度要一起填。", field="lon")
    if lon is None or lat is None:
        return
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refused("经纬度超出范围，请核对。", field="lon")
