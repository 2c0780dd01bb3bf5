"""晾晒: how units and areas stand in a period, set-based; every figure is the size of a set that opens as a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Sum, Value

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.lost_time import lost_days
from minqing.cases.models import Answer, Case, CaseQuerySet
from minqing.cases.models_handover import Return
from minqing.cases.permissions_handover import SEE_STANDINGS
from minqing.cases.queries import sets
from minqing.cases.queries.returns import day_minutes
from minqing.kernel.access import Actor

LINES_MAX: Final = 300
BY_UNIT, BY_AREA, BY_SOURCE = "unit", "area", "source"
STANDINGS_BY: Final = {BY_UNIT: "按单位", BY_AREA: "按辖区", BY_SOURCE: "按来源"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One line: whose figures, the filters that narrow a list to it, the figures by set, and what returns cost."""

    label: str
    narrow: Mapping[str, str]
    counts: Mapping[str, int]
    hops: int = 0
    days_lost: float = 0
    is_closed: bool = False

    def share(self, part: str, whole: str) -> str:
        """Say one figure as a share of another: ``92%``; nothing of nothing is no share."""
        of = self.counts.get(whole, 0)
        return f"{round(100 * self.counts.get(part, 0) / of)}%" if of else ""


@dataclass(slots=True)
class _Line:
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(sets.SETS, 0))
    hops: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Standings:
    """All lines, and their sum."""

    lines: list[Standing]
    whole: Standing


def standings(actor: Actor, area: areas.Area, period: sets.Period, *, by: str, at: datetime) -> Standings:
    """Return the lines of units, of the areas right below one, or of sources, as far as the actor sees cases.

    Nine statements, however many cases and lines there are.
    """
    actor.require(SEE_STANDINGS)
    base = Case.objects.visible_to(actor).exclude(source__in=rules.SEALED).filter(area__path__under=area.path)
    depth = area.path.count(".") + 2
    lines: dict[Any, _Line] = {}

    def line(key: Any) -> _Line:
        return lines.setdefault(key, _Line())

    for found, named in _sums(base, period, at):
        for row in _grouped(found, by, depth).annotate(**named):
            for name in named:
                line(row["key"]).counts[name] += row[name]
    _count_answers(base, period, by, depth, line)
    _count_returns(base, period, by, depth, line)
    make = {BY_UNIT: _of_units, BY_AREA: _of_areas, BY_SOURCE: _of_sources}[by]
    found_lines = make(lines, area, day_minutes())
    return Standings(found_lines[:LINES_MAX], _whole(found_lines, base, period, area))


def _sums(
    base: CaseQuerySet, period: sets.Period, at: datetime
) -> list[tuple[CaseQuerySet, dict[str, Count]]]:
    """Return what is counted together: the cases of one condition, and the figures among them."""
    counted = base.filter(is_excluded=False)
    plain = sets.in_set
    return [
        (
            plain(counted, sets.RECEIVED, period, at=at),
            {sets.RECEIVED: Count("id"), sets.URGED: Count("id", filter=Q(urges__gt=0))},
        ),
        (
            plain(counted, sets.CONCLUDED, period, at=at),
            {
                sets.CONCLUDED: Count("id"),
                sets.LATE: Count("id", filter=sets.is_late()),
                sets.ANSWERED: Count("id", filter=Q(done=True) & ~Q(content="")),
                sets.PLEASED: Count("id", filter=Q(content__in=sets.PLEASED_WITH)),
            },
        ),
        (plain(counted, sets.RED, period, at=at), {sets.RED: Count("id")}),
        (plain(base, sets.EXCLUDED, period, at=at), {sets.EXCLUDED: Count("id")}),
    ]


def _grouped(found: Any, by: str, depth: int, through: str = "", unit: str = "unit_id") -> Any:
    """Group rows by what a line stands for; ``through``: the way from a row to its case."""
    if by == BY_UNIT:
        key: Any = F(f"{through}{unit}") if unit == "unit_id" else F(unit)
    elif by == BY_SOURCE:
        key = F(f"{through}source")
    else:
        key = Func(
            F(f"{through}area__path"), Value(0), Value(depth), function="subpath", output_field=CharField()
        )
    return found.order_by().values(key=key)


