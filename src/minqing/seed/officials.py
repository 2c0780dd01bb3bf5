"""Staff the county: offices, village committees, and people in every role over the three seeded towns.

A dozen of the people are demonstration accounts with memorable names; the others cannot sign in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from minqing.seed.tree import COUNTY_CODE, SEEDED_TOWNS, AreaSeed, Tree, is_community
from minqing.seed.words import Words, table

PASSWORD = "xiangfei-2026"  # noqa: S105  printed for everybody, and valid in a demonstration county only
STORY_TOWN = "330683106"
STORY_VILLAGE = "330683106276"  # 谷来镇马村村
SECOND_VILLAGE = "330683106273"  # 谷来镇马溪村: where one person holds two appointments
CHANGED_VILLAGE = "330683106272"  # 谷来一村: where a secretary has handed over

HANDLERS_PER_UNIT = 2
VILLAGE_ROLES = ("village_clerk", "village_secretary", "handler")
TOWN_ROLES = (("town_dispatcher", 2), ("reviewer", 2), ("follow_up_caller", 1))
COUNTY_ROLES = (("reviewer", 2), ("follow_up_caller", 6))
COUNTY_DESKS = (
    ("county_dispatcher", 2), ("supervisor", 1), ("petition_officer", 1), ("express_officer", 2), ("surveyor", 2),
    ("discipline_officer", 1),
)  # fmt: skip
TOWN_DESKS = ("town_secretary", "supervisor", "petition_officer", "discipline_officer")


@dataclass(frozen=True, slots=True)
class UnitSeed:
    key: str
    name: str
    kind: str
    area_code: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSeed:
    key: int
    username: str
    name: str
    can_sign_in: bool


@dataclass(frozen=True, slots=True)
class AppointmentSeed:
    """A person holds a role at an area (and in a unit) between two dates."""

    key: int
    person: int
    role: str
    area_code: str
    unit: str
    starts_on: date
    ends_on: date | None = None


@dataclass
class Staff:
    units: list[UnitSeed] = field(default_factory=list)
    people: list[PersonSeed] = field(default_factory=list)
    appointments: list[AppointmentSeed] = field(default_factory=list)
    _held: dict[tuple[str, str, str], list[AppointmentSeed]] = field(default_factory=dict, repr=False)

    def holding(self, role: str, area_code: str, unit: str = "") -> list[AppointmentSeed]:
        """List who holds a role today, exactly at an area, in a unit if one is named."""
        if not self._held:
            for one in self.appointments:
                for key in {"", one.unit} if one.ends_on is None else ():
                    self._held.setdefault((one.role, one.area_code, key), []).append(one)
        return self._held.get((role, area_code, unit), [])

    def serving(self, appointment: AppointmentSeed, day: date) -> AppointmentSeed:
        """Return who held the same office on a day: the appointment itself, or the one before it."""
        if appointment.starts_on <= day:
            return appointment
        office = (appointment.role, appointment.area_code, appointment.unit)
        before = [
            one for one in self.appointments if (one.role, one.area_code, one.unit) == office and one.ends_on
        ]
        return next(
            (one for one in before if one.ends_on and one.starts_on <= day <= one.ends_on), appointment
        )

    def unit_for(self, field_of_work: str, area_code: str) -> UnitSeed:
        """Find the office of an area that takes a kind of matter; else the last of its offices that take any."""
        here = [unit for unit in self.units if unit.area_code == area_code and unit.fields]
        return next((unit for unit in here if field_of_work in unit.fields), here[-1])


def appoint_staff(tree: Tree, seed: int, today: date) -> Staff:
    """Appoint everybody: offices first, then people role by role."""
    return Staffer(tree, seed, today).appoint_all()


class Staffer:
    """Appoints people office by office; the full county sets other towns and larger offices."""

    towns: Sequence[str] = SEEDED_TOWNS

    def __init__(self, tree: Tree, seed: int, today: date) -> None:
        self.tree, self.today = tree, today
        self.rng = Random(f"{seed}:officials")  # noqa: S311  a believable county, not a secret
        self.words = Words(self.rng)
        self.staff = Staff()
        self.named: set[str] = set()
        self.signing_in: set[str] = set()

    def appoint_all(self) -> Staff:
        self._units()
        self._county()
        for town in self.towns:
            self._town(self.tree.by_code[town])
        self._two_appointments()
        self._ended_appointment()
        self._keepers_of_files_and_rights()
        self._lines_and_lanes()
        return self.staff

    def _units(self) -> None:
        offices = table("offices")
        for number, office in enumerate(offices["county"]):
            name = office["name"] if office["kind"] == "hotline" else f"嵊州市{office['name']}"
            unit = UnitSeed(f"county-{number}", name, office["kind"], COUNTY_CODE, tuple(office["fields"]))
            self.staff.units.append(unit)
        for town in self.towns:
            for number, office in enumerate(offices["town"]):
                name = self.tree.by_code[town].name + office["name"]
                unit = UnitSeed(f"{town}-{number}", name, office["kind"], town, tuple(office["fields"]))
                self.staff.units.append(unit)
            for village in self.tree.children(town):
                committee = "居民委员会" if is_community(village.name) else "村民委员会"
                name = f"{self.tree.by_code[town].name}{village.name.removesuffix('居民区')}{committee}"
                name = name.replace("村村民委员会", "村村委会").replace("居民委员会", "居委会")
                self.staff.units.append(
                    UnitSeed(village.code, name, "village_committee", village.code, ("village",))
                )

    def _county(self) -> None:
        hotline, centre = self.staff.units[0], self.staff.units[1]
        for role, count in COUNTY_ROLES:
            unit = hotline if role != "reviewer" else centre
            for _ in range(count):
                self._appoint(role, COUNTY_CODE, unit.key)
        self._appoint("system_administrator", COUNTY_CODE, centre.key)
        self._appoint("auditor", COUNTY_CODE, centre.key)
        for unit in [u for u in self.staff.units if u.area_code == COUNTY_CODE and u.fields]:
            for _ in range(HANDLERS_PER_UNIT):
                self._appoint("handler", COUNTY_CODE, unit.key)

    def _town(self, town: AreaSeed) -> None:
        office = next(unit for unit in self.staff.units if unit.area_code == town.code)
        for role, count in TOWN_ROLES:
            for _ in range(count):
                self._appoint(role, town.code, office.key)
        for unit in [u for u in self.staff.units if u.area_code == town.code and u.fields]:
            for _ in range(HANDLERS_PER_UNIT):
                self._appoint("handler", town.code, unit.key)
        for village in self.tree.children(town.code):
            for role in VILLAGE_ROLES:
                self._appoint(role, village.code, village.code if role == "handler" else "")
            for grid in self.tree.children(village.code):
                self._appoint("grid_worker", grid.code, "")

    def _appoint(
        self, role: str, area_code: str, unit: str, person: PersonSeed | None = None
    ) -> AppointmentSeed:
        number = len(self.staff.appointments)
        person = person or self._person((role, area_code, self._story_unit(unit)))
        appointment = AppointmentSeed(number, person.key, role, area_code, unit, self._starts_on())
        self.staff.appointments.append(appointment)
        return appointment

    def _starts_on(self) -> date:
        return self.today - timedelta(days=self.rng.randint(240, 1500))

    def _story_unit(self, unit: str) -> str:
        return unit if unit in (f"{STORY_TOWN}-1", "county-5") else ""

    def _person(self, office: tuple[str, str, str]) -> PersonSeed:
        """Draw somebody new; the first to hold an office of an account that nobody has yet signs in with it."""
        free = (name for name, at in ACCOUNTS.items() if at == office and name not in self.signing_in)
        username = next(free, None)
        if username is not None:
            self.signing_in.add(username)
        while True:
            born = self.rng.randint(1966, 2001)
            name = self.words.surname() + self.words.given_name(born, self.rng.choice(("male", "female")))
            if name not in self.named:
                break
        self.named.add(name)
        key = len(self.staff.people)
        person = PersonSeed(key, username or f"ren{key + 1:04}", name, username is not None)
        self.staff.people.append(person)
        return person

    def _two_appointments(self) -> None:
        """The clerk of one village also walks its first grid."""
        clerk = next(self._of("village_clerk", SECOND_VILLAGE))
        grid = self.tree.children(SECOND_VILLAGE)[0]
        person = self.staff.people[clerk.person]
        self._appoint("grid_worker", grid.code, "", person)

    def _ended_appointment(self) -> None:
        """A secretary handed over a while ago; what was written under the old appointment stays."""
        ended = self._appoint("village_secretary", CHANGED_VILLAGE, "")
        ends_on = self.today - timedelta(days=96)
        self.staff.appointments[ended.key] = AppointmentSeed(
            ended.key, ended.person, ended.role, ended.area_code, "", ended.starts_on, ends_on
        )
        successor = next(
            one for one in self._of("village_secretary", CHANGED_VILLAGE) if one.key != ended.key
        )
        self.staff.appointments[successor.key] = AppointmentSeed(
            successor.key,
            successor.person,
            successor.role,
            successor.area_code,
            "",
            ends_on + timedelta(days=1),
        )

    def _keepers_of_files_and_rights(self) -> None:
        """Appoint who keeps the files of the county and of each town, and who looks after accounts and rights.

        Last of all, so that the draws before them stay what they were.
        """
        centre = self.staff.units[1]
        self._appoint("registrar", COUNTY_CODE, centre.key)
        self._appoint("security_administrator", COUNTY_CODE, centre.key)
        for town in self.towns:
            office = next(unit for unit in self.staff.units if unit.area_code == town)
            self._appoint("registrar", town, office.key)

    def _lines_and_lanes(self) -> None:
        """Appoint who works on the three lines, on petitions, in the mayor's lane, and who watches over them."""
        centre = self.staff.units[1]
        for role, count in COUNTY_DESKS:
            for _ in range(count):
                self._appoint(role, COUNTY_CODE, "" if role == "surveyor" else centre.key)
        for town in self.towns:
            office = next(unit for unit in self.staff.units if unit.area_code == town)
            for role in TOWN_DESKS:
                self._appoint(role, town, office.key)
        for village in self.tree.children(STORY_TOWN):
            for grid in self.tree.children(village.code):
                self._appoint("group_leader", grid.code, "")

    def _of(self, role: str, area_code: str) -> Iterator[AppointmentSeed]:
        return (one for one in self.staff.appointments if (one.role, one.area_code) == (role, area_code))


