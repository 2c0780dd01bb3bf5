"""Search finds what LIKE finds, in one order, whichever way it goes: by areas, gathered by an index, or walked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import F

from minqing.accounts.public import TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import DAY, SmallCounty
from minqing.kernel.access import Actor
from minqing.registry import public as registry
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Resident, Tag, TagKind
from minqing.registry.queries import search_kinds, search_plan, search_words
from minqing.registry.tests.factories import SINCE, live_in, make_enterprise, make_household, make_resident

SURNAMES: Final = "王王王裘俞周"
GIVEN: Final = "王建国英小阿a%_"
LANES: Final = ("香榧路", "祠堂前", "12弄", "百%路", "a_b")
WORDS: Final = (
    "", "王", "建国", "王建国", "w", "WJG", "%", "_", "%路", "a_", "号", "2号", "香榧路", "前1", "王 香榧", "建 12弄",
    "英 王", "1 号", "没有", "H-3", "俞\\",
)  # fmt: skip


@pytest.fixture
def seen(county: SmallCounty) -> dict[str, list[dict[str, Any]]]:
    """Fill two villages, and return what stands in each kind's rows of the first, for an independent LIKE."""
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
    return {kind: list(rows) for kind, rows in _rows(county).items()}


def _rows(county: SmallCounty) -> dict[str, Iterable[dict[str, Any]]]:
    homes = dict(HouseholdMember.objects.values_list("resident_id", "household__address"))
    heads = {
        one.household_id: one.resident
        for one in HouseholdMember.objects.filter(relation=rules.HEAD).select_related("resident")
    }
    tagged = set(Tag.everything.values_list("subject_id", flat=True))
    residents = Resident.everything.filter(area=county.grid)
    households = Household.everything.filter(area=county.grid)
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
            for one in Enterprise.everything.filter(area=county.grid)
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


WAYS: Final[dict[str, dict[str, int]]] = {
    "by areas": {},
    "gathered": {"FEW_AREAS": 0},
    "walked": {"FEW_AREAS": 0, "COUNTED_MAX": 2, "TAGGED_MAX": 2},
    "walked, many homes": {"FEW_AREAS": 0, "COUNTED_MAX": 2, "TAGGED_MAX": 2, "KEYS_MAX": 1, "SORTED_MAX": 1},
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_finds_what_like_finds(
    way: str, county: SmallCounty, seen: dict[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    for name, value in WAYS[way].items():
        where = search_kinds if hasattr(search_kinds, name) else search_plan
        monkeypatch.setattr(where, name, value)
    if "COUNTED_MAX" in WAYS[way]:  # counted to 2, but leafed through to the end
        monkeypatch.setattr(search_plan, "REACHED_MAX", 700)
        monkeypatch.setattr(search_plan, "PROBED_MAX", 700)
    for kind, rows in seen.items():
        for text in WORDS:
            for tag in ("", "veteran") if kind == "resident" else ("",):
                expected = _expected(kind, rows, text, tagged=bool(tag))
                assert _all(by, text, kind, tag) == expected, (kind, text, tag)


def test_a_chosen_area_outside_one_s_own_holds_nothing(county: SmallCounty, seen: object) -> None:
    by = county.actor(VILLAGE_CLERK)
    for text in ("", "王", "香榧路", "12"):
        assert registry.search(by, text, area=county.neighbour, today=DAY).rows == []
    town = county.actor(TOWN_DISPATCHER)
    assert registry.search(town, "王", area=county.village, today=DAY).total > 0


def test_beyond_the_counted_a_list_says_so_and_ends_at_the_last_page_one_can_reach(
    county: SmallCounty, seen: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    monkeypatch.setattr(search_kinds, "FEW_AREAS", 0)
    monkeypatch.setattr(search_plan, "COUNTED_MAX", 6)
    monkeypatch.setattr(search_plan, "REACHED_MAX", 6)
    found = registry.search(by, "王", today=DAY, rows_max=3)
    assert (found.total_label, found.more_than_counted, found.pages) == ("6 条以上", True, 2)
    last = registry.search(by, "王", today=DAY, rows_max=3, page=99)
    assert (last.page, last.has_next, len(last.rows)) == (2, False, 3)


@pytest.mark.parametrize(
    ("index", "search"),
    [
        ("resident_name_parts", lambda: Resident.everything.filter(search_words.goes_on("name", "建国"))),
        (
            "resident_in_order",
            lambda: Resident.everything.filter(search_words.begins("name", "王")).order_by(
                search_words.in_order("name"), "id"
            ),
        ),
        (
            "resident_initials_in_order",
            lambda: Resident.everything.filter(search_words.begins("name_initials", "wj")).order_by(
                search_words.in_order("name_initials"), search_words.in_order("name"), "id"
            ),
        ),
        (
            "household_address_parts",
            lambda: Household.everything.filter(search_words.holds("address", "香榧路")),
        ),
        (
            "household_in_order",
            lambda: Household.everything.order_by(search_words.in_order("address"), F("id"))[:3],
        ),
    ],
)
def test_the_indexes_fit_the_conditions(index: str, search: Callable[[], Any], county: SmallCounty) -> None:
    make_resident(county.grid, "王建国")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    assert index in search().explain()
