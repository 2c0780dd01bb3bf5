"""Wording of answers that fits a case, with its places filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.areas import public as areas
from minqing.cases.models import Case
from minqing.cases.models_desk import AnswerTemplate
from minqing.cases.permissions_desk import EDIT_TEMPLATES
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.statements import statement
from minqing.workflow import public as workflow

TEMPLATES_MAX: Final = 200  # on one page; a county's offices together have fewer

_Fill = Callable[[Case, datetime], str]


def _day(at: datetime) -> str:
    local = clock.local(at)
    return f"{local.year}年{local.month}月{local.day}日"


# What may stand in braces. Nothing of the reporter: an answer is addressed, not filled with a name.
PLACES: Final[dict[str, _Fill]] = {
    "事项编号": lambda case, at: case.number,
    "地点": lambda case, at: areas.area_name(case.area),
    "事项类别": lambda case, at: case.topic.label if case.topic else "未分类",
    "承办单位": lambda case, at: case.unit.name if case.unit else "承办单位",
    "登记日期": lambda case, at: _day(case.opened_at),
    "应完成时间": lambda case, at: (
        workflow.in_words(case.run.next_due_at) if case.run.next_due_at else "规定时间"
    ),
    "今天": lambda case, at: _day(at),
}
_PLACE: Final = re.compile(r"[{｛]([^{}｛｝\n]{1,20})[}｝]")


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template on the page where templates are kept."""

    template: AnswerTemplate
    whose: str
    may_edit: bool


def unknown_places(words: str) -> list[str]:
    """Return what stands in braces and is none of :data:`PLACES`."""
    return [one for one in _PLACE.findall(words) if one.strip() not in PLACES]


def filled(template: AnswerTemplate, case: Case, *, at: datetime) -> str:
    """Return a template's words with its places filled in for a case."""
    return _PLACE.sub(lambda found: _filled(found, case, at), template.words)


def _filled(found: re.Match[str], case: Case, at: datetime) -> str:
    fill = PLACES.get(found.group(1).strip())
    return fill(case, at) if fill else found.group(0)


def templates_for(case: Case, actor: Actor) -> list[AnswerTemplate]:
    """Return the templates for a case: of its area and above, of its unit, and of the actor's; for its topic first."""
    units = sorted(actor.unit_ids | ({case.unit_id} if case.unit_id else set()))
    topics = [one for one in (case.topic_id, case.topic.parent_id if case.topic else None) if one is not None]
    keys = {f"unit_{number}": one for number, one in enumerate(units)}
    keys |= {f"topic_{number}": one for number, one in enumerate(topics)}
    found = _offered(path=case.area.path, **keys)
    return sorted(found, key=lambda one: (one.topic_id is None, one.name))


@statement
def _offered(*, path: str, **keys: UUID) -> QuerySet[AnswerTemplate]:
    """Templates of an area and above and of units, for topics and for any; a statement for each number of them."""
    units = [key for name, key in keys.items() if name.startswith("unit")]
    topics = [key for name, key in keys.items() if name.startswith("topic")]
    mine = Q(unit=None, area__path__above=path) | Q(unit_id__in=units)
    found = AnswerTemplate.objects.filter(mine, closed_at=None)
    return found.filter(Q(topic=None) | Q(topic_id__in=topics))[:TEMPLATES_MAX]


def template_for(template_id: UUID, case: Case, actor: Actor) -> AnswerTemplate:
    """Return one of them. Raises :class:`NotThere`."""
    found = next((one for one in templates_for(case, actor) if one.id == template_id), None)
    if found is None:
        raise NotThere("没有这个模板，可能已经停用了。")
    return found


def templates(actor: Actor) -> list[TemplateLine]:
    """Return the templates in use where the actor acts: above, here and below, and of the actor's units."""
    acting = actor.acting
    if acting is None:
        return []
    path = acting.area_path
    seen = Q(unit=None, area__path__above=path) | Q(area__path__under=path)
    if acting.role.by_unit:
        seen = Q(unit=None, area__path__above=path) | Q(unit_id=acting.unit_id)
    found = (
        AnswerTemplate.objects.filter(seen, closed_at=None)
        .select_related("area", "unit", "topic")
        .defer("area__outline")[:TEMPLATES_MAX]
    )
    return [
        TemplateLine(one, one.unit.name if one.unit else one.area.name, _may_edit(one, actor))
        for one in found
    ]


def _may_edit(one: AnswerTemplate, actor: Actor) -> bool:
    acting = actor.acting
    if acting is None or (acting.role.by_unit and one.unit_id != acting.unit_id):
        return False
    return actor.may(EDIT_TEMPLATES, one.area.path)
