"""Every event with its sentence, as a reader of a timeline sees it, before and after its personal values are erased."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from minqing.config.markdown import NOTE, table
from minqing.journal.public import EVENTS, Event, reactions_to

_ID: Final = UUID(int=0)
_ENVELOPE: Final[dict[str, Any]] = {"subject_kind": "resident", "subject_id": _ID, "area_id": _ID}
_PLAIN: Final[dict[type, Any]] = {
    int: 2,
    bool: True,
    float: 1.5,
    UUID: _ID,
    datetime: datetime(2026, 11, 20, 9, tzinfo=UTC),
    date: date(2026, 11, 20),
}


def events_page() -> str:
    """Return docs/reference/events.md."""
    rows = [("事件", "时间线上的句子", "个人信息（可抹去）", "抹去以后", "谁在听")]
    for kind, event in sorted(EVENTS.items()):
        if not event.__module__.startswith("minqing.") or ".tests" in event.__module__:
            continue
        heard = "、".join(f"`{name.removeprefix('minqing.')}`" for name in reactions_to(kind)) or "—"
        personal = "、".join(f"`{name}`" for name in sorted(event.personal)) or "—"
        erased = _sample(event, erased=True).sentence() if event.personal else "—"
        named = f"`{kind}` {event.__name__}"
        rows.append((named, _sample(event).sentence(), personal, erased, heard))
    return (
        f"{NOTE}# 事件\n\n每次改动在同一个事务里写下一条流水；句子前面是谁、以什么任职、在什么时候。"
        f"‹尖括号›里是事件的字段。\n\n{table(rows)}"
    )


def _sample(event: type[Event], *, erased: bool = False) -> Event:
    """Make an event whose every field shows its name; with ``erased`` its personal ones are gone."""
    hints = get_type_hints(event)
    given: dict[str, Any] = {
        field.name: None if erased and field.name in event.personal else _value(hints[field.name], field.name)
        for field in fields(event)
        if field.name not in _ENVELOPE
    }
    return event(**_ENVELOPE, **given)


def _value(hint: Any, name: str) -> Any:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) in (list, tuple):
        inner = get_args(hint)[0]
        # A list of lists is a list of changes: label, before, after.
        return [["‹字段›", "‹原值›", "‹新值›"]] if get_origin(inner) is list else [_value(inner, name)]
    if get_origin(hint) is dict:
        return {f"‹{name}›": f"‹{name}›"}
    if NoneType in (options := get_args(hint)):
        return _value(next(one for one in options if one is not NoneType), name)
    return f"‹{name}›"
