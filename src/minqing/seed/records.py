"""Turn half a year of visits into rows: visits, findings, door codes, and their entries in the chronicle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID

from minqing.cases.events import DoorCodeMade
from minqing.cases.public import DoorCode
from minqing.diary.public import Finding, FindingInput, GeoFix, Visit, Words, content_hash, recorded_event
from minqing.kernel.ids import LETTERS
from minqing.seed.chronicle import Chronicle
from minqing.seed.copying import Ids
from minqing.seed.lives import VisitSeed
from minqing.seed.register import Register
from minqing.seed.tree import SEEDED_TOWNS
from minqing.seed.world import World

DOOR_CODE_LENGTH = 8
HOUSEHOLD_CODES_SHARE = 0.12
CODES_MADE_DAYS_AGO = 190


class Codes:
    """Draws codes in the letters of the real ones, each once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._drawn: set[str] = set()

    def draw(self, length: int) -> str:
        while (code := "".join(self.rng.choice(LETTERS) for _ in range(length))) in self._drawn:
            pass
        self._drawn.add(code)
        return code


class Records:
    """Rows of the diary and of the printed codes."""

    def __init__(
        self, world: World, register: Register, chronicle: Chronicle, visits: Sequence[VisitSeed]
    ) -> None:
        self.world, self.register, self.chronicle, self.seeds = world, register, chronicle, visits
        self.rng = Random(f"{world.seed}:records")  # noqa: S311  a believable county, not a secret
        self.ids, self.codes = Ids(self.rng), Codes(self.rng)
        self.finding_ids: dict[tuple[int, int], UUID] = {}

    def visits(self) -> tuple[list[Visit], list[Finding]]:
        """Make the rows of all visits and findings."""
        visits: list[Visit] = []
        findings: list[Finding] = []
        for seed in self.seeds:
            visit, found = self._visit(seed), []
            for number, one in enumerate(seed.findings, 1):
                finding = Finding(
                    id=self.ids.at(seed.recorded_at),
                    visit=visit,
                    number=number,
                    text=one.text,
                    solved_on_spot=bool(one.solution),
                    solution=one.solution,
                    added_at=seed.recorded_at,
                )
                self.finding_ids[seed.number, number] = finding.id
                found.append(finding)
            hand = self.register.hand(seed.appointment)
            self.chronicle.note(recorded_event(visit, found, 0), by=hand, at=seed.recorded_at)
            visits.append(visit)
            findings += found
        return visits, findings

    def _visit(self, seed: VisitSeed) -> Visit:
        subject_id = self.register.subject_ids[seed.subject_kind][seed.subject]
        officer_id = self.register.person_ids[seed.appointment.person]
        place = GeoFix(*seed.point) if seed.point else None
        words = Words(met=seed.met, heard=seed.heard, done=seed.done, kind=seed.kind)
        return Visit(
            id=self.ids.at(seed.visited_at),
            area_id=self.register.area_ids[seed.area_code],
            officer_id=officer_id,
            appointment_id=self.register.appointment_ids[seed.appointment.key],
            kind=seed.kind,
            subject_kind=seed.subject_kind,
            subject_id=subject_id,
            visited_at=seed.visited_at,
            recorded_at=seed.recorded_at,
            lon=place.lon if place else None,
            lat=place.lat if place else None,
            accuracy_m=place.accuracy_m if place else None,
            met=seed.met,
            heard=seed.heard,
            done=seed.done,
            content_hash=content_hash(
                officer_id=officer_id,
                subject_kind=seed.subject_kind,
                subject_id=subject_id,
                visited_at=seed.visited_at,
                words=words,
                findings=[FindingInput(one.text, bool(one.solution), one.solution) for one in seed.findings],
                place=place,
                photo_hashes=[],
            ),
        )

    def door_codes(self) -> Iterator[DoorCode]:
        """Print a code for every grid of the seeded towns, for places, and for some doors."""
        for town in SEEDED_TOWNS:
            for grid in self.world.tree.at_level("grid", town):
                yield self._code("", None, self.register.area_ids[grid.code], grid.code)
        for place in self.world.places:
            subject_id = self.register.subject_ids["place"][place.number]
            area_id = self.register.area_ids[place.area_code]
            yield self._code("place", subject_id, area_id, place.area_code)
        for home in self.world.population.households:
            if self.rng.random() < HOUSEHOLD_CODES_SHARE:
                subject_id = self.register.subject_ids["household"][home.number]
                area_id = self.register.area_ids[home.area_code]
                yield self._code("household", subject_id, area_id, home.area_code)

    def _code(self, kind: str, subject_id: UUID | None, area_id: UUID, area_code: str) -> DoorCode:
        made_at = self.register.day(self.rng.randint(150, CODES_MADE_DAYS_AGO), self.rng.uniform(9, 17))
        code = self.codes.draw(DOOR_CODE_LENGTH)
        clerk = self.world.staff.holding("village_clerk", area_code[:12])[0]
        event = DoorCodeMade(
            subject_kind=kind or "area", subject_id=subject_id or area_id, area_id=area_id, code=code
        )
        self.chronicle.note(event, by=self.register.hand(clerk), at=made_at)
        return DoorCode(
            id=self.ids.at(made_at),
            code=code,
            area_id=area_id,
            subject_kind=kind,
            subject_id=subject_id,
            made_at=made_at,
        )
