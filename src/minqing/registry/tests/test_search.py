"""Search finds what LIKE finds, in one order, whichever way it goes: by areas, gathered by an index, or walked."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from minqing.accounts.public import REGISTRAR, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import DAY, SmallCounty
from minqing.areas.public import Area
from minqing.kernel.access import Actor
from minqing.registry import public as registry
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Resident, Tag, TagKind
from minqing.registry.queries import (
    search_carriers,
    search_kinds,
    search_plan,
    search_reading,
    search_sql,
    search_ways,
)
from minqing.registry.tests.factories import SINCE, live_in, make_enterprise, make_household, make_resident

SURNAMES: Final = "王王王裘俞周"
GIVEN: Final = "王建国英小阿a%_"
LANES: Final = ("香榧路", "祠堂前", "12弄", "百%路", "a_b")
WORDS: Final = (
    "", "王", "建国", "王建国", "w", "WJG", "%", "_", "%路", "a_", "号", "2号", "香榧路", "前1", "王 香榧", "建 12弄",
    "英 王", "1 号", "没有", "H-3", "俞\\",
)  # fmt: skip


@pytest.fixture
def filled(county: SmallCounty) -> SmallCounty:
    """Fill two villages."""
    chance = Random(7)
    kind = TagKind.objects.get(key="veteran")
    owner = county.actor(VILLAGE_CLERK).person_id
    for area in (county.grid, county.neighbour):
        for number in range(16):
            address = f"{chance.choice(LANES)}{chance.randint(1, 13)}号"
            home = make_household(area, address, code=f"H-{number}" if area == county.grid else "")
            for nth in range(chance.randint(0, 3)):
                name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.randint(1, 2)))
                who = make_resident(area, name)
                live_in(home, who, rules.HEAD if nth == 0 else "son")
                if chance.random() < 0.4:
                    Tag.everything.create(
                        subject_kind="resident", subject_id=who.id, area=area, kind=kind, owner_id=owner,
                        reason="x", starts_on=SINCE,
                    )  # fmt: skip
        make_resident(area, "王独居")
        make_enterprise(area, "王记香榧加工厂", address="香榧路 12 号")
    return county


def _rows(above: Area) -> dict[str, Iterable[dict[str, Any]]]:
    """Return what stands in each kind's rows in an area and below, for an independent LIKE."""
    homes = dict(HouseholdMember.objects.values_list("resident_id", "household__address"))
    heads = {
        one.household_id: one.resident
        for one in HouseholdMember.objects.filter(relation=rules.HEAD).select_related("resident")
    }
    tagged = set(Tag.everything.values_list("subject_id", flat=True))
    here = Area.objects.under(above.path).order_by().values("id")
    residents = Resident.everything.filter(area__in=here)
    households = Household.everything.filter(area__in=here)
    return {
        "resident": (
            {
                "id": one.id, "sorted": one.name, "names": [one.name], "initials": [one.name_initials],
                "address": homes.get(one.id, ""), "code": "", "tagged": one.id in tagged,
            }
            for one in residents
        ),
        "household": (
            {
                "id": one.id, "sorted": one.address, "address": one.address, "code": one.code, "tagged": False,
                "names": [heads[one.id].name] if one.id in heads else [],
                "initials": [heads[one.id].name_initials] if one.id in heads else [],
            }
            for one in households
        ),
        "enterprise": (
            {
                "id": one.id, "sorted": one.name, "names": [one.name], "initials": [one.name_initials],
                "address": one.address, "code": "", "tagged": False,
            }
            for one in Enterprise.everything.filter(area__in=here)
        ),
    }  # fmt: skip


def _expected(kind: str, rows: list[dict[str, Any]], text: str, *, tagged: bool) -> list[Any]:
    def meets(row: dict[str, Any], word: str) -> bool:
        initials = word.lower() if word.isascii() and word.isalnum() else ""
        return (
            any(word in name for name in row["names"])
            or bool(initials and any(one.startswith(initials) for one in row["initials"]))
            or ((len(word) > 1 or not says_who) and word in row["address"])
            or (bool(row["code"]) and word == row["code"])
        )

    # Where people are looked for one character says who, unless all are single ones: then they are an address.
    words = text.split()
    says_who = kind == "resident" and not (len(words) > 1 and all(len(word) == 1 for word in words))
    found = [row for row in rows if all(meets(row, word) for word in words)]
    return [
        row["id"]
        for row in sorted(found, key=lambda row: (row["sorted"], row["id"]))
        if row["tagged"] or not tagged
    ]


