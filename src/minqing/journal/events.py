"""What an event is: a frozen dataclass in the past tense, with the sentence it leaves on a timeline.

Fields named in ``personal`` are stored apart from the entry and can be erased later; a sentence must still read well
when they are None.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

EVENTS: Final[dict[str, type[Event]]] = {}
ERASED: Final = "（已删除）"
_ENVELOPE: Final = frozenset({"subject_kind", "subject_id", "area_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to one subject in one area."""

    kind: ClassVar[str] = ""
    personal: ClassVar[frozenset[str]] = frozenset()
    # A read of personal data: kept for audit, left out of the timeline that officials see.
    is_read: ClassVar[bool] = False

    subject_kind: str
    subject_id: UUID
    area_id: UUID

    def sentence(self) -> str:
        """Say what happened, in Chinese, without a subject: the hand stands in front."""
        raise NotImplementedError

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Event, cls).__init_subclass__(**kwargs)
        if cls.kind:
            known = EVENTS.setdefault(cls.kind, cls)
            # dataclass(slots=True) makes the class twice: the later one is the real one.
            if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
                raise ValueError(f"two events are called {cls.kind}")
            EVENTS[cls.kind] = cls

    def parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Split into (facts, personal), both JSON-able."""
        facts, personal = _names(type(self))  # type: ignore[arg-type]  # a class has a hash of its own
        return (
            {name: to_json(getattr(self, name)) for name in facts},
            {name: to_json(getattr(self, name)) for name in personal},
        )

    @classmethod
    def rebuilt(
        cls, *, subject_kind: str, subject_id: UUID, area_id: UUID, values: Mapping[str, Any]
    ) -> Event:
        """Make the event again from what was stored; erased and later-added fields are None."""
        given = {f.name: values.get(f.name) for f in fields(cls) if f.name not in _ENVELOPE}
        return cls(subject_kind=subject_kind, subject_id=subject_id, area_id=area_id, **given)


def fields_of(event: type[Event]) -> tuple[str, ...]:
    """Return the names of an event's own fields, facts and personal ones."""
    facts, personal = _names(event)  # type: ignore[arg-type]  # a class has a hash of its own
    return facts + personal


@cache
def _names(event: type[Event]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of an event's (facts, personal) fields: the same for every one of a million."""
    names = [one.name for one in fields(event) if one.name not in _ENVELOPE]
    return (
        tuple(name for name in names if name not in event.personal),
        tuple(name for name in names if name in event.personal),
    )


def to_json(value: Any) -> Any:
    """Return the JSON form of a field: ids and times as text, tuples as lists."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [to_json(one) for one in value]
    if isinstance(value, dict):
        return {str(k): to_json(v) for k, v in value.items()}
    if value is None or isinstance(value, str | int | bool | float):
        return value
    raise TypeError(f"an event cannot hold {type(value).__name__}")


def detail_hash(facts: Mapping[str, Any], personal: Mapping[str, Any], salt: bytes) -> bytes:
    """SHA-256 over the salt and the canonical JSON of both parts.

    The salt is kept with the personal part and erased with it: without it a short value (a phone) could be guessed
    back from the hash that stays.
    """
    text = json.dumps([facts, personal], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(salt + text.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExported(Event):
    """The record itself left as a file."""

    kind: ClassVar[str] = "journal.audit_exported"
    filters: str
    form: str
    rows: int

    def sentence(self) -> str:
        return f"导出审计记录{f'（{self.filters}）' if self.filters else ''}，{self.rows} 行，{self.form}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOpened(Event):
    """Somebody opened one person's, household's or case's file."""

    kind: ClassVar[str] = "journal.file_opened"
    is_read: ClassVar[bool] = True

    purpose: str
    # Why: the work that links reader and file, in words, and which. Entries older than these have none.
    because: str | None = None
    link_kind: str | None = None
    link_id: UUID | None = None

    def sentence(self) -> str:
        why = f"（{self.because}）" if self.because else ""
        return f"查看了档案：{self.purpose or '未说明'}{why}"
