"""Turn the world's areas, officials and registry into rows, and note in the chronicle what made them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random
from uuid import UUID

from minqing.accounts.events import Appointed, AppointmentEnded, PersonAdded
from minqing.accounts.public import ROLES, Appointment, Person, Unit, role_at
from minqing.areas.events import AreaOpened
from minqing.areas.public import Area, AreaPeriod, CountyProfile, path_under
from minqing.kernel.access import SYSTEM, Hand
from minqing.registry import public as registry
from minqing.registry.events import SubjectAdded, TagAdded
from minqing.registry.public import (
    Enterprise,
    Household,
    HouseholdMember,
    IdentityRow,
    Place,
    Resident,
    Tag,
    TagKind,
)
from minqing.seed.chronicle import Chronicle
from minqing.seed.copying import Ids
from minqing.seed.officials import AppointmentSeed
from minqing.seed.tags import TagSeed
from minqing.seed.tree import COUNTY_CODE
from minqing.seed.world import LOCAL, World

OPENED_DAYS_AGO = 420
REGISTERED_DAYS_AGO = (196, 240)
EMPLOYEE_BANDS = ((10, "under_10"), (50, "10_49"), (300, "50_299"), (1000, "300_999"))
PLACE_KINDS = {
    "culture_hall": "hall",
    "clinic": "clinic",
    "canteen": "elder_care",
    "shelter": "other",
    "toilet": "other",
    "bridge": "other",
    "reservoir": "water",
    "parking": "other",
    "square": "square",
    "market": "market",
    "school": "school",
    "bus_station": "other",
}


class Register:
    """Rows of everything that stands still, and the ids by which the rest refers to it."""

    def __init__(self, world: World, chronicle: Chronicle, unusable: str, usable: str) -> None:
        """`unusable`, `usable`: password hashes, made once."""
        self.world, self.chronicle = world, chronicle
        self.unusable, self.usable = unusable, usable
        self.rng = Random(f"{world.seed}:register")  # noqa: S311  a believable county, not a secret
        ids = Ids(self.rng)
        opened = self.opened_at
        self.area_ids = {area.code: ids.at(opened) for area in world.tree.areas}
        self.unit_ids = {unit.key: ids.at(opened) for unit in world.staff.units}
        self.person_ids = [ids.at(opened) for _ in world.staff.people]
        self.appointment_ids = [ids.at(opened) for _ in world.staff.appointments]
        registered = self.day(max(REGISTERED_DAYS_AGO))
        self.subject_ids = {
            "household": [ids.at(registered) for _ in world.population.households],
            "resident": [ids.at(registered) for _ in world.population.residents],
            "enterprise": [ids.at(registered) for _ in world.firms],
            "place": [ids.at(registered) for _ in world.places],
        }
        self.ids = ids

    @property
    def opened_at(self) -> datetime:
        return self.day(OPENED_DAYS_AGO)

    def day(self, days_ago: int, hour: float = 9.5) -> datetime:
        """Return a moment of a day so many days ago."""
        day = self.world.today - timedelta(days=days_ago)
        return datetime.combine(day, time(), LOCAL) + timedelta(hours=hour)

    def on(self, day: date) -> datetime:
        return datetime.combine(day, time(9, 30), LOCAL) + timedelta(minutes=self.rng.randint(0, 400))

    @cached_property
    def hands(self) -> list[Hand]:
        """The hand of every appointment, as the journal keeps it."""
        units = {unit.key: unit.name for unit in self.world.staff.units}
        return [
            Hand(
                self.person_ids[one.person],
                self.world.staff.people[one.person].name,
                self.appointment_ids[one.key],
                role_at(
                    units.get(one.unit) or self.world.tree.by_code[one.area_code].name, ROLES[one.role].label
                ),
            )
            for one in self.world.staff.appointments
        ]

    def hand(self, appointment: AppointmentSeed) -> Hand:
        return self.hands[appointment.key]

    @cached_property
    def administrator(self) -> Hand:
        [one] = self.world.staff.holding("system_administrator", COUNTY_CODE)
        return self.hand(one)

    def subject_area(self, kind: str, number: int) -> UUID:
        """Return the area of a subject."""
        population = self.world.population
        if kind == "resident":
            code = population.households[population.residents[number].household].area_code
        elif kind == "household":
            code = population.households[number].area_code
        else:
            code = (self.world.firms if kind == "enterprise" else self.world.places)[number].area_code
        return self.area_ids[code]

    def areas(self) -> Iterator[Area]:
        paths: dict[str, str] = {"": ""}
        for seed in self.world.tree.areas:
            paths[seed.code] = path_under(paths[seed.parent_code], seed.code)
            area = Area(
                id=self.area_ids[seed.code],
                parent_id=self.area_ids.get(seed.parent_code),
                level=seed.level,
                code=seed.code,
                name=seed.name,
                path=paths[seed.code],
                lon=seed.lon,
                lat=seed.lat,
                point_is_approximate=seed.approximate,
                outline=self.world.tree.outline if seed.code == COUNTY_CODE else None,
            )
            if seed.parent_code:
                parent = self.world.tree.by_code[seed.parent_code].name
                event = AreaOpened(
                    subject_kind="area",
                    subject_id=area.id,
                    area_id=area.id,
                    name=seed.name,
                    parent_name=parent,
                )
                self.chronicle.note(event, by=SYSTEM, at=self.opened_at)
            yield area

    def periods(self) -> Iterator[AreaPeriod]:
        for seed in self.world.tree.areas:
            yield AreaPeriod(
                id=self.ids.at(self.opened_at),
                area_id=self.area_ids[seed.code],
                parent_id=self.area_ids.get(seed.parent_code),
                name=seed.name,
                starts_at=self.opened_at,
                ends_at=None,
            )

    def profile(self) -> CountyProfile:
        return CountyProfile(
            id=self.ids.at(self.opened_at),
            area_id=self.area_ids[COUNTY_CODE],
            is_demonstration=True,
            seed=str(self.world.seed),
        )

    def people(self) -> Iterator[Person]:
        for seed in self.world.staff.people:
            person = Person(
                id=self.person_ids[seed.key],
                username=seed.username,
                name=seed.name,
                password=self.usable if seed.can_sign_in else self.unusable,
                is_demonstration=True,
                password_set_at=self.world.now,
            )
            county = self.area_ids[COUNTY_CODE]
            event = PersonAdded(
                subject_kind="person",
                subject_id=person.id,
                area_id=county,
                username=seed.username,
                name=seed.name,
            )
            self.chronicle.note(event, by=SYSTEM, at=self.opened_at)
            yield person

    def units(self) -> Iterator[Unit]:
        for seed in self.world.staff.units:
            area_id = self.area_ids[seed.area_code]
            yield Unit(id=self.unit_ids[seed.key], area_id=area_id, kind=seed.kind, name=seed.name)

    def appointments(self) -> Iterator[Appointment]:
        units = {unit.key: unit.name for unit in self.world.staff.units}
        for seed in self.world.staff.appointments:
            area, name = self.world.tree.by_code[seed.area_code], self.world.staff.people[seed.person].name
            yield Appointment(
                id=self.appointment_ids[seed.key],
                person_id=self.person_ids[seed.person],
                role=seed.role,
                area_id=self.area_ids[seed.area_code],
                unit_id=self.unit_ids[seed.unit] if seed.unit else None,
                starts_on=seed.starts_on,
                ends_on=seed.ends_on,
            )
            label, subject = ROLES[seed.role].label, self.person_ids[seed.person]
            where = self.area_ids[seed.area_code]
            made = Appointed(
                subject_kind="person", subject_id=subject, area_id=where, name=name, role_label=label,
                area_name=area.name, unit_name=units.get(seed.unit, ""), starts_on=seed.starts_on, ends_on=None,
            )  # fmt: skip
            self.chronicle.note(made, by=self.administrator, at=max(self.opened_at, self.on(seed.starts_on)))
            if seed.ends_on:
                ended = AppointmentEnded(
                    subject_kind="person", subject_id=subject, area_id=where, name=name, role_label=label,
                    ends_on=seed.ends_on, reason="换届，已移交",
                )  # fmt: skip
                self.chronicle.note(ended, by=self.administrator, at=self.on(seed.ends_on))

    def _registered(self, kind: str, number: int, name: str, clerk: AppointmentSeed, at: datetime) -> None:
        event = SubjectAdded(
            subject_kind=kind,
            subject_id=self.subject_ids[kind][number],
            area_id=self.subject_area(kind, number),
            name=name,
        )
        self.chronicle.note(event, by=self.hand(clerk), at=at)

    def _clerk(self, area_code: str) -> AppointmentSeed:
        return self.world.staff.holding("village_clerk", area_code[:12])[0]

    def _registering(self, area_code: str) -> tuple[AppointmentSeed, datetime]:
        days_ago = self.rng.randint(*REGISTERED_DAYS_AGO)
        return self._clerk(area_code), self.day(days_ago, self.rng.uniform(8.6, 17.2))

    def households(self) -> Iterator[Household]:
        for seed in self.world.population.households:
            clerk, at = self._registering(seed.area_code)
            area = self.world.tree.by_code[seed.area_code]
            yield Household(
                id=self.subject_ids["household"][seed.number],
                area_id=self.area_ids[seed.area_code],
                address=seed.address,
                code=seed.code,
                lon=round(self.rng.gauss(area.lon, 0.0004), 5),
                lat=round(self.rng.gauss(area.lat, 0.0004), 5),
                changed_at=at,
                changed_by_name=self.hand(clerk).person_name,
            )
            self._registered("household", seed.number, seed.address, clerk, at)

    def residents(self) -> Iterator[Resident]:
        for seed in self.world.population.residents:
            code = self.world.population.households[seed.household].area_code
            clerk, at = self._registering(code)
            yield Resident(
                id=self.subject_ids["resident"][seed.number],
                area_id=self.area_ids[code],
                name=seed.name,
                name_initials=registry.name_initials(seed.name),
                sex=seed.sex,
                birth_date=seed.born_on,
                id_index=registry.id_index(seed.id_number),
                phone_index=registry.phone_index(seed.phone),
                occupation=seed.occupation,
                presence="away" if seed.away_at else "here",
                away_at=seed.away_at,
                origin=seed.newcomer_from,
                changed_at=at,
                changed_by_name=self.hand(clerk).person_name,
            )
            self._registered("resident", seed.number, seed.name, clerk, at)

    def identities(self) -> Iterator[IdentityRow]:
        """What goes into the vault: the numbers of the residents."""
        for seed in self.world.population.residents:
            yield IdentityRow(
                self.subject_ids["resident"][seed.number],
                self.subject_area("resident", seed.number),
                seed.id_number,
                seed.phone,
            )

    def members(self) -> Iterator[HouseholdMember]:
        for seed in self.world.population.residents:
            household = self.world.population.households[seed.household]
            relation = registry.relation_key(seed.relation) or "not_kin"  # 合租: they only share a roof
            yield HouseholdMember(
                id=self.ids.at(self.opened_at),
                household_id=self.subject_ids["household"][seed.household],
                resident_id=self.subject_ids["resident"][seed.number],
                relation=relation,
                starts_on=max(household.since, seed.born_on),
            )

    def enterprises(self) -> Iterator[Enterprise]:
        for seed in self.world.firms:
            clerk, at = self._registering(seed.area_code)
            area = self.world.tree.by_code[seed.area_code]
            yield Enterprise(
                id=self.subject_ids["enterprise"][seed.number],
                area_id=self.area_ids[seed.area_code],
                name=seed.name,
                name_initials=registry.name_initials(seed.name),
                uscc=seed.credit_code,
                industry=f"{seed.trade}（{seed.products}）",
                employees=next(
                    (band for limit, band in EMPLOYEE_BANDS if seed.employees < limit), "over_1000"
                ),
                contact_name=seed.contact,
                phone=seed.phone,
                phone_index=registry.phone_index(seed.phone),
                address=seed.address,
                lon=round(self.rng.gauss(area.lon, 0.0006), 5),
                lat=round(self.rng.gauss(area.lat, 0.0006), 5),
                changed_at=at,
                changed_by_name=self.hand(clerk).person_name,
            )
            self._registered("enterprise", seed.number, seed.name, clerk, at)

    def places(self) -> Iterator[Place]:
        for seed in self.world.places:
            clerk, at = self._registering(seed.area_code)
            yield Place(
                id=self.subject_ids["place"][seed.number],
                area_id=self.area_ids[seed.area_code],
                name=seed.name,
                name_initials=registry.name_initials(seed.name),
                kind=PLACE_KINDS[seed.kind],
                address=seed.address,
                lon=seed.lon,
                lat=seed.lat,
                changed_at=at,
                changed_by_name=self.hand(clerk).person_name,
            )
            self._registered("place", seed.number, seed.name, clerk, at)

    def tags(self) -> Iterator[Tag]:
        kinds = {kind.key: kind for kind in TagKind.objects.all()}
        for seed in self.world.tags:
            yield self._tag(seed, kinds[seed.kind])

    def _tag(self, seed: TagSeed, kind: TagKind) -> Tag:
        clerk = self._clerk(seed.area_code)
        subject_id = self.subject_ids[seed.subject_kind][seed.number]
        area_id = self.area_ids[seed.area_code]
        # A child's parents agree; whoever else is asked agrees alone.
        agreed = "guardian" if kind.category == "minors" else "self"
        consent = agreed if kind.needs_consent else ""
        added = TagAdded(
            subject_kind=seed.subject_kind, subject_id=subject_id, area_id=area_id, label=kind.label,
            reason=seed.reason, ends_on=seed.ends_on, consent_label=registry.CONSENT_LABELS.get(consent, ""),
        )  # fmt: skip
        self.chronicle.note(added, by=self.hand(clerk), at=self._tagged_at(seed))
        return Tag(
            id=self.ids.at(self.opened_at),
            subject_kind=seed.subject_kind,
            subject_id=subject_id,
            area_id=area_id,
            kind_id=kind.id,
            owner_id=self.person_ids[clerk.person],
            reason=seed.reason,
            consent=consent,
            consent_on=seed.starts_on if consent else None,
            starts_on=seed.starts_on,
            ends_on=seed.ends_on,
        )

    def _tagged_at(self, seed: TagSeed) -> datetime:
        """A tag is put on a file that exists: on its first day, or when the file was registered."""
        return max(self.on(seed.starts_on), self.day(min(REGISTERED_DAYS_AGO) - 1))
