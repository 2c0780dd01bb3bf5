"""How any file is inserted, locked, compared and changed: the same for all four kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.areas.public import LEVEL_LABELS, Area, require_open
from minqing.areas.public import area as get_area
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.masking import mask_id_number, mask_phone
from minqing.kernel.sealed import blind_index
from minqing.registry import rules
from minqing.registry.events import SubjectEdited
from minqing.registry.models import Enterprise, Household, Place, Resident, Tag
from minqing.registry.models.subjects import CONTENT_PURPOSE
from minqing.registry.permissions import EDIT_REGISTRY

S = TypeVar("S", Resident, Household, Enterprise, Place)
AnySubject = Resident | Household | Enterprise | Place

FIELD_LABELS: Final = {
    "area_id": "所属网格", "name": "姓名", "sex": "性别", "birth_date": "出生日期", "id_number": "证件号",
    "phone": "电话", "occupation": "职业", "presence": "居住状态", "away_at": "外出去向", "origin": "户籍地",
    "address_note": "住址备注", "address": "住址", "code": "户编号", "lon": "经度", "lat": "纬度",
    "uscc": "统一社会信用代码", "industry": "行业", "employees": "从业人数", "contact_name": "联系人",
    "kind": "类型", "relation": "与户主关系", "household": "所在户", "tags": "标签",
}  # fmt: skip
SITE_LABELS: Final = {**FIELD_LABELS, "name": "名称", "address": "地址"}
_CHOICES: Final[dict[str, Mapping[str, str]]] = {
    "sex": rules.SEX_LABELS,
    "presence": rules.PRESENCE_LABELS,
    "employees": rules.EMPLOYEE_BANDS,
    "kind": rules.PLACE_KINDS,
    "relation": rules.RELATION_LABELS,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, as a page may show it: numbers masked, choices in words."""

    label: str
    before: str
    after: str


def labels_of(kind: str) -> Mapping[str, str]:
    """Return the words for the fields of a kind of subject."""
    return SITE_LABELS if kind in (rules.ENTERPRISE, rules.PLACE) else FIELD_LABELS


def shown(name: str, value: Any) -> str:
    """Return a field's value as a page may show it."""
    if value is None or value == "":
        return ""
    if name == "id_number":
        return mask_id_number(value)
    if name == "phone":
        return mask_phone(value)
    if name in _CHOICES:
        return str(_CHOICES[name].get(value, value))
    return str(value)


def compare(row: AnySubject, new: Mapping[str, Any]) -> list[Change]:
    """Set the fields that differ on the row (not saved) and return them."""
    labels = labels_of(row.subject_kind)
    found = []
    for name, value in new.items():
        before = getattr(row, name)
        if (before or None) != (value or None):
            found.append(Change(labels[name], shown(name, before), shown(name, value)))
            setattr(row, name, value)
    return found


def open_area(area_id: UUID, levels: frozenset[str], by: Actor) -> Area:
    """Return the area in which something is registered: open, of a fitting level, and the actor's to edit."""
    area = get_area(area_id)
    by.require(EDIT_REGISTRY, area.path)
    require_open(area)
    if area.level not in levels:
        names = "、".join(LEVEL_LABELS[level] for level in LEVEL_LABELS if level in levels)
        raise Refused(f"请选到{names}一级。", field="area")
    return area


def locked(model: type[S], row_id: UUID, by: Actor) -> S:
    """Return a file the actor sees and may edit, locked. Raises :class:`NotThere`."""
    row = (
        model.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("area")
        .defer("area__outline")
        .filter(id=row_id)
        .first()
    )
    if row is None:
        raise NotThere
    by.require(EDIT_REGISTRY, row.area.path)
    return row


def refuse_if_stale(row: AnySubject, version: int) -> None:
    """Refuse an edit made on an older version, and say who was quicker."""
    if row.version != version:
        when = clock.local(row.changed_at)
        raise Conflict(
            f"{row.changed_by_name}在 {when:%m月%d日 %H:%M} 改过这份档案，您打开的是之前的内容。"
            "请看过现在的内容，再把要改的填一次。"
        )


def refuse_if_closed(row: AnySubject) -> None:
    """Refuse to work on a file that has ended."""
    if row.closed_on is not None:
        raise Refused("这份档案已经注销，不能再改。")


def not_in_future(on: date, today: date, name: str = "on") -> None:
    """Refuse a day after today."""
    if on > today:
        raise Refused("日期在今天之后，请核对。", field=name)


def content_hash(**content: Any) -> bytes:
    """Return the keyed hash by which the same content sent twice is known."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=_plain)
    return blind_index(text, CONTENT_PURPOSE)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return asdict(value) if hasattr(value, "__dataclass_fields__") else str(value)


def first_answer(model: type[S], row_id: UUID | None, content: bytes, by: Actor) -> S | None:
    """Return the row an id was first registered as, if the content is the same; refuse if it is not."""
    if row_id is None:
        return None
    held = model.everything.filter(id=row_id).values_list("first_content", flat=True)
    if not held:
        return None
    mine = model.objects.visible_to(by).select_related("area").filter(id=row_id).first()
    if mine is None or bytes(held[0] or b"") != content:
        raise Conflict("这条登记先前已经提交过，而且内容不同。请刷新页面，看过已登记的内容再改。")
    return mine


def insert(row: S, by: Actor, unique: Mapping[str, tuple[str, str]]) -> S:
    """Insert a row; a rival with the same id or number in the same moment gets the sentence, never an error page.

    ``unique`` maps a constraint's name to (field, sentence).
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        for name, (field, sentence) in unique.items():
            if name in str(error):
                raise Refused(sentence, field=field) from error
        rival = first_answer(type(row), row.id, bytes(row.first_content or b""), by)
        if rival is None:
            raise
        return rival
    return row


def save_edit(
    row: AnySubject, changes: list[Change], unique: Mapping[str, tuple[str, str]], by: Actor, at: datetime
) -> None:
    """Save a changed row with a new version and its entry; nothing changed writes nothing."""
    if not changes:
        return
    row.touch(by.person_name, at)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        for name, (field, sentence) in unique.items():
            if name in str(error):
                raise Refused(sentence, field=field) from error
        raise
    edited = SubjectEdited(
        subject_kind=row.subject_kind,
        subject_id=row.id,
        area_id=row.area_id,
        labels=[one.label for one in changes],
        changes=[[one.label, one.before, one.after] for one in changes],
    )
    record(edited, by=by.hand, at=at)


def tags_follow(subject_ids: list[UUID], area_id: UUID) -> None:
    """Let the tags of subjects sit where the subjects now sit."""
    Tag.everything.filter(subject_id__in=subject_ids).exclude(area_id=area_id).update(area_id=area_id)
