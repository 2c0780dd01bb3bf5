"""Rows of the full register: households, residents and their numbers, members, enterprises, places, tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from minqing.kernel.sealed import seal
from minqing.registry import public as registry
from minqing.registry.events import SubjectAdded, TagAdded
from minqing.registry.public import (
    Enterprise,
    Household,
    HouseholdMember,
    Identity,
    Place,
    Resident,
    Tag,
    TagKind,
)
from minqing.seed.firms import FirmSeed, PlaceSeed
from minqing.seed.full.chunk import Chunk
from minqing.seed.full.county import County
from minqing.seed.full.crew import Packed
from minqing.seed.full.entries import Blank, Shape, quote
from minqing.seed.full.moments import HOUR, number_of, start_of
from minqing.seed.full.sheets import blob, day, moment, real, text, uid
from minqing.seed.full.staff import Holder
from minqing.seed.people import ResidentSeed
from minqing.seed.register import EMPLOYEE_BANDS, PLACE_KINDS
from minqing.seed.tags import TagSeed

HOUSEHOLDS_A_CHUNK: Final = 2_000
OTHERS_A_CHUNK: Final = 4_000
NOBODY: Final = UUID(int=0)
# Personal Information Protection Law, art. 31.
GUARDIAN_BELOW: Final = 14

ADDED: Final[Mapping[str, Shape]] = {
    kind: Shape(SubjectAdded(subject_kind=kind, subject_id=NOBODY, area_id=NOBODY, name=Blank("name")))
    for kind in ("household", "resident", "enterprise", "place")
}
initials: Final = cache(registry.name_initials)
ID_PLACE: Final = Identity._meta.get_field("id_number").place
PHONE_PLACE: Final = Identity._meta.get_field("phone").place
FIRM_PHONE_PLACE: Final = Enterprise._meta.get_field("phone").place


def register_jobs(county: County, kinds: Mapping[str, TagKind]) -> list[Callable[[], Packed]]:
    """Cut the register into chunks. `kinds`: the kinds of tags by key."""
    jobs: list[Callable[[], Packed]] = []
    for start in range(0, len(county.household_ids), HOUSEHOLDS_A_CHUNK):
        jobs.append(lambda start=start: Households(county, start).packed())  # type: ignore[misc]
    for start in range(0, len(county.firms), OTHERS_A_CHUNK):
        jobs.append(lambda start=start: Sites(county, start).packed())  # type: ignore[misc]
    for start in range(0, len(county.tags), OTHERS_A_CHUNK):
        jobs.append(lambda start=start: Tags(county, start, kinds).packed())  # type: ignore[misc]
    return jobs


class _Subjects(Chunk):
    def added(self, kind: str, key: bytes, area: bytes, name: str, clerk: Holder, at: int) -> None:
        """Note that a file was begun."""
        values = {"name": quote(name)}
        self.journal.note(ADDED[kind], values, subject=key, area=area, hand=clerk.hand, at=at)


class Households(_Subjects):
    """Households with their members."""

    def __init__(self, county: County, start: int) -> None:
        super().__init__(county, f"households:{start}")
        self.households = self.sheet(
            Household,
            ("id", "area_id", "address", "code", "lon", "lat", "changed_at", "changed_by_name"),
        )
        self.residents = self.sheet(
            Resident,
            (
                "id", "area_id", "changed_at", "changed_by_name", "name", "name_initials", "sex", "birth_date",
                "id_index", "phone_index", "occupation", "presence", "away_at", "origin",
            ),
        )  # fmt: skip
        self.numbers = self.sheet(Identity, ("resident_id", "area_id", "id_number", "phone"))
        self.members = self.sheet(
            HouseholdMember, ("id", "household_id", "resident_id", "relation", "starts_on")
        )
        for number in range(start, min(start + HOUSEHOLDS_A_CHUNK, len(county.household_ids))):
            self._household(number)

    def _household(self, number: int) -> None:
        county, gauss = self.county, self.rng.gauss
        seed, key = county.population.households[number], county.household_ids[number]
        at, area = county.registered_at[number], county.area_ids[seed.area_code]
        clerk, where = (
            self.draw("village_clerk", seed.area_code[:12], at),
            county.tree.by_code[seed.area_code],
        )
        self.households.add(
            uid(key),
            uid(area),
            text(seed.address),
            text(seed.code),
            real(round(gauss(where.lon, 0.0004), 5)),
            real(round(gauss(where.lat, 0.0004), 5)),
            moment(at),
            text(clerk.name),
        )
        self.added("household", key, area, seed.address, clerk, at)
        for resident in county.members(number):
            self._resident(resident, uid(key), area, clerk, seed.since)

    def _resident(
        self, seed: ResidentSeed, household: bytes, area: bytes, clerk: Holder, since: date
    ) -> None:
        county = self.county
        key, at, born = county.resident_ids[seed.number], county.joined_at(seed), number_of(seed.born_on)
        self.residents.add(
            uid(key),
            uid(area),
            moment(at),
            text(clerk.name),
            text(seed.name),
            text(initials(seed.name)),
            text(seed.sex),
            day(born),
            blob(registry.id_index(seed.id_number)),
            blob(registry.phone_index(seed.phone)),
            text(seed.occupation),
            text("away" if seed.away_at else "here"),
            text(seed.away_at),
            text(seed.newcomer_from),
        )
        row = UUID(bytes=key)
        phone = seal(seed.phone, place=PHONE_PLACE, row=row) if seed.phone else None
        self.numbers.add(
            uid(key), uid(area), blob(seal(seed.id_number, place=ID_PLACE, row=row)), blob(phone)
        )
        relation = registry.relation_key(seed.relation) or "not_kin"  # 合租: they only share a roof
        self.members.add(
            uid(self.ids.at(at)), household, uid(key), text(relation), day(max(number_of(since), born))
        )
        self.added("resident", key, area, seed.name, clerk, at)


class Sites(_Subjects):
    """Enterprises, and with the first of them all places."""

    def __init__(self, county: County, start: int) -> None:
        super().__init__(county, f"sites:{start}")
        shared = (
            "id",
            "area_id",
            "changed_at",
            "changed_by_name",
            "name",
            "name_initials",
            "address",
            "lon",
            "lat",
        )
        self.enterprises = self.sheet(
            Enterprise,
            (*shared, "uscc", "industry", "employees", "contact_name", "phone", "phone_index"),
        )
        self.places = self.sheet(Place, (*shared, "kind"))
        for firm in county.firms[start : start + OTHERS_A_CHUNK]:
            self._enterprise(firm)
        for place in county.places if start == 0 else ():
            self._place(place)

    def _begun(self, seed: FirmSeed | PlaceSeed, kind: str, key: bytes, spread: float) -> bytes:
        """Note the file and pack the columns that both kinds share."""
        county, gauss = self.county, self.rng.gauss
        at = county.file_since(kind, seed.number)
        area, where = county.area_ids[seed.area_code], county.tree.by_code[seed.area_code]
        clerk = self.draw("village_clerk", seed.area_code[:12], at)
        self.added(kind, key, area, seed.name, clerk, at)
        lon, lat = (
            (seed.lon, seed.lat)
            if isinstance(seed, PlaceSeed)
            else (gauss(where.lon, spread), gauss(where.lat, spread))
        )
        return b"".join(
            (
                uid(key),
                uid(area),
                moment(at),
                text(clerk.name),
                text(seed.name),
                text(initials(seed.name)),
                text(seed.address),
                real(round(lon, 5)),
                real(round(lat, 5)),
            )
        )

    def _enterprise(self, seed: FirmSeed) -> None:
        key = self.county.firm_ids[seed.number]
        sealed = seal(seed.phone, place=FIRM_PHONE_PLACE, row=UUID(bytes=key))
        self.enterprises.add(
            self._begun(seed, "enterprise", key, 0.0006),
            text(seed.credit_code),
            text(f"{seed.trade}（{seed.products}）"),
            text(next((band for limit, band in EMPLOYEE_BANDS if seed.employees < limit), "over_1000")),
            text(seed.contact),
            blob(sealed),
            blob(registry.phone_index(seed.phone)),
        )

    def _place(self, seed: PlaceSeed) -> None:
        key = self.county.place_ids[seed.number]
        self.places.add(self._begun(seed, "place", key, 0.0), text(PLACE_KINDS[seed.kind]))


class Tags(Chunk):
    """Tags, each on a file that exists."""

    def __init__(self, county: County, start: int, kinds: Mapping[str, TagKind]) -> None:
        super().__init__(county, f"tags:{start}")
        self.kinds = kinds
        self.tags = self.sheet(
            Tag,
            (
                "id",
                "subject_id",
                "area_id",
                "subject_kind",
                "kind_id",
                "owner_id",
                "reason",
                "starts_on",
                "ends_on",
                "consent",
                "consent_on",
            ),
        )
        for seed in county.tags[start : start + OTHERS_A_CHUNK]:
            self._tag(seed)

    def _tag(self, seed: TagSeed) -> None:
        at, key, area = (
            self._at(seed),
            self._ids_of(seed.subject_kind)[seed.number],
            self.county.area_ids[seed.area_code],
        )
        clerk = self.draw("village_clerk", seed.area_code[:12], at)
        kind = self.kinds[seed.kind]
        consent = self._consent(seed) if kind.needs_consent else ""
        self.tags.add(
            uid(self.ids.at(at)),
            uid(key),
            uid(area),
            text(seed.subject_kind),
            uid(self.kinds[seed.kind].id.bytes),
            uid(clerk.person),
            text(seed.reason),
            day(number_of(seed.starts_on)),
            day(number_of(seed.ends_on) if seed.ends_on else None),
            text(consent),
            day(number_of(seed.starts_on) if consent else None),
        )
        values = {"reason": quote(seed.reason)}
        shape = tag_shape(seed.subject_kind, kind.label, seed.ends_on, consent)
        self.journal.note(shape, values, subject=key, area=area, hand=clerk.hand, at=at)

    def _consent(self, seed: TagSeed) -> str:
        """Say who agreed: a child's guardian, or whoever it is about."""
        residents = self.county.population.residents
        is_child = (
            seed.subject_kind == "resident" and residents[seed.number].age(seed.starts_on) < GUARDIAN_BELOW
        )
        return "guardian" if is_child or seed.kind == "left_behind_child" else "self"

    def _at(self, seed: TagSeed) -> int:
        """Return when it was put on: on its first day, or when the file was there."""
        county, at = self.county, start_of(number_of(seed.starts_on)) + self.rng.randint(31_000, 62_000)
        if seed.subject_kind == "resident":
            begun = county.joined_at(county.population.residents[seed.number])
        else:
            begun = county.file_since(seed.subject_kind, seed.number)
        return min(max(at, begun + HOUR), county.at - HOUR)

    def _ids_of(self, kind: str) -> Sequence[bytes]:
        county = self.county
        return {
            "resident": county.resident_ids,
            "household": county.household_ids,
            "enterprise": county.firm_ids,
            "place": county.place_ids,
        }[kind]


@cache
def tag_shape(subject_kind: str, label: str, ends_on: date | None, consent: str) -> Shape:
    """Return the shape of a tag's entry."""
    return Shape(
        TagAdded(
            subject_kind=subject_kind,
            subject_id=NOBODY,
            area_id=NOBODY,
            label=label,
            reason=Blank("reason"),
            ends_on=ends_on,
            consent_label=registry.CONSENT_LABELS.get(consent, ""),
        )
    )