# Who signs in with which name: by role, area and, for handlers, unit. Two answer the hotline's telephones.
ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "wangge": ("grid_worker", f"{STORY_VILLAGE}001", ""),
    "shouli": ("village_clerk", STORY_VILLAGE, ""),
    "shuji": ("village_secretary", STORY_VILLAGE, ""),
    "diaodu": ("town_dispatcher", STORY_TOWN, ""),
    "chengban": ("handler", STORY_TOWN, f"{STORY_TOWN}-1"),
    "shuili": ("handler", COUNTY_CODE, "county-5"),
    "shenhe": ("reviewer", STORY_TOWN, ""),
    "rexian": ("follow_up_caller", COUNTY_CODE, ""),
    "huifang": ("follow_up_caller", COUNTY_CODE, ""),
    "guanli": ("system_administrator", COUNTY_CODE, ""),
    "anquan": ("security_administrator", COUNTY_CODE, ""),
    "shenji": ("auditor", COUNTY_CODE, ""),
    "dangan": ("registrar", COUNTY_CODE, ""),
    "dengji": ("registrar", STORY_TOWN, ""),
    "liangzhi": ("village_clerk", SECOND_VILLAGE, ""),
    "zuzhang": ("group_leader", f"{STORY_VILLAGE}001", ""),
    "zhenshuji": ("town_secretary", STORY_TOWN, ""),
    "xinfang": ("petition_officer", STORY_TOWN, ""),
    "zhitong": ("express_officer", COUNTY_CODE, ""),
    "ducha": ("supervisor", COUNTY_CODE, ""),
    "zongdiao": ("county_dispatcher", COUNTY_CODE, ""),
    "jijian": ("discipline_officer", STORY_TOWN, ""),
    "sanfang": ("surveyor", COUNTY_CODE, ""),
}
