"""What a service asks for besides its words: read from ``attributes.toml``, checked, and put into the words."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from django.http import QueryDict

from minqing.kernel.errors import Refused
from minqing.kernel.text import clean, clean_line

LINE_MAX: Final = 100
TEXT_MAX: Final = 500
DATATYPES: Final = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
_NAMED: Final = re.compile(r"attribute\[(\w{1,40})\](\[\])?")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service."""

    code: str
    datatype: str
    required: bool
    description: str
    datatype_description: str = ""
    values: dict[str, str] = field(default_factory=dict)


@cache
def attributes() -> dict[str, tuple[Attribute, ...]]:
    """Return the questions of every topic that has some."""
    said = tomllib.loads(files("minqing.api.open311").joinpath("attributes.toml").read_text("utf-8"))
    found = {topic: tuple(Attribute(**one) for one in asked) for topic, asked in said.items()}
    for topic, asked in found.items():
        for one in asked:
            listed = one.datatype.endswith("valuelist")
            if one.datatype not in DATATYPES or listed != bool(one.values):
                raise ValueError(f"attributes.toml: {topic}.{one.code} has a wrong datatype or values")
        if len({one.code for one in asked}) != len(asked):
            raise ValueError(f"attributes.toml: {topic} has one code twice")
    return found


def shown(topic: str) -> list[dict[str, Any]]:
    """Return the questions of a topic as a service definition lists them."""
    return [
        {
            "variable": True,
            "code": one.code,
            "datatype": one.datatype,
            "required": one.required,
            "datatype_description": one.datatype_description or None,
            "order": number,
            "description": one.description,
            "values": [{"key": key, "name": name} for key, name in one.values.items()],
        }
        for number, one in enumerate(attributes().get(topic, ()), start=1)
    ]


def answers(topic: str, posted: QueryDict) -> list[str]:
    """Return what was answered, a line each. Raises ``Refused`` for what is missing, unknown or of the wrong kind."""
    asked = {one.code: one for one in attributes().get(topic, ())}
    given: dict[str, list[str]] = {}
    for name in posted:
        if not name.startswith("attribute"):
            continue
        read = _NAMED.fullmatch(name)
        if read is None or read[1] not in asked:
            raise Refused(f"这类事项没有 {clean_line(name)[:60]} 这一项，请对照服务说明。")
        given.setdefault(read[1], []).extend(one for one in posted.getlist(name) if one.strip())
    lines = []
    for one in asked.values():
        said = given.get(one.code, [])
        if not said and one.required:
            raise Refused(f"请填写“{one.description}”（attribute[{one.code}]）。")
        if said:
            lines.append(f"{one.description}：{_read(one, said)}")
    return lines


def _read(asked: Attribute, said: list[str]) -> str:
    if asked.datatype == "multivaluelist":
        return "、".join(dict.fromkeys(_chosen(asked, one) for one in said))
    if len(said) > 1:
        raise Refused(f"“{asked.description}”只填一个。")
    (value,) = said
    match asked.datatype:
        case "singlevaluelist":
            return _chosen(asked, value)
        case "number":
            return _number(asked, value)
        case "datetime":
            return _moment(asked, value)
        case "text":
            return _short(asked, clean(value), TEXT_MAX)
        case _:
            return _short(asked, clean_line(value), LINE_MAX)


def _chosen(asked: Attribute, key: str) -> str:
    if key not in asked.values:
        raise Refused(f"“{asked.description}”只能是：{'、'.join(asked.values)}。")
    return asked.values[key]


def _number(asked: Attribute, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or len(value) > LINE_MAX:
        raise Refused(f"“{asked.description}”应是数字。")
    return f"{number:g}"


def _moment(asked: Attribute, value: str) -> str:
    try:
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}"
    except ValueError:
        raise Refused(f"“{asked.description}”应是时间，如 2026-11-20T10:00:00+08:00。") from None


def _short(asked: Attribute, value: str, longest: int) -> str:
    if len(value) > longest:
        raise Refused(f"“{asked.description}”太长，最多 {longest} 个字。")
    return value