def _count_answers(
    base: CaseQuerySet, period: sets.Period, by: str, depth: int, line: Callable[[Any], _Line]
) -> None:
    said = Answer.objects.filter(
        period.holds("answered_at"),
        done=False,
        case__in=base.filter(is_excluded=False).order_by().values("id"),
    )
    for row in _grouped(said, by, depth, "case__").annotate(found=Count("case", distinct=True)):
        line(row["key"]).counts[sets.NOT_DONE] = row["found"]


def _count_returns(
    base: CaseQuerySet, period: sets.Period, by: str, depth: int, line: Callable[[Any], _Line]
) -> None:
    grouped = _grouped(
        _returns(base, period), by, depth, "case__", unit="own_unit_id" if by != BY_UNIT else "unit"
    )
    for row in grouped.annotate(
        found=Count("case", distinct=True), hops=Count("id"), minutes=Sum("minutes_lost")
    ):
        one = line(row["key"])
        one.counts[sets.RETURNED], one.hops, one.minutes = row["found"], row["hops"], row["minutes"] or 0


def _returns(base: CaseQuerySet, period: sets.Period) -> QuerySet[Return]:
    counted = base.filter(is_excluded=False).order_by().values("id")
    return Return.objects.filter(period.holds("returned_at"), case__in=counted)


def _standing(
    label: str, narrow: Mapping[str, str], one: _Line, day: int, *, is_closed: bool = False
) -> Standing:
    one.counts[sets.ON_TIME] = one.counts[sets.CONCLUDED] - one.counts[sets.LATE]
    return Standing(label, narrow, one.counts, one.hops, lost_days(one.minutes, day), is_closed)


def _of_units(lines: Mapping[Any, _Line], area: areas.Area, day: int) -> list[Standing]:
    units = {one.id: one for one in accounts.Unit.objects.filter(id__in=[key for key in lines if key])}
    named = [
        _standing(
            units[key].name, {"unit": str(key), "area": str(area.id)}, one, day,
            is_closed=units[key].closed_at is not None,
        )
        for key, one in lines.items()
        if key in units
    ]  # fmt: skip
    named.sort(key=lambda one: (-one.counts[sets.RECEIVED], one.label))
    rest = lines.get(None)
    if rest is not None:
        named.append(
            _standing(
                "没有交给单位（村里办的、还没交办的）", {"unit": "none", "area": str(area.id)}, rest, day
            )
        )
    return named


def _of_areas(lines: Mapping[Any, _Line], area: areas.Area, day: int) -> list[Standing]:
    found = areas.Area.objects.filter(path__in=[str(key) for key in lines]).defer("outline")
    below = {one.path: one for one in found}
    named = []
    for path, one in sorted(lines.items(), key=lambda pair: below[pair[0]].code if pair[0] in below else ""):
        place = below.get(path)
        if place is None:
            continue
        here = place.id == area.id
        narrow = {"area": str(place.id), "here": "1"} if here else {"area": str(place.id)}
        label = f"{place.name}本级" if here else place.name
        named.append(_standing(label, narrow, one, day, is_closed=place.closed_at is not None))
    return named


def _of_sources(lines: Mapping[Any, _Line], area: areas.Area, day: int) -> list[Standing]:
    return [
        _standing(label, {"source": key, "area": str(area.id)}, lines[key], day)
        for key, label in rules.SOURCE_LABELS.items()
        if key in lines
    ]


def _whole(lines: list[Standing], base: CaseQuerySet, period: sets.Period, area: areas.Area) -> Standing:
    """Return the sum of all lines; a case that two units returned is one case."""
    counts = {name: sum(one.counts[name] for one in lines) for name in sets.SETS}
    back = _returns(base, period).aggregate(found=Count("case", distinct=True))
    counts[sets.RETURNED] = back["found"]
    lost = round(sum(one.days_lost for one in lines), 1)
    return Standing("合计", {"area": str(area.id)}, counts, sum(one.hops for one in lines), lost)