def _all(by: Actor, text: str, kind: str, tag: str) -> list[Any]:
    """Return the ids of every page, as somebody leafing through meets them."""
    scope, found, page = search_kinds.Scope(by), [], 1
    while True:
        one = search_plan.find(kind, scope, text, tag=tag, today=DAY, page=page, rows_max=16)
        assert one.page == page
        found += one.ids
        if page >= one.pages(16):
            assert not one.is_exact or one.total == len(found)
            return found
        page += 1


# Which limits are changed in which module, so that a village of forty people is searched like a town or a county.
_LARGE: Final = {"search_sql._FEW_PATHS": 0}
_CUT: Final = {
    f"search_plan.{name}_MAX": 2 for name in ("COUNTED", "TOWN", "SORTED", "HOMES", "TAGGED")
} | {"search_carriers.TAGGED_MAX": 2}  # fmt: skip
_FEW_HOMES: Final = {"search_ways.KEYS_MAX": 1}
_LISTED: Final = {"search_carriers.PROBED_MIN": 0}
_MODULES: Final = {
    "search_carriers": search_carriers,
    "search_plan": search_plan,
    "search_reading": search_reading,
    "search_sql": search_sql,
    "search_ways": search_ways,
}
_SEEN_FROM: Final = {"village": VILLAGE_CLERK, "town": TOWN_DISPATCHER, "county": REGISTRAR}
WAYS: Final[dict[str, dict[str, int]]] = {
    "by areas": {},
    "by areas, many carriers": {"search_plan.CARRIERS_MAX": 0},
    "gathered": _LARGE,
    "gathered, homes apart": _LARGE
    | {"search_ways.APART_MAX": 1, "search_carriers.NEAR_MIN": 0, "search_carriers.NEAR_ROWS": 700},
    "gathered, homes by areas": _LARGE | {"search_ways.CLOSE": 1},
    "walked": _LARGE | _CUT,
    "walked, later pages": _LARGE
    | _CUT
    | _LISTED
    | {"search_reading.NEAR_ROWS": 2, "search_reading.FAR_MAX": 3, "search_reading.SORTED_MAX": 3},
    "walked, many homes": _LARGE | _CUT | _LISTED | {"search_carriers.HASHED_MAX": 0} | _FEW_HOMES,
    "walked, too many homes": _LARGE | _CUT | _FEW_HOMES | {"search_ways.LIVING_MAX": 1},
}


