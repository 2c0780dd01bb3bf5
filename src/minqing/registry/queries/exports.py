"""A list of files as rows to be written to a file: everything from one snapshot, a few thousand rows in memory.

The snapshot has a connection of its own: rows are read while the answer is being sent, and between two pieces of an
answer the server's connection may serve somebody else. What a row says is what the list on the screen says: the same
scope, numbers masked, sensitive tags only for who sees them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from minqing.areas.public import Area, area_names, ids_under
from minqing.kernel.access import Actor
from minqing.kernel.masking import mask_id_number, mask_phone
from minqing.kernel.sealed import unseal
from minqing.registry import rules, vault
from minqing.registry.models import Enterprise, Tag
from minqing.registry.queries import search_words as words
from minqing.registry.queries.search_kinds import Scope, search_of

CHUNK_ROWS: Final = 2_000
# A reader that has stopped reading holds a snapshot, and the snapshot holds back the cleaning of every table.
IDLE_SECONDS_MAX: Final = 120

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    rules.RESIDENT: (
        "姓名", "性别", "年龄", "证件号", "电话", "居住状态", "住址", "辖区", "标签", "状态",
    ),
    rules.HOUSEHOLD: ("户主", "户编号", "住址", "辖区", "标签", "状态"),
    rules.ENTERPRISE: (
        "名称", "统一社会信用代码", "行业", "从业人数", "联系人", "联系电话", "地址", "辖区", "标签", "状态",
    ),
    rules.PLACE: ("名称", "类型", "地址", "辖区", "标签", "状态"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """Which list: as the filters on the screen say it, always within one area."""

    kind: str
    area: Area
    text: str = ""
    tag: str = ""
    closed: bool = False


class Export:
    """An opened list: how many rows, and the rows, from one snapshot. To be closed, whatever happens."""

    def __init__(self, actor: Actor, asked: ExportAsked, today: date) -> None:
        self.columns = COLUMNS[asked.kind]
        self._asked, self._actor, self._today = asked, actor, today
        self._names = area_names(ids_under(asked.area.path).values_list("id", flat=True))
        listed = _listed(actor, asked, today)
        sql, params = listed.query.sql_with_params()
        unsorted, given = listed.order_by().query.sql_with_params()
        self._connection: Any = connection.get_new_connection(connection.get_connection_params())
        try:
            self._connection.autocommit = True  # the transaction is begun and ended by hand
            with self._connection.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS_MAX}s'")
                cursor.execute(f"SELECT count(*) FROM ({unsorted}) AS listed", given)  # noqa: S608  a compiled queryset
                [self.total] = cursor.fetchone()
                cursor.execute(f"DECLARE listed NO SCROLL CURSOR FOR {sql}", params)
        except BaseException:
            self.close()
            raise

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows as text, in the order of the list."""
        line = _LINES[self._asked.kind]
        with self._connection.cursor() as cursor:
            while True:
                cursor.execute(f"FETCH {CHUNK_ROWS} FROM listed")
                chunk = cursor.fetchall()
                if not chunk:
                    return
                ids = [row[0] for row in chunk]
                beside = _Beside(
                    self._names, self._tags(cursor, ids), self._numbers(cursor, ids), self._today
                )
                for row in chunk:
                    yield line(row, beside)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._connection.close()

    def _tags(self, cursor: Any, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        tags = Tag.objects.visible_to(self._actor).current(self._today).filter(subject_id__in=ids)
        held: dict[UUID, list[str]] = defaultdict(list)
        cursor.execute(
            *tags.order_by("kind__position").values_list("subject_id", "kind__label").query.sql_with_params()
        )
        for subject_id, label in cursor.fetchall():
            held[subject_id].append(label)
        return held

    def _numbers(self, cursor: Any, ids: Sequence[UUID]) -> dict[UUID, vault.IdentityValues]:
        if self._asked.kind != rules.RESIDENT:
            return {}
        return vault.identities_through(cursor, ids, vault.reach(self._actor))


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a chunk of rows is completed with."""

    names: dict[UUID, str]
    tags: dict[UUID, list[str]]
    numbers: dict[UUID, vault.IdentityValues]
    today: date

    def where(self, key: UUID, area_id: UUID) -> tuple[str, str]:
        """Return the area's name and the tags."""
        return self.names.get(area_id, ""), "、".join(self.tags.get(key, ()))


def _listed(actor: Actor, asked: ExportAsked, today: date) -> QuerySet[Any, Any]:
    """Return the rows of the list, tested one by one: all of them are read anyway."""
    met_by = words.words_of(asked.text)
    by = search_of(asked.kind, met_by)
    scope = Scope(actor, asked.area, closed=asked.closed)
    rows = by.tested(scope.of(by.model), met_by)
    if asked.tag:
        rows = rows.filter(id__in=scope.tags(asked.kind, asked.tag, today).values("subject_id"))
    rows = rows.order_by(words.in_order(by.column), "id")
    if asked.kind == rules.RESIDENT:
        rows = rows.annotate(lives_at=words.home_address())
        return rows.values_list(
            "id", "area_id", "name", "sex", "birth_date", "presence", "how_gone", "lives_at", "address_note"
        )
    if asked.kind == rules.HOUSEHOLD:
        rows = rows.annotate(headed_by=words.head("name"))
        return rows.values_list("id", "area_id", "headed_by", "code", "address", "closed_on")
    if asked.kind == rules.ENTERPRISE:
        return rows.values_list(
            "id",
            "area_id",
            "name",
            "uscc",
            "industry",
            "employees",
            "contact_name",
            "phone",
            "address",
            "closed_on",
        )
    return rows.values_list("id", "area_id", "name", "kind", "address", "closed_on")


def _resident(row: tuple[Any, ...], beside: _Beside) -> tuple[str, ...]:
    key, area_id, name, sex, born, presence, how_gone, lives_at, note = row
    numbers = beside.numbers.get(key, vault.IdentityValues())
    where, tags = beside.where(key, area_id)
    return (
        name, rules.SEX_LABELS.get(sex, ""), str(rules.age_on(born, beside.today)) if born else "",
        mask_id_number(numbers.id_number), mask_phone(numbers.phone), rules.PRESENCE_LABELS[presence],
        note if lives_at is None else lives_at, where, tags, rules.GONE_LABELS.get(how_gone, ""),
    )  # fmt: skip


def _household(row: tuple[Any, ...], beside: _Beside) -> tuple[str, ...]:
    key, area_id, head, code, address, closed_on = row
    return (head or "", code, address, *beside.where(key, area_id), "已销户" if closed_on else "")


def _enterprise(row: tuple[Any, ...], beside: _Beside) -> tuple[str, ...]:
    key, area_id, name, uscc, industry, employees, contact, phone, address, closed_on = row
    number = unseal(bytes(phone), place=_PHONE_PLACE, row=key) if phone is not None else ""
    return (
        name, uscc, industry, rules.EMPLOYEE_BANDS.get(employees, ""), contact, mask_phone(number), address,
        *beside.where(key, area_id), "已停业或迁出" if closed_on else "",
    )  # fmt: skip


def _place(row: tuple[Any, ...], beside: _Beside) -> tuple[str, ...]:
    key, area_id, name, kind, address, closed_on = row
    return (
        name, rules.PLACE_KINDS.get(kind, ""), address, *beside.where(key, area_id),
        "已停用" if closed_on else "",
    )  # fmt: skip


_phone_field: Any = Enterprise._meta.get_field("phone")
_PHONE_PLACE: Final[str] = _phone_field.place
_LINES: Final = {
    rules.RESIDENT: _resident, rules.HOUSEHOLD: _household, rules.ENTERPRISE: _enterprise, rules.PLACE: _place,
}  # fmt: skip
