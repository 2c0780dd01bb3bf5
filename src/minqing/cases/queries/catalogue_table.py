"""The dispatch catalogue as a table: how it leaves as a file, and what a file that comes back would change.

A row names subject, area and source, and what holds for them; nothing is changed here. Areas go by their code, for
two villages may be called the same; all else goes by the words of the page.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Topic
from minqing.cases.models_handover import CatalogueEntry
from minqing.cases.permissions_handover import EDIT_CATALOGUE
from minqing.cases.queries.catalogue import procedure_title, procedures_to_choose
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.kernel.text import clean_line

TABLE_ROWS_MAX: Final = 2_000
TABLE_CELL_MAX: Final = 100
CATALOGUE_COLUMNS: Final = ("类别", "辖区编码", "辖区", "来源", "承办单位", "办理规程", "从哪天起")
_BETWEEN: Final = "—"  # a group and its subject
_ALL_SOURCES: Final = "不论来源"

Key = tuple[UUID, UUID, str]  # subject, area, source


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row as the planner understands it, or what it would do: what was, what becomes, from when."""

    number: int
    topic: Topic
    area: areas.Area
    source: str
    unit: accounts.Unit | None
    procedure: str
    from_on: date
    was: str = ""

    @property
    def topic_label(self) -> str:
        return self.topic.label

    @property
    def source_label(self) -> str:
        return rules.SOURCE_LABELS.get(self.source, "")

    @property
    def becomes(self) -> str:
        return _words(self.unit, self.procedure)


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What a table would do: lines that begin, change or end, how many stay, and what has to be mended by row."""

    added: list[TableLine] = field(default_factory=list)
    changed: list[TableLine] = field(default_factory=list)
    ended: list[CatalogueEntry] = field(default_factory=list)
    same: list[TableLine] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    ends_on: date | None = None

    @property
    def does_anything(self) -> bool:
        return bool(self.added or self.changed or self.ended)

    @property
    def digest(self) -> str:
        """Return what a plan is known by: two that do the same have the same."""
        told: list[tuple[str, ...]] = [
            (str(one.topic.id), str(one.area.id), one.source, str(one.unit.id) if one.unit else "", one.procedure,
             one.from_on.isoformat(), one.was)
            for one in (*self.added, *self.changed)
        ]  # fmt: skip
        told.append((*sorted(str(one.id) for one in self.ended), str(self.ends_on)))
        return hashlib.sha256(repr(told).encode()).hexdigest()


def catalogue_table(area: areas.Area) -> list[tuple[str, ...]]:
    """Return the lines of an area and of what lies below it that hold or will hold, as a file holds them."""
    found = list(_open_lines(area))
    names = areas.area_names((one.area_id for one in found), upto=areas.COUNTY)
    labels = _topic_labels(Topic.objects.all())
    return [
        (
            labels[one.topic_id],
            one.area.code,
            names.get(one.area_id, ""),
            rules.SOURCE_LABELS.get(one.source, _ALL_SOURCES),
            one.unit.name if one.unit else "",
            procedure_title(one.procedure),
            one.from_on.isoformat(),
        )
        for one in found
    ]


def plan_catalogue(
    rows: Sequence[tuple[int, Sequence[str]]],
    area: areas.Area,
    *,
    from_on: date,
    ends_missing: bool,
    actor: Actor,
    today: date,
    lock: bool = False,
) -> TablePlan:
    """Return what a table (header first; each row with its number) would do to an area's lines. Changes nothing.

    ``from_on``: from when a changed line holds whose own date was left as it was. ``ends_missing``: lines that are
    not in the table end the day before. Raises ``Refused`` for what is no such table at all.
    """
    actor.require(EDIT_CATALOGUE, area.path)
    if from_on < today:
        raise Refused("生效的日子不能早于今天。", field="from_on")
    places = _columns(rows[0][1] if rows else ())
    if len(rows) - 1 > TABLE_ROWS_MAX:
        raise Refused(f"一次最多 {TABLE_ROWS_MAX} 行，请分几次上传。", field="file")
    held = {_key(one): one for one in _open_lines(area, lock=lock)}
    reading = _Reading(area, held, from_on, today)
    plan = TablePlan(ends_on=from_on)
    seen: dict[Key, int] = {}
    for number, cells in rows[1:]:
        cell = {name: _cell(cells, place) for name, place in places.items()}
        line = reading.line(number, cell, plan.problems)
        if line is None:
            continue
        key = (line.topic.id, line.area.id, line.source)
        if key in seen:
            plan.problems.append((number, f"和第 {seen[key]} 行是同一类别、辖区和来源，请只留一行。"))
            continue
        seen[key] = number
        _place(line, held.get(key), plan)
    if ends_missing:
        plan.ended.extend(one for key, one in held.items() if key not in seen)
    return plan


def _place(line: TableLine, before: CatalogueEntry | None, plan: TablePlan) -> None:
    """Put a row where it belongs: new, changed, or as it is."""
    now = (line.unit.id if line.unit else None, line.procedure)
    if before is not None and (before.unit_id, before.procedure) == now:
        plan.same.append(line)
    elif words := _closed(line):
        plan.problems.append((line.number, words))
    elif before is None:
        plan.added.append(line)
    elif line.from_on <= before.from_on:
        day = f"{before.from_on:%Y-%m-%d}"
        plan.problems.append(
            (line.number, f"现在这一条从 {day} 起，新的要从那以后的日子起，请改“从哪天起”。")
        )
    else:
        plan.changed.append(line)


def _closed(line: TableLine) -> str:
    """Say what of a row is over and done with; a line that stays as it is may keep it."""
    if line.topic.closed_at is not None:
        return f"“{line.topic.label}”这个类别已停用，请换一个。"
    if not line.area.is_open:
        return f"{line.area.name}已撤销，请换成现在的辖区。"
    if line.unit is not None and line.unit.closed_at is not None:
        return f"“{line.unit.name}”已撤销，请换一个单位。"
    return ""


class _Reading:
    """The words of a table and what they stand for, each asked once for the whole table."""

    def __init__(
        self, area: areas.Area, held: Mapping[Key, CatalogueEntry], from_on: date, today: date
    ) -> None:
        self.area, self.held, self.from_on, self.today = area, held, from_on, today
        topics = list(Topic.objects.all())
        labels = _topic_labels(topics)
        called = Counter(one.label for one in topics)
        # People write a subject without its group; where only one is called so, that one is meant.
        self.topics = {one.label: one for one in topics if called[one.label] == 1}
        self.topics |= {labels[one.id]: one for one in topics}
        self.areas = {
            one.code: one for one in areas.Area.objects.filter(path__under=area.path).defer("outline")
        }
        self.sources = {
            label: key for key, label in rules.SOURCE_LABELS.items() if key not in rules.SEALED
        } | {"": "", _ALL_SOURCES: ""}
        self.procedures = {label: key for key, label in procedures_to_choose()} | {"": ""}
        self.units: dict[str, list[accounts.Unit]] = {}
        around = Q(area__path__under=area.path) | Q(area__path__above=area.path)
        for unit in accounts.Unit.objects.filter(around).select_related("area").defer("area__outline"):
            self.units.setdefault(unit.name, []).append(unit)

    def line(self, number: int, cell: Mapping[str, str], problems: list[tuple[int, str]]) -> TableLine | None:
        """Return a row as understood, or None and say what has to be mended."""
        wrong: list[str] = []
        topic = self.topics.get(cell["类别"])
        if topic is None:
            wrong.append(f"没有“{cell['类别']}”这个类别，请照下载的表里的写法。")
        area = self.areas.get(cell["辖区编码"])
        if area is None:
            wrong.append(f"辖区编码“{cell['辖区编码']}”不在{self.area.name}，请核对。")
        source = self.sources.get(cell["来源"])
        if source is None:
            wrong.append(f"没有“{cell['来源']}”这个来源；不论来源的就空着。")
        procedure = self.procedures.get(cell["办理规程"])
        if procedure is None:
            wrong.append(f"没有“{cell['办理规程']}”这个规程；不指定就空着。")
        before = self.held.get((topic.id, area.id, source or "")) if topic and area else None
        unit = self._unit(cell["承办单位"], area, before, wrong)
        if not cell["承办单位"] and not cell["办理规程"]:
            wrong.append("承办单位和办理规程至少要写一个。")
        day = self._day(cell["从哪天起"], before, wrong)
        problems += [(number, one) for one in wrong]
        if wrong or topic is None or area is None or source is None or procedure is None or day is None:
            return None
        was = _words(before.unit, before.procedure) if before else ""
        return TableLine(number, topic, area, source, unit, procedure, day, was)

    def _unit(
        self, name: str, area: areas.Area | None, before: CatalogueEntry | None, wrong: list[str]
    ) -> accounts.Unit | None:
        if not name:
            return None
        kept: accounts.Unit | None = before.unit if before is not None else None
        if kept is not None and kept.name == name:
            return kept
        called = self.units.get(name, [])
        fitting = [
            one
            for one in called
            if one.closed_at is None and (area is None or areas.is_under(area.path, one.area.path))
        ]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            wrong.append(f"有几个单位都叫“{name}”，分不清是哪个，请在页面上选。")
        elif not called:
            wrong.append(f"没有“{name}”这个单位，请核对名称。")
        elif all(one.closed_at is not None for one in called):
            wrong.append(f"“{name}”已撤销，请换一个单位。")
        else:
            wrong.append(f"“{name}”管不到{area.name if area else '这里'}，请换一个单位。")
        return None

    def _day(self, words: str, before: CatalogueEntry | None, wrong: list[str]) -> date | None:
        if not words or (before is not None and words == before.from_on.isoformat()):
            return self.from_on
        try:
            day = date.fromisoformat(words.replace("/", "-"))
        except ValueError:
            parts = words.replace("/", "-").split("-")
            if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
                wrong.append(f"日期“{words}”看不懂，请写成 2026-12-01 这样。")
                return None
            try:
                day = date(*map(int, parts))
            except ValueError:
                wrong.append(f"没有“{words}”这一天，请核对。")
                return None
        if before is not None and day == before.from_on:
            return self.from_on
        if day < self.today and wrong:
            return None  # which line is meant is not known, so it may be the day that stood there
        if day < self.today:
            wrong.append(f"“从哪天起”不能早于今天（{self.today:%Y-%m-%d}）；不改就照原样留着。")
            return None
        return day


def _open_lines(area: areas.Area, *, lock: bool = False) -> Iterable[CatalogueEntry]:
    found = CatalogueEntry.objects.filter(until_on=None, area__path__under=area.path)
    if lock:
        found = found.select_for_update(of=("self",))
    return found.select_related("topic", "area", "unit").defer("area__outline")


def _key(one: CatalogueEntry) -> Key:
    return one.topic_id, one.area_id, one.source


def _words(unit: accounts.Unit | None, procedure: str) -> str:
    title = procedure_title(procedure)
    return "，".join(one for one in (unit.name if unit else "", f"按“{title}”办理" if title else "") if one)


def _topic_labels(topics: Iterable[Topic]) -> dict[UUID, str]:
    """Return what subjects are called in a table: their group and they themselves."""
    found = list(topics)
    tops = {one.id: one.label for one in found}
    return {
        one.id: f"{tops[one.parent_id]}{_BETWEEN}{one.label}" if one.parent_id in tops else one.label
        for one in found
    }


def _columns(header: Sequence[str]) -> dict[str, int]:
    places = {name.strip(): place for place, name in reversed(list(enumerate(header)))}
    missing = [name for name in CATALOGUE_COLUMNS if name not in places]
    if missing:
        raise Refused(f"表头里少了：{'、'.join(missing)}。请先下载现在的目录，在它上面改。", field="file")
    return {name: places[name] for name in CATALOGUE_COLUMNS}


def _cell(cells: Sequence[str], place: int) -> str:
    value = cells[place].strip() if place < len(cells) else ""
    return clean_line(value.removeprefix("'"))[:TABLE_CELL_MAX]
