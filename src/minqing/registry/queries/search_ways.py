"""In which ways each kind of file is met by a word: as selects that gather by an index, or read in order."""

# ruff: noqa: S608  (statements are put together from texts of our own; every value is a parameter)

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minqing.registry.queries.search_reading import Parts, gathered, ids_of, in_order, sorted_by
from minqing.registry.queries.search_sql import ORDER, Place, Way, Word, also, more_than, true_where

# Households or heads that lead to the rows looked for; some 4,000 people live in so many.
KEYS_MAX: Final = 1_500
APART_MAX: Final = 500  # of homes that lie apart, since each person who lives in them is looked up
LIVING_MAX: Final = (
    3_500  # homes whose people are put together to test by; where there are more, many rows pass
)
CLOSE: Final = 8  # homes to an area, from which on the people of the areas are looked at

LIVING: Final = "m.ends_on IS NULL"
HEAD: Final = f"{LIVING} AND m.relation = 'head'"
HOME: Final = (
    "(SELECT h.address FROM household_member m JOIN household h ON h.id = m.household_id "
    f"WHERE m.resident_id = r.id AND {LIVING} LIMIT 1)"
)


class ResidentWays:
    """Residents: by name, initials, and the address of the household they live in."""

    table, column, are_few = "resident", "name", False

    def __init__(self, *, address_characters_min: int = 2) -> None:
        self.address_characters_min = address_characters_min

    def met_by(self, place: Place, word: Word, most: int) -> list[Way]:
        """Return the ways to names that begin with the word or go on with it, to initials, to homes."""
        return [
            *self.named(place, word, most),
            *([self._lives(place, word)] if self._in_address(word) else []),
        ]

    def named(self, place: Place, word: Word, most: int) -> list[Way]:
        """Return the ways to names."""
        begin = f"begin_{word.number}"
        met = [
            Way(
                {begin: self._begun_with(place, word, most + 1)},
                more_than(begin, most),
                lambda tests, last: self._begins(place.test(), place, word, tests, last),
            ),
            Parts(self, "later", "name", "substring(r.name, 2)").way(place, word, most),
        ]
        return [*met, self._initials(place, word, most)] if word.initials else met

    def test(self, word: Word) -> str:
        """Test a name, its initials, and the address where the resident lives."""
        named = word.names()
        return f"({named} OR {word.holds(HOME)})" if self._in_address(word) else named

    def looks_at_rows(self, word: Word) -> bool:
        """Initials stand in the row."""
        return bool(word.initials)

    def small(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Test names; homes lie in the same villages, and are gone through once."""
        if not self._in_address(word):
            return {}, word.names()
        homes = f"homes_{word.number}"
        held = f"SELECT h.id FROM household h WHERE {word.holds('h.address')}{place.index('h')}"
        return {homes: held}, f"({word.names()} OR r.id IN ({_living_in(homes)}))"

    def begun(self, place: Place) -> str:
        """Names of a place stand anywhere in the order."""
        return ""

    def _in_address(self, word: Word) -> bool:
        return len(word.text) >= self.address_characters_min

    def _begun_with(self, place: Place, word: Word, last: int) -> str:
        """Gather by one index: in the county that of the order, which is met sorted; elsewhere that of the areas."""
        if place.is_everywhere:
            return self._begins("", place, word, (), last)
        return (
            f"SELECT r.name AS sorted_by, r.id FROM resident r WHERE {place.open()}{place.index()} "
            f"AND {word.begins('r.name')} LIMIT {last}"
        )

    def _begins(self, here: str, place: Place, word: Word, tests: Sequence[str], last: int) -> str:
        return (
            f"SELECT r.name AS sorted_by, r.id FROM resident r WHERE {place.open()}{here} "
            f"AND {word.begins('r.name')}{also(tests)} {sorted_by(self)} LIMIT {last}"
        )

    def _initials(self, place: Place, word: Word, most: int) -> Way:
        name = f"initials_{word.number}"
        rows = f"SELECT r.name AS sorted_by, r.id FROM resident r WHERE {place.open()}"
        select, order = (
            f"{rows}{place.test()} AND {word.begins('r.name_initials', 'i')}",
            'ORDER BY r.name_initials COLLATE "C", r.name COLLATE "C", r.id',
        )
        if len(word.text) == 1 and not place.is_everywhere:
            select, order = f"{rows}{place.index()} AND {true_where(word.names())}", ""

        def ordered(tests: Sequence[str], last: int) -> str:
            if len(word.text) == 1:  # a letter begins so many that the next in order lie close together
                return in_order(self, place, [word.names(), *tests], last)
            return f"SELECT * FROM ({select}{also(tests)} OFFSET 0) AS every {ORDER} LIMIT {last}"

        return Way({name: f"{select} {order} LIMIT {most + 1}"}, more_than(name, most), ordered)

    def in_order_test(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Test by the people of all homes that hold the word, if there are not too many, else row by row."""
        if not self._in_address(word):
            return {}, self.test(word)
        homes, tables = self._homes(place, word)
        few = f"NOT {more_than(homes, _living_max(place))}"
        who = f"lives_in_{homes}"
        lives = f"CASE WHEN {few} THEN r.id IN (SELECT id FROM {who}) ELSE {word.holds(HOME)} END"
        return {**tables, f"{who} (id)": f"{_living_in(homes)} AND {few}"}, f"({word.names()} OR {lives})"

    def _homes(self, place: Place, word: Word) -> tuple[str, dict[str, str]]:
        name = f"homes_{word.number}"
        every = Place(
            place.paths, closed=True, name=place.name
        )  # whether a home is closed says nothing of its people
        parts = Parts(HouseholdWays(), "homes", "address", "r.address")
        return name, gathered(parts, name, every, word, _living_max(place), more=("area_id",))

    def _lives(self, place: Place, word: Word) -> Way:
        """Return the way by homes. Whose homes lie together is read by their areas, which hold people side by side."""
        who, near, lives = (f"{name}_{word.number}" for name in ("who", "near", "lives"))
        homes, tables = self._homes(place, word)
        person = "SELECT r.name AS sorted_by, r.id FROM resident r WHERE"
        open_here = f"{place.open()}{place.test()}"
        areas = f"(SELECT DISTINCT area_id FROM {homes})"
        together = f"(SELECT count(*) >= {CLOSE} * count(DISTINCT area_id) FROM {homes})"
        is_cut = f"({more_than(homes, KEYS_MAX)} OR ({more_than(homes, APART_MAX)} AND NOT {together}))"
        is_one = true_where(f"r.id IN (SELECT id FROM {who})")
        tables |= {
            f"{who} (id)": f"{_living_in(homes)} AND NOT {is_cut}",
            near: (
                f"{person} r.area_id = ANY(ARRAY{areas}) AND {open_here} AND {is_one} "
                f"AND {together} AND NOT {is_cut}"
            ),
            lives: (
                f"SELECT * FROM {near} UNION ALL {person} r.id = ANY(ARRAY("
                f"SELECT id FROM {who} EXCEPT SELECT id FROM {near})) AND {open_here}"
            ),
        }
        in_tables, test = self.in_order_test(place, word)
        return Way(
            tables,
            is_cut,
            lambda tests, last: in_order(self, place, [test, *tests], last),
            in_order_tables=in_tables,
            is_many=more_than(homes, _living_max(place)),
            in_order_of_many=lambda tests, last: in_order(self, place, [word.holds(HOME), *tests], last),
            is_known=False,
            probes=True,
        )


def _living_max(place: Place) -> int:
    """Return from how many homes on a walk soon meets who lives in one: in a town, with fewer of them."""
    return LIVING_MAX if place.is_everywhere else min(LIVING_MAX, KEYS_MAX)


def _living_in(homes: str) -> str:
    """Return the select of who lives in the households of a table expression."""
    return f"SELECT m.resident_id FROM household_member m WHERE m.household_id = {ids_of(homes)} AND {LIVING}"


def _headed_by(people: str) -> str:
    """Return the select of the households whose head is among the people of a table expression."""
    return f"SELECT m.household_id FROM household_member m WHERE m.resident_id = {ids_of(people)} AND {HEAD}"


def _head_named(word: Word) -> str:
    """Test the name of the head of the household ``r``."""
    return (
        "(SELECT true FROM household_member m JOIN resident p ON p.id = m.resident_id "
        f"WHERE m.household_id = r.id AND {HEAD} AND {word.names('p')} LIMIT 1)"
    )


class HouseholdWays:
    """Households: by address, by their number in the police's register, by the name of the head."""

    table, column, are_few = "household", "address", False

    def met_by(self, place: Place, word: Word, most: int) -> list[Way]:
        """Return the ways to the number, to addresses, to heads."""
        number = f"SELECT r.address AS sorted_by, r.id FROM household r WHERE {place.open()}{place.test()} "
        held = Parts(self, "held", "address", "r.address").way(place, word, most)
        code = {f"code_{word.number}": f"{number}AND r.code = %(word_{word.number})s"}
        return [Way(code), held, self._headed(place, word)]

    def test(self, word: Word) -> str:
        """Test the number, the address and the head's name."""
        head = _head_named(word)
        return f"(r.code = %(word_{word.number})s OR {word.holds('r.address')} OR {head})"

    def in_order_test(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Nothing is read for it."""
        return {}, self.test(word)

    def looks_at_rows(self, word: Word) -> bool:
        """The number stands in the row."""
        return True

    def small(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Test numbers and addresses; heads sit in the same villages, and are gone through once."""
        people = f"people_{word.number}"
        named = f"SELECT p.id FROM resident p WHERE {word.names('p')}{place.index('p')}"
        held = f"r.code = %(word_{word.number})s OR {word.holds('r.address')}"
        return {people: named}, f"({held} OR r.id IN ({_headed_by(people)}))"

    def begun(self, place: Place) -> str:
        """Households of a town follow one another, from its first address on: addresses begin with their town."""
        if place.is_everywhere:
            return ""
        first = (
            f'SELECT min(least.address) FROM {place.name}, LATERAL (SELECT f.address COLLATE "C" AS address '
            f'FROM household f WHERE f.area_id = {place.name}.id ORDER BY f.address COLLATE "C" LIMIT 1) AS least'
        )
        return f' AND r.address COLLATE "C" >= ({first})'

    def _headed(self, place: Place, word: Word) -> Way:
        ways = ResidentWays().named(place, word, KEYS_MAX)
        people, headed = f"people_{word.number}", f"headed_{word.number}"
        is_cut = f"({' OR '.join(str(way.is_cut) for way in ways)})"
        select = (
            f"SELECT r.address AS sorted_by, r.id FROM household r WHERE r.id = ANY(ARRAY({_headed_by(people)})) "
            f"AND {place.open()}{place.test()} AND NOT {is_cut}"
        )
        names = {name: table for way in ways for name, table in way.tables.items()}
        who = " UNION ".join(f"SELECT id FROM {way.name}" for way in ways)
        head = _head_named(word)
        return Way(
            {**names, people: who, headed: select},
            is_cut,
            lambda tests, last: in_order(self, place, [head, *tests], last),
            is_known=False,
            probes=True,
        )


class SiteWays:
    """Enterprises and places: name, initials and address stand in one table."""

    column, are_few = "name", True

    def __init__(self, table: str) -> None:
        self.table = table

    def met_by(self, place: Place, word: Word, most: int) -> list[Way]:
        """Return the ways to names, addresses and initials."""
        met = [
            Parts(self, "named", "name", "r.name").way(place, word, most),
            Parts(self, "held", "address", "r.address").way(place, word, most),
        ]
        if not word.initials:
            return met
        name = f"initials_{word.number}"
        begins = word.begins("r.name_initials", "i")
        select = f"SELECT r.name AS sorted_by, r.id FROM {self.table} r WHERE {place.open()}{place.test()} AND {begins}"
        return [*met, Way({name: select})]

    def test(self, word: Word) -> str:
        """Test name, initials and address."""
        return f"({word.names()} OR {word.holds('r.address')})"

    def in_order_test(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Nothing is read for it."""
        return {}, self.test(word)

    def looks_at_rows(self, word: Word) -> bool:
        """Address and initials stand in the row."""
        return True

    def small(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Everything stands in the row."""
        return {}, self.test(word)

    def begun(self, place: Place) -> str:
        """Names of a place stand anywhere in the order."""
        return ""
