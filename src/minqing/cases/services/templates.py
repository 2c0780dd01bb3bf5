"""Wording of answers: write it once, with places that the server fills in for each case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases.events_desk import AnswerTemplateChanged
from minqing.cases.models import Topic
from minqing.cases.models_desk import (
    TEMPLATE_NAME_MAX,
    TEMPLATE_WORDS_MAX,
    AnswerTemplate,
)
from minqing.cases.permissions_desk import EDIT_TEMPLATES
from minqing.cases.queries.templates import PLACES, unknown_places
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.text import clean, clean_line


@transaction.atomic
def save_template(
    *,
    template_id: UUID,
    name: str,
    words: str,
    topic_key: str = "",
    version: int = 0,
    by: Actor,
    at: datetime,
) -> AnswerTemplate:
    """Write a template for one's area, or for one's unit where one acts in a unit; or change one.

    ``version``: the one that was on the page, 0 for a new one (whose id the page made, so that a resend writes once).
    """
    acting = by.acting
    if acting is None:
        raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
    name, words = _checked(clean_line(name), clean(words))
    topic = _topic(topic_key)
    known = AnswerTemplate.objects.select_for_update(of=("self",)).filter(id=template_id)
    template = known.select_related("area").first()
    if template is None:
        by.require(EDIT_TEMPLATES)
        unit_id = acting.unit_id if acting.role.by_unit else None
        template = AnswerTemplate(id=template_id, area_id=acting.area_id, unit_id=unit_id, version=0)
        what = "写了"
    else:
        _require(template, by)
        if (template.name, template.words, template.topic) == (name, words, topic):
            return template
        if template.version != version:
            raise Conflict(f"{template.changed_by_name}刚刚改过这个模板，请看最新的内容再改。")
        what = "修改了"
    template.name, template.words, template.topic = name, words, topic
    template.version += 1
    _write(template, what, by, at)
    return template


@transaction.atomic
def close_template(*, template_id: UUID, by: Actor, at: datetime) -> AnswerTemplate:
    """Take a template out of use."""
    found = AnswerTemplate.objects.select_for_update(of=("self",)).filter(id=template_id, closed_at=None)
    template = found.select_related("area").first()
    if template is None:
        raise NotThere("没有这个模板，可能已经停用了。")
    _require(template, by)
    template.closed_at = at
    _write(template, "停用了", by, at)
    return template


def _write(template: AnswerTemplate, what: str, by: Actor, at: datetime) -> None:
    template.changed_at, template.changed_by_name = at, by.person_name
    template.save()
    event = AnswerTemplateChanged(
        subject_kind="area",
        subject_id=template.area_id,
        area_id=template.area_id,
        template=template.name,
        what=what,
    )
    record(event, by=by.hand, at=at)


def _require(template: AnswerTemplate, by: Actor) -> None:
    """A unit's are changed in the unit, an area's at that area or above."""
    acting = by.acting
    if acting is not None and acting.role.by_unit and template.unit_id != acting.unit_id:
        raise NotAllowed("这个模板不是您单位的，不能改。")
    by.require(EDIT_TEMPLATES, template.area.path)


def _checked(name: str, words: str) -> tuple[str, str]:
    if not name:
        raise Refused("请给模板起个名字。", field="name")
    if len(name) > TEMPLATE_NAME_MAX:
        raise Refused(f"名字最多 {TEMPLATE_NAME_MAX} 个字。", field="name")
    if not words:
        raise Refused("请写模板的内容。", field="words")
    if len(words) > TEMPLATE_WORDS_MAX:
        raise Refused(f"内容最多 {TEMPLATE_WORDS_MAX} 字。", field="words")
    if wrong := unknown_places(words):
        known = "、".join(f"{{{one}}}" for one in PLACES)
        raise Refused(f"不认识“{{{wrong[0]}}}”。可以用的有：{known}。", field="words")
    return name, words


def _topic(key: str) -> Topic | None:
    if not key:
        return None
    found = Topic.objects.filter(key=key, closed_at=None).first()
    if found is None:
        raise Refused("没有这个事项类别，请重新选择。", field="topic")
    return found
