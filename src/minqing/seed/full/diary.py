"""Visits of seven years with their findings, chunk by chunk in the order of time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final
from uuid import UUID

from minqing.diary.events import VisitRecorded
from minqing.diary.public import KIND_LABELS, Finding, FindingInput, GeoFix, Visit, Words, content_hash
from minqing.seed.firms import FirmSeed, PlaceSeed
from minqing.seed.full.chunk import Chunk
from minqing.seed.full.county import County
from minqing.seed.full.crew import Packed
from minqing.seed.full.entries import Blank, Shape, quote
from minqing.seed.full.moments import HOUR, as_datetime, date_of, day_of, in_iso
from minqing.seed.full.rhythm import VISIT_HOURS, Rhythm, weigh_visits
from minqing.seed.full.sheets import NO, NULL, YES, blob, moment, real, small, text, uid
from minqing.seed.full.staff import Holder
from minqing.seed.full.teller import Teller
from minqing.seed.lives import MISSED_SHARE, OLD, SENTENCE, WITH_PLACE_SHARE
from minqing.seed.people import HouseholdSeed
from minqing.seed.stories import Told
from minqing.workflow.public import current_calendar

VISITS_A_CHUNK: Final = 4_000
OTHER_FINDING_SHARE: Final = 0.13
SOLVED_SHARE: Final = 0.75
UNEVEN_HOMES: Final = 1.9  # the homes that are called on most have many times as many visits as the others
UNEVEN_GRIDS: Final = 0.45
VILLAGE_OFFICIAL_SHARE: Final = 0.12
RECORDED_AFTER_MAX: Final = HOUR
NOBODY: Final = UUID(int=0)
NOWHERE: Final = NULL * 3


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody to call on, or about whom something is reported."""

    kind: str
    number: int
    key: bytes
    area_code: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding from which a case is opened: everything that the case takes over."""

    key: bytes
    text: str
    told: Told
    subject: Subject
    by: Holder
    at: int


class Doors:
    """Draws doors: grids unevenly, and within a grid a few homes very much more often than the others."""

    def __init__(self, county: County) -> None:
        self.county = county
        by_code = county.tree.by_code
        grids: dict[str, list[Subject]] = defaultdict(list)
        for home in county.population.households:
            one = Subject("household", home.number, county.household_ids[home.number], home.area_code)
            grids[by_code[home.area_code].parent_code].append(one)
        firms: dict[str, list[Subject]] = defaultdict(list)
        for firm in county.firms:
            one = Subject("enterprise", firm.number, county.firm_ids[firm.number], firm.area_code)
            firms[by_code[firm.area_code].parent_code].append(one)
        places: dict[str, list[Subject]] = defaultdict(list)
        for place in county.places:
            one = Subject("place", place.number, county.place_ids[place.number], place.area_code)
            places[place.area_code].append(one)
        rng = county.rng("doors")
        self._in_grid: list[tuple[list[Subject], list[Subject], list[Subject]]] = []
        weights = []
        for grid in county.tree.at_level("grid"):
            homes, own = grids.get(grid.code), (firms.get(grid.code, []), places.get(grid.code, []))
            if homes:
                rng.shuffle(homes)
                self._in_grid.append((homes, *own))
                weights.append((len(homes) + 2 * len(own[0])) * rng.lognormvariate(0.0, UNEVEN_GRIDS))
        self._weights = list(accumulate(weights))
        self._early = [
            one
            for homes, _, _ in self._in_grid
            for one in homes
            if day_of(county.registered_at[one.number]) < county.told_since
        ]

    def draw(self, rng: Callable[[], float], at: int, shares: tuple[float, float]) -> Subject:
        """Draw somebody whose file was there at a moment. `shares`: of enterprises and of places."""
        for _ in range(4):
            place = bisect_right(self._weights, rng() * self._weights[-1])
            homes, firms, places = self._in_grid[min(place, len(self._in_grid) - 1)]
            drawn = rng()
            pool = firms if drawn < shares[0] else places if drawn < shares[0] + shares[1] else homes
            pool = pool or homes
            one = pool[int(len(pool) * rng() ** UNEVEN_HOMES)]
            if self.county.file_since(one.kind, one.number) < at:
                return one
        return self._early[int(len(self._early) * rng())]


@dataclass(frozen=True)
class Walks:
    """What all chunks of visits share."""

    county: County
    doors: Doors
    rhythm: Rhythm


def make_walks(county: County, doors: Doors) -> Walks:
    """Spread the visits over the seven years; asks the database for the calendar."""
    weigh = weigh_visits(county.told_since, current_calendar(), county.rng("visits:days"))
    return Walks(county, doors, Rhythm(county.sizes.visits, county.told_since, county.at, weigh))


class Visits(Chunk):
    """A stretch of visits; `found` are the findings from which cases are opened."""

    def __init__(self, walks: Walks, start: int) -> None:
        county = walks.county
        super().__init__(county, f"visits:{start}")
        self.walks = walks
        self.teller = Teller(county.tree, self.rng, county.seed)
        self.visits = self.sheet(
            Visit,
            (
                "id", "subject_id", "area_id", "officer_id", "appointment_id", "kind", "subject_kind",
                "visited_at", "recorded_at", "lon", "lat", "accuracy_m", "met", "heard", "done", "content_hash",
            ),
        )  # fmt: skip
        self.findings = self.sheet(
            Finding, ("id", "visit_id", "number", "text", "solved_on_spot", "solution", "added_at")
        )
        self.found: list[Found] = []
        sizes = county.sizes
        for number in range(start, min(start + VISITS_A_CHUNK, sizes.visits)):
            before = number * sizes.cases_from_visits // sizes.visits
            self._visit(number, (number + 1) * sizes.cases_from_visits // sizes.visits > before)

    def _visit(self, number: int, opens_a_case: bool) -> None:
        county, rng = self.county, self.rng
        at = self.walks.rhythm.moment(rng, number, VISIT_HOURS, RECORDED_AFTER_MAX + 60)
        self.teller.month = date_of(day_of(at)).month
        subject = self.walks.doors.draw(rng.random, at, (0.18, 0.09))
        by = self._officer(subject.area_code, at)
        kind, met, heard, done, findings = self._words(subject, opens_a_case)
        recorded = at + int(
            rng.choice((4, 9, 15, 25)) * 60 if rng.random() < 0.9 else rng.uniform(1560, 3540)
        )
        key, place = self.ids.at(at), self._place(subject.area_code)
        area = county.area_ids[subject.area_code]
        self.visits.add(
            uid(key), uid(subject.key), uid(area), uid(by.person), uid(by.appointment), text(kind),
            text(subject.kind), moment(at), moment(recorded), *_place_columns(place), text(met), text(heard),
            text(done),
            blob(_hash(by, subject, at, Words(met=met, heard=heard, done=done, kind=kind), findings, place)),
        )  # fmt: skip
        for position, (found, solution, told) in enumerate(findings, 1):
            found_id = self.ids.at(recorded)
            solved = YES if solution else NO
            self.findings.add(
                uid(found_id),
                uid(key),
                small(position),
                text(found),
                solved,
                text(solution),
                moment(recorded),
            )
            if opens_a_case and position == 1:
                self.found.append(Found(found_id, found, told, subject, by, recorded))
        values = {
            "visit_id": f'"{UUID(bytes=key)}"',
            "visited_at": f'"{in_iso(at)}"',
            "finding_count": str(len(findings)),
            "solved_count": str(sum(bool(solution) for _, solution, _ in findings)),
            "met": quote(met),
            "heard": quote(heard),
            "done": quote(done),
            "findings": f"[{','.join(quote(found) for found, _, _ in findings)}]",
        }
        shape = visit_shape(subject.kind, kind, place is not None)
        self.journal.note(shape, values, subject=subject.key, area=area, hand=by.hand, at=recorded)

    def _officer(self, area_code: str, at: int) -> Holder:
        if self.rng.random() < VILLAGE_OFFICIAL_SHARE:
            role = "village_clerk" if self.rng.random() < 0.5 else "village_secretary"
            return self.draw(role, area_code[:12], at)
        return self.draw("grid_worker", area_code[:15], at)

    def _place(self, area_code: str) -> GeoFix | None:
        if self.rng.random() >= WITH_PLACE_SHARE:
            return None
        area = self.county.tree.by_code[area_code]
        lon, lat = self.rng.gauss(area.lon, 0.0003), self.rng.gauss(area.lat, 0.0003)
        return GeoFix(round(lon, 6), round(lat, 6), float(self.rng.choice((5, 8, 12, 20, 35))))

    def _words(
        self, subject: Subject, opens_a_case: bool
    ) -> tuple[str, str, str, str, list[tuple[str, str, Told]]]:
        """Return kind, whom one met, what was heard, what was done, and (finding, solution, matter)s."""
        county, rng, teller = self.county, self.rng, self.teller
        home = county.population.households[subject.number] if subject.kind == "household" else None
        if home and not opens_a_case and rng.random() < MISSED_SHARE:
            return "missed", "", "", teller.visit_phrase("missed"), []
        met, whose = self._met(subject, home)
        advised = f"advised_{whose}" if home is None else "advised"
        kind = (
            "safety"
            if subject.kind == "place"
            else rng.choices(("visit", "care", "policy", "safety"), (6, 3, 2, 1))[0]
        )
        heard = teller.chat(whose)
        if not opens_a_case and rng.random() >= OTHER_FINDING_SHARE:
            return kind, met, heard, teller.visit_phrase(advised), []
        finding = self._finding(subject, solved=not opens_a_case and rng.random() < SOLVED_SHARE)
        if finding[2].matter.topic.startswith("neighbours"):
            kind = "dispute"
        heard = heard + finding[2].words if rng.random() < 0.5 else finding[2].words
        return kind, met, heard, finding[1] or teller.visit_phrase("noted"), [finding]

    def _met(self, subject: Subject, home: HouseholdSeed | None) -> tuple[str, str]:
        if home is None:
            one: FirmSeed | PlaceSeed = (
                self.county.firms[subject.number]
                if subject.kind == "enterprise"
                else self.county.places[subject.number]
            )
            return self.teller.met_at(one), "firm" if isinstance(one, FirmSeed) else "place"
        members = self.county.members(subject.number)
        whose = "old" if members[0].age(self.county.today) >= OLD else "home"
        return self.teller.met(members), whose

    def _finding(self, subject: Subject, *, solved: bool) -> tuple[str, str, Told]:
        area = self.county.tree.by_code[subject.area_code]
        firm = self.county.firms[subject.number] if subject.kind == "enterprise" else None
        told = self.teller.tell(subject.kind, area, firm=firm, voice="_visit")
        found = told.words
        if self.rng.random() < 0.35:
            found = max((one for one in SENTENCE.findall(told.words) if len(one) > 6), key=len, default=found)
        return found, self.teller.spot(told) if solved and told.matter.spot else "", told


def _place_columns(place: GeoFix | None) -> tuple[bytes, ...]:
    if place is None:
        return (NOWHERE,)
    return real(place.lon), real(place.lat), real(place.accuracy_m)


def _hash(
    by: Holder,
    subject: Subject,
    at: int,
    words: Words,
    findings: list[tuple[str, str, Told]],
    place: GeoFix | None,
) -> bytes:
    return content_hash(
        officer_id=UUID(bytes=by.person),
        subject_kind=subject.kind,
        subject_id=UUID(bytes=subject.key),
        visited_at=as_datetime(at),
        words=words,
        findings=[FindingInput(found, bool(solution), solution) for found, solution, _ in findings],
        place=place,
        photo_hashes=[],
    )


@cache
def visit_shape(subject_kind: str, kind: str, with_place: bool) -> Shape:
    """Return the shape of a visit's entry."""
    numbers = {name: Blank(name) for name in ("visit_id", "finding_count", "solved_count", "findings")}
    return Shape(
        VisitRecorded(
            subject_kind=subject_kind,
            subject_id=NOBODY,
            area_id=NOBODY,
            visit_kind=kind,
            kind_label=KIND_LABELS[kind],
            visited_at=Blank("visited_at"),
            photo_count=0,
            with_place=with_place,
            met=Blank("met"),
            heard=Blank("heard"),
            done=Blank("done"),
            **numbers,  # type: ignore[arg-type]  # blanks stand for numbers and a list until an entry fills them
        )
    )


def visit_jobs(walks: Walks) -> list[Callable[[], Packed]]:
    """Cut the visits into chunks."""
    starts = range(0, walks.county.sizes.visits, VISITS_A_CHUNK)
    return [lambda start=start: Visits(walks, start).packed() for start in starts]  # type: ignore[misc]