@pytest.mark.parametrize(("role", "way"), [(role, way) for role in _SEEN_FROM for way in WAYS])
def test_every_way_finds_what_like_finds(
    role: str, way: str, filled: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = filled.actor(_SEEN_FROM[role])
    assert by.acting is not None
    for name, value in WAYS[way].items():
        module, _, constant = name.partition(".")
        monkeypatch.setattr(_MODULES[module], constant, value)
    if "search_plan.COUNTED_MAX" in WAYS[way]:  # counted to 2, but leafed through to the end
        monkeypatch.setattr(search_plan, "REACHED_MAX", 700)
        monkeypatch.setattr(search_plan, "PROBED_MAX", 700)
    for kind, rows in _rows(Area.objects.get(id=by.acting.area_id)).items():
        stands = list(rows)
        for text in WORDS:
            for tag in ("", "veteran") if kind == "resident" else ("",):
                expected = _expected(kind, stands, text, tagged=bool(tag))
                assert _all(by, text, kind, tag) == expected, (kind, text, tag)


def test_a_chosen_area_outside_one_s_own_holds_nothing(filled: SmallCounty) -> None:
    by = filled.actor(VILLAGE_CLERK)
    for text in ("", "王", "香榧路", "12"):
        assert registry.search(by, text, area=filled.neighbour, today=DAY).rows == []
    town = filled.actor(TOWN_DISPATCHER)
    assert registry.search(town, "王", area=filled.village, today=DAY).total > 0


def test_beyond_the_counted_a_list_says_so_and_ends_at_the_last_page_one_can_reach(
    filled: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = filled.actor(VILLAGE_CLERK)
    monkeypatch.setattr(search_sql, "_FEW_PATHS", 0)
    monkeypatch.setattr(search_plan, "COUNTED_MAX", 6)
    monkeypatch.setattr(search_plan, "TOWN_MAX", 6)
    monkeypatch.setattr(search_plan, "REACHED_MAX", 6)
    found = registry.search(by, "王", today=DAY, rows_max=3)
    assert (found.total_label, found.more_than_counted, found.pages) == ("6 条以上", True, 2)
    last = registry.search(by, "王", today=DAY, rows_max=3, page=99)
    assert (last.page, last.has_next, len(last.rows)) == (2, False, 3)


QUESTIONS: Final = (
    ("resident", "建国", ""), ("resident", "香榧路", ""), ("resident", "王", "veteran"), ("resident", "", "veteran"),
    ("resident", "", ""), ("household", "号", ""), ("household", "王", ""), ("enterprise", "香榧", ""),
)  # fmt: skip


@pytest.mark.parametrize("role", _SEEN_FROM)
def test_what_is_met_by_few_is_found_in_one_statement(role: str, filled: SmallCounty) -> None:
    scope = search_kinds.Scope(filled.actor(_SEEN_FROM[role]))
    for kind, text, tag in QUESTIONS:
        with CaptureQueriesContext(connection) as asked:
            assert search_plan.find(kind, scope, text, tag=tag, today=DAY, rows_max=30).is_exact
        assert len(asked) == 1 + bool(tag), (kind, text, tag)  # which kind of tag it is


def _word(text: str) -> search_sql.Word:
    return search_sql.Word(text, 0)


_COUNTY: Final = search_sql.Place(("330683",))
RESIDENTS: Final = search_ways.ResidentWays()
HOUSEHOLDS: Final = search_ways.HouseholdWays()


@pytest.mark.parametrize(
    ("index", "place", "select", "word"),
    [
        ("resident_name_parts", _COUNTY, RESIDENTS.met_by(_COUNTY, _word("建国"), 9)[1], "建国"),
        ("resident_in_order", _COUNTY, RESIDENTS.met_by(_COUNTY, _word("王"), 9)[0], "王"),
        ("resident_initials_in_order", _COUNTY, RESIDENTS.met_by(_COUNTY, _word("wj"), 9)[2], "wj"),
        ("household_address_parts", _COUNTY, HOUSEHOLDS.met_by(_COUNTY, _word("香榧路"), 9)[1], "香榧路"),
        ("household_code_once", _COUNTY, HOUSEHOLDS.met_by(_COUNTY, _word("H-3"), 9)[0], "H-3"),
    ],
)
def test_the_indexes_fit_the_ways(
    index: str, place: search_sql.Place, select: search_sql.Way, word: str, filled: SmallCounty
) -> None:
    with connection.cursor() as cursor:
        for setting in ("enable_seqscan", "enable_sort"):
            cursor.execute(f"SET LOCAL {setting} = off")
        if index.endswith("parts"):  # such an index can only make a bitmap
            cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off")
        here = f"WITH {', '.join(place.table)} " if place.table else ""
        [made] = select.tables.values()
        cursor.execute(f"EXPLAIN {here}{made}", {**place.given, **_word(word).given})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan, plan


def test_a_walk_reads_names_and_areas_in_the_order_s_index(filled: SmallCounty) -> None:
    """Whatever the planner guesses, it is not led away by an index of the area."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        place = search_kinds.Scope(filled.actor(TOWN_DISPATCHER)).place
        word = search_sql.Word("建国", 0)
        carried = search_kinds.Scope(filled.actor(TOWN_DISPATCHER)).carried("resident", "veteran", DAY)
        by = search_ways.ResidentWays()
        select = search_reading.in_order(by, place, [word.holds("r.name"), carried.test], 31)
        cursor.execute(
            f"EXPLAIN WITH {', '.join(place.table)} {select}", {**place.given, **word.given, **carried.given}
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using resident_in_order" in plan, plan
