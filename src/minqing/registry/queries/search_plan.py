"""How a page is found among 710,000 files: gather what is met and sort it, or walk in order where that is a lot.

One statement with ``ORDER BY … LIMIT`` over everything leaves the choice to the planner, and for a surname in one
village, for initials or a common door number it walks the whole county by name to find thirty rows. So these are two
kinds of statement, and the planner never chooses between them:

- **gather**: every way in which the first word can be met (the beginning of a name, its later part, initials, an
  address) is a sub-select of its own, with its own index and no order. Up to ``GATHERED_MAX`` of them together are
  counted exactly and sorted. A village is gathered by its areas, and every word tested row by row.
- **walk**: more were met, so the next rows in order lie close together. The index that holds the order is read from
  the beginning (for a surname, of its range), other conditions are tested row by row, and nothing more is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from minqing.areas.public import Area, ids_under
from minqing.kernel.access import Actor
from minqing.kernel.scope import ScopedQuerySet
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident, Tag
from minqing.registry.permissions import SEE_REGISTRY
from minqing.registry.queries import search_words as words

COUNTED_MAX: Final = 1_000  # beyond, a list says "1,000 or more"
REACHED_MAX: Final = 1_000  # and one leafs through the first thousand: who wants others, filters
TAGGED_MAX: Final = 8_000  # more of them lie so close together in the order that walking is quicker
KEYS_MAX: Final = (
    1_500  # households or heads that lead to the rows looked for; some 4,000 people live in so many
)
FEW_AREAS: Final = 60  # the grids and micro-grids of a large village

_FEW_MET: Final = "SELECT id FROM met WHERE (SELECT count(*) FROM met) <= %s"

Rows = ScopedQuerySet[Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page in order, which page that is, and how many there are: exactly, or at least."""

    ids: list[UUID]
    page: int
    total: int
    is_exact: bool

    def pages(self, rows_max: int) -> int:
        """Return how many pages can be turned to; where little is known, up to the next one."""
        return max(1, -(-self.reachable // rows_max))

    @property
    def reachable(self) -> int:
        """How many rows can be leafed through, as far as they are known."""
        return self.total if self.is_exact else min(self.total, REACHED_MAX)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody looks: the areas they see, within one that they chose."""

    actor: Actor
    area: Area | None = None
    closed: bool = False

    def of(self, model: Any) -> Rows:
        """Return the rows of a model in the scope, by one condition on the area (two would mislead the planner)."""
        rows: Rows
        if self.area is not None and self.actor.sees(SEE_REGISTRY, self.area.path):
            rows = model.objects.unscoped("the chosen area lies within the actor's")
            rows = rows.filter(area_id__in=ids_under(self.area.path))
        elif self._is_whole_county():
            rows = model.objects.unscoped("the actor's area is the county, and no row lies outside it")
        else:
            rows = model.objects.visible_to(self.actor)
        if self.area is not None:
            rows = rows.filter(area_id__in=ids_under(self.area.path))
        return rows if self.closed else rows.filter(closed_on=None)

    def tags(self, kind: str, tag: str, today: date) -> Rows:
        """Return the tags with a key that hold on a day and that the actor sees."""
        tags = Tag.objects.visible_to(self.actor).current(today).filter(subject_kind=kind, kind__key=tag)
        return tags if self.area is None else tags.filter(area_id__in=ids_under(self.area.path))

    def few_areas(self) -> list[UUID] | None:
        """Return the ids of the areas where they are a handful, else None."""
        seen = self.actor.visible_areas(SEE_REGISTRY)
        if self.area is not None:
            seen = seen.filter(path__under=self.area.path)
        ids = list(seen.values_list("id", flat=True)[: FEW_AREAS + 1])
        return ids if len(ids) <= FEW_AREAS else None

    def _is_whole_county(self) -> bool:
        held = self.actor.appointments
        return any("." not in one.area_path and one.role in SEE_REGISTRY.held_by for one in held)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a word is met: what gathers it by an index (None: too much), and what tests it in order."""

    gathered: Rows | None
    in_order: Rows | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """Which rows of the order: of which column, which page, of how many."""

    column: str
    page: int
    rows_max: int


def find(
    kind: str, scope: Scope, text: str, *, tag: str = "", today: date, page: int = 1, rows_max: int
) -> Found:
    """Find one page of a kind: every word met, with a tag's key, in the scope. Always in the same order."""
    by, met_by = KINDS[kind], words.words_of(text)
    asked = _Page(by.column, max(1, page), rows_max)
    tagged = scope.tags(kind, tag, today) if tag else None
    rows = scope.of(by.model)
    few = scope.few_areas()
    if few is None:
        return _find_widely(by, scope, rows, met_by, tagged, asked)
    if not few:
        return Found([], 1, 0, is_exact=True)
    rows = _carrying(by.tested(rows.filter(area_id__in=few), met_by), tagged)
    return _gather_all(rows, asked)


def _find_widely(
    by: Search, scope: Scope, rows: Rows, met_by: Sequence[str], tagged: Rows | None, asked: _Page
) -> Found:
    """Find in a town or the county: gather by a word or the tag if one of them meets little, else walk."""
    in_words: dict[str, list[Way]] = {}
    for word in met_by:
        in_words[word] = by.ways(scope, rows, word)
        others = [one for one in met_by if one != word]
        rest = _carrying(by.tested(rows, others), tagged) if others or tagged is not None else None
        if found := _gather(_gathered(in_words[word]), rest, asked, at_most=COUNTED_MAX):
            return found
    if tagged is not None and tagged[: TAGGED_MAX + 1].count() <= TAGGED_MAX:
        return _gather_all(by.tested(_carrying(rows, tagged), met_by), asked)
    if tagged is None and not met_by and rows[: COUNTED_MAX + 1].count() <= COUNTED_MAX:
        return _gather_all(rows, asked)
    # A name is met where the order has it, an address anywhere: so the order is walked for a name if there is one.
    first = next((word for word in met_by if _gathered(in_words[word])), met_by[0] if met_by else "")
    ways = in_words.get(first, [Way(None, rows)])
    others = [word for word in met_by if word != first]
    walked = [_tested(by, way, others, tagged) for way in ways]
    is_known = len(met_by) + (tagged is not None) <= 1 and (not first or bool(_gathered(ways)))
    return _walk(walked, asked, at_least=COUNTED_MAX if is_known else 0)


def _gathered(ways: Sequence[Way]) -> list[Rows]:
    """Return the sub-selects that together gather everything a word meets; none when one of them is too much."""
    gathered = [way.gathered for way in ways if way.gathered is not None]
    return gathered if len(gathered) == len(ways) else []


def _tested(by: Search, way: Way, others: Sequence[str], tagged: Rows | None) -> Way:
    """Narrow a way to what meets the other words and carries the tag, tested row by row where it is read in order."""
    gathered = None if way.gathered is None else _carrying(by.tested(way.gathered, others), tagged)
    in_order = None if way.in_order is None else by.tested(way.in_order, others)
    if in_order is not None and tagged is not None:
        mine = tagged.filter(subject_id=OuterRef("id")).values("id")[:1]
        in_order = in_order.alias(held=Subquery(mine)).filter(held__isnull=False)
    return Way(gathered, in_order)


def _gather_all(rows: Rows, asked: _Page) -> Found:
    """Gather rows that are known to be few enough."""
    found = _gather([rows], None, asked, at_most=None)
    assert found is not None
    return found


def _gather(
    branches: Sequence[Rows], rest: Rows | None, asked: _Page, *, at_most: int | None
) -> Found | None:
    """Meet each branch by itself, keep what is in ``rest`` too, count and sort it; None beyond ``at_most``."""
    if not branches:
        return None
    enough = None if at_most is None else at_most + 1
    parts = [_sql(one.values_list(asked.column, "id")[:enough]) for one in branches]
    met_sql = " UNION ".join(f"({sql})" for sql, _ in parts)
    params = [value for _, given in parts for value in given]
    found_sql = "SELECT sorted_by, id FROM met"
    if rest is not None:
        met = RawSQL(_FEW_MET, [at_most])  # noqa: S611  the name of the expression above it
        found_sql, given = _sql(rest.filter(id__in=met).values_list(asked.column, "id"))
        params += given
    statement = (
        f"WITH met (sorted_by, id) AS MATERIALIZED ({met_sql}), "  # noqa: S608  compiled querysets
        f"found (sorted_by, id) AS MATERIALIZED ({found_sql}), "
        "pages AS (SELECT count(*) AS total, least(%s, greatest(count(*) - 1, 0) / %s) * %s AS first FROM found) "
        'SELECT total, first, ARRAY(SELECT id FROM found ORDER BY sorted_by COLLATE "C", id LIMIT %s '
        "OFFSET (SELECT first FROM pages)), (SELECT count(*) FROM met) FROM pages"
    )
    rows_max = asked.rows_max
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, asked.page - 1, rows_max, rows_max, rows_max])
        total, first, ids, met_count = cursor.fetchone()
    if at_most is not None and met_count > at_most:
        return None
    return Found(ids, first // rows_max + 1, total, is_exact=True)


def _walk(ways: Sequence[Way], asked: _Page, *, at_least: int) -> Found:
    """Read rows in order up to the page's last and one more: each way's own first rows, put together.

    ``at_least``: how many there are for certain; 0 where only what was read is known.
    """
    rows_max, page = asked.rows_max, min(asked.page, -(-REACHED_MAX // asked.rows_max))
    last = page * rows_max
    met: set[tuple[str, UUID]] = set()
    for way in ways:
        if way.in_order is not None:
            ordered = way.in_order.order_by(words.in_order(asked.column), "id")
            met.update(ordered.values_list(asked.column, "id")[: last + 1])
        elif way.gathered is not None:
            met.update(_sorted(asked.column, way.gathered, last + 1))
    ids = [one for _, one in sorted(met)[: last + 1]]
    if len(ids) > last or at_least:
        return Found(ids[last - rows_max : last], page, max(at_least, len(ids)), is_exact=False)
    page = max(1, -(-len(ids) // rows_max))
    return Found(ids[(page - 1) * rows_max :], page, len(ids), is_exact=True)


def _sorted(column: str, rows: Rows, last: int) -> list[tuple[str, UUID]]:
    """Return the first rows in order, gathered before they are sorted (``OFFSET 0`` is the fence)."""
    sql, params = _sql(rows.values_list(column, "id"))
    statement = (
        f"SELECT sorted_by, id FROM ({sql} OFFSET 0) AS found (sorted_by, id) "  # noqa: S608  a compiled queryset
        'ORDER BY sorted_by COLLATE "C", id LIMIT %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, last])
        return list(cursor.fetchall())


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Compile rows of a scope; the scope has been applied by :meth:`Scope.of`."""
    return rows.query.sql_with_params()


def _carrying(rows: Rows, tagged: QuerySet[Any] | None) -> Rows:
    """Narrow rows to those with a tag."""
    return rows if tagged is None else rows.filter(id__in=tagged.values("subject_id"))


class SiteSearch:
    """Enterprises and places: name, initials and address stand in one table."""

    column = "name"

    def __init__(self, model: Any) -> None:
        self.model = model

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        tested = self.tested(rows, [word])
        met = [Way(rows.filter(words.holds("name", word)), tested)]
        if words.in_address(word):
            met.append(Way(rows.filter(words.holds("address", word)), tested))
        if initials := words.initials_of(word):
            met.append(Way(rows.filter(words.begins("name_initials", initials)), tested))
        return met

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            address = Q(address__contains=word) if words.in_address(word) else Q(pk__in=[])
            rows = rows.filter(words.row_by_row(words.named(word) | address))
        return rows


class ResidentSearch:
    """Residents: by name, initials, and the address of the household they live in."""

    model, column = Resident, "name"

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        met = people_named(rows, word)
        if not words.in_address(word):
            return met
        homes = list(
            scope.of(Household)
            .filter(words.holds("address", word))
            .values_list("id", flat=True)[: KEYS_MAX + 1]
        )
        if len(homes) > KEYS_MAX:
            return [
                *met,
                Way(
                    None,
                    rows.alias(home=words.home_address()).filter(words.row_by_row(Q(home__contains=word))),
                ),
            ]
        living = HouseholdMember.objects.filter(household__in=homes, ends_on=None)
        return [*met, Way(rows.filter(id__in=living.values("resident_id")))] if homes else met

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            if words.in_address(word):
                rows = rows.alias(home=words.home_address())
                rows = rows.filter(words.row_by_row(words.named(word) | Q(home__contains=word)))
            else:
                rows = rows.filter(words.named(word))
        return rows


class HouseholdSearch:
    """Households: by address, by their number in the police's register, by the name of the head."""

    model, column = Household, "address"

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        met = [Way(rows.filter(code=word))]
        if words.in_address(word):
            met.append(Way(rows.filter(words.holds("address", word)), rows.filter(address__contains=word)))
        people = [
            one
            for way in people_named(scope.of(Resident), word)
            if way.gathered is not None
            for one in way.gathered.values_list("id", flat=True)[: KEYS_MAX + 1]
        ]
        if len(people) > KEYS_MAX:
            return [*met, Way(None, self._headed(rows, word))]
        heads = HouseholdMember.objects.filter(resident__in=people, relation=rules.HEAD, ends_on=None)
        return [*met, Way(rows.filter(id__in=heads.values("household_id")))] if people else met

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            address = Q(address__contains=word) if words.in_address(word) else Q(pk__in=[])
            rows = self._with_head(rows).filter(
                words.row_by_row(Q(code=word) | address | words.named(word, "head_"))
            )
        return rows

    def _headed(self, rows: Rows, word: str) -> Rows:
        return self._with_head(rows).filter(words.row_by_row(words.named(word, "head_")))

    def _with_head(self, rows: Rows) -> Rows:
        return rows.alias(head_name=words.head("name"), head_name_initials=words.head("name_initials"))


def people_named(rows: Rows, word: str) -> list[Way]:
    """Return the ways in which a resident's name is met: its beginning, its later part, its initials."""
    begin = rows.filter(words.begins("name", word))
    met = [Way(begin, begin), Way(rows.filter(words.goes_on("name", word)))]
    if initials := words.initials_of(word):
        met.append(Way(rows.filter(words.begins("name_initials", initials))))
    return met


Search = ResidentSearch | HouseholdSearch | SiteSearch
KINDS: Final[dict[str, Search]] = {
    rules.RESIDENT: ResidentSearch(),
    rules.HOUSEHOLD: HouseholdSearch(),
    rules.ENTERPRISE: SiteSearch(Enterprise),
    rules.PLACE: SiteSearch(Place),
}
