"""Open 1,500 cases from four sources: a visit's finding, a door code, an officer's desk, the hotline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from minqing.kernel.clock import to_the_hour
from minqing.seed.courses import Conductor, Course
from minqing.seed.lives import VisitSeed
from minqing.seed.officials import SECOND_VILLAGE, STORY_TOWN, STORY_VILLAGE, AppointmentSeed
from minqing.seed.people import HouseholdSeed, ResidentSeed
from minqing.seed.stories import Storyteller, Told
from minqing.seed.tree import COUNTY_CODE
from minqing.seed.world import HALF_YEAR_DAYS, LOCAL, World
from minqing.workflow.public import Calendar, procedure

CASES_TOTAL = 1_500
SOURCES = {"visit": 0.46, "door_code": 0.18, "officer": 0.12, "hotline": 0.24}
PROCEDURES = {"visit": "prompt", "officer": "prompt", "door_code": "hotline", "hotline": "hotline"}
RECENT_SHARE, RECENT_DAYS = 0.24, 12
ANONYMOUS_SHARE = 0.32
URGED_SHARE = 0.165
ADDED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class CaseSeed:
    """A case, how it came in and how far it went. `contact`: (name, phone) of whoever may be called back."""

    number: int
    source: str
    procedure: str
    area_code: str
    told: Told
    title: str
    words: str
    subject_kind: str
    subject: int | None
    finding: tuple[int, int] | None
    opened_by: AppointmentSeed | None
    opened_at: datetime
    is_anonymous: bool
    contact: tuple[str, str] | None
    course: Course
    urged_at: tuple[datetime, ...]
    additions: tuple[tuple[datetime, str], ...]


# Matters that wait for the demonstration accounts, in their village: (source, steps taken so far, unit, how many).
STORIES: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("officer", (), "", 2),
    ("officer", ("accept",), "", 2),
    ("officer", ("lift",), "", 2),
    ("officer", ("lift", "assign"), f"{STORY_TOWN}-1", 2),
    ("officer", ("lift", "assign", "refuse"), f"{STORY_TOWN}-1", 1),
    ("officer", ("lift", "assign", "refuse", "overrule", "refuse_again"), f"{STORY_TOWN}-1", 1),
    ("officer", ("accept", "finish"), "", 2),
    ("hotline", (), "", 2),
    ("door_code", ("sign",), "", 1),
    ("door_code", ("sign", "assign"), "county-5", 2),
    ("hotline", ("sign", "assign"), f"{STORY_TOWN}-1", 1),
    ("door_code", ("sign", "assign", "refuse"), "county-5", 1),
    ("hotline", ("sign", "assign", "refuse", "overrule", "refuse_again"), f"{STORY_TOWN}-1", 1),
    ("hotline", ("sign", "assign", "conclude"), f"{STORY_TOWN}-1", 2),
    ("hotline", ("sign", "assign", "conclude", "approve"), "county-5", 2),
)
STORY_DAYS_MAX = 15


@dataclass(frozen=True, slots=True)
class _Report:
    source: str
    area_code: str
    told: Told
    words: str
    opened_at: datetime
    subject_kind: str = ""
    subject: int | None = None
    finding: tuple[int, int] | None = None
    opened_by: AppointmentSeed | None = None
    is_anonymous: bool = False
    contact: tuple[str, str] | None = None


def open_cases(world: World, visits: Sequence[VisitSeed], calendar: Calendar) -> list[CaseSeed]:
    """Open the cases and take them as far as they came: 1,500 at scale 1, oldest first."""
    return _Desk(world, visits, calendar).everything()


class _Desk:
    def __init__(self, world: World, visits: Sequence[VisitSeed], calendar: Calendar) -> None:
        self.world, self.visits = world, visits
        self.rng = Random(f"{world.seed}:cases")  # noqa: S311  a believable county, not a secret
        self.teller = Storyteller(world.tree, self.rng)
        self.conductor = Conductor(world.tree, world.staff, self.teller, calendar, self.rng, world.now)
        self.homes = [
            home for home in world.population.households if not home.rented or self.rng.random() < 0.6
        ]

    def everything(self) -> list[CaseSeed]:
        total = max(20, round(CASES_TOTAL * self.world.scale))
        reports = [*self._from_visits(round(total * SOURCES["visit"]))]
        for source in ("door_code", "officer"):
            reports += [self._report(source) for _ in range(round(total * SOURCES[source]))]
        stories = list(self._stories())
        reports += [self._report("hotline") for _ in range(total - len(reports) - len(stories))]
        walked = [(report, self._walk(report)) for report in reports] + stories
        walked.sort(key=lambda one: one[0].opened_at)
        return [self._case(number, *one) for number, one in enumerate(walked)]

    def _stories(self) -> Iterator[tuple[_Report, Course]]:
        """Have something waiting for every demonstration account, lately and in its own village."""
        for village in (STORY_VILLAGE, SECOND_VILLAGE):
            for source, path, unit, count in STORIES if village == STORY_VILLAGE else STORIES[:2]:
                field = next((one.fields[0] for one in self.world.staff.units if one.key == unit), "")
                homes = [home for home in self.homes if home.area_code.startswith(village)]
                first_grid = [home for home in homes if home.area_code.startswith(f"{village}001")]
                homes = first_grid if first_grid and source == "officer" else homes
                for _ in range(count if homes else 0):
                    yield self._story(self.rng.choice(homes), source, path, unit, field)

    def _story(
        self, home: HouseholdSeed, source: str, path: tuple[str, ...], unit: str, field: str
    ) -> tuple[_Report, Course]:
        """Open a matter as late as the working days allow for it to have come so far by now."""
        voice = "_call" if source == "hotline" else ""
        told = self.teller.tell("household", self.world.tree.by_code[home.area_code], voice=voice)
        while field and told.matter.field != field:
            told = self.teller.tell("household", self.world.tree.by_code[home.area_code], voice=voice)
        for hours in range(2, STORY_DAYS_MAX * 24, 3):
            at = self.world.now - timedelta(hours=hours, minutes=self.rng.randint(0, 50))
            report = _Report(
                source=source,
                area_code=home.area_code,
                told=told,
                words=told.words,
                opened_at=at,
                subject_kind="household",
                subject=home.number,
                opened_by=self._opener(source, home.area_code),
                contact=self._contact("household", home.number),
            )
            course = self._walk(report, path=path, unit=unit)
            if len(course.steps) == len(path) and 7 <= at.astimezone(LOCAL).hour < 21:
                break
        return report, course

    def _walk(self, report: _Report, *, path: tuple[str, ...] | None = None, unit: str = "") -> Course:
        return self.conductor.walk(
            procedure(PROCEDURES[report.source]),
            report.told,
            area_code=report.area_code,
            opened_at=report.opened_at,
            nameless=report.is_anonymous,
            path=path,
            unit=unit,
        )

    def _from_visits(self, count: int) -> Iterator[_Report]:
        """Turn findings that were not solved on the spot into cases; the latest ones most of all."""
        open_findings = [
            (visit, number)
            for visit in self.visits
            for number, finding in enumerate(visit.findings, 1)
            if not finding.solution
        ]
        recent_from = self.world.now - timedelta(days=RECENT_DAYS)
        recent = [one for one in open_findings if one[0].recorded_at >= recent_from]
        earlier = [one for one in open_findings if one[0].recorded_at < recent_from]
        self.rng.shuffle(recent)
        self.rng.shuffle(earlier)
        chosen = recent[: round(count * RECENT_SHARE)]
        chosen += earlier[: count - len(chosen)]
        for visit, number in chosen:
            finding = visit.findings[number - 1]
            yield _Report(
                source="visit",
                area_code=visit.area_code,
                told=finding.told,
                words=finding.text,
                opened_at=min(
                    visit.recorded_at + timedelta(seconds=self.rng.randint(20, 1500)), self.world.now
                ),
                subject_kind=visit.subject_kind,
                subject=visit.subject,
                finding=(visit.number, number),
                opened_by=visit.appointment,
                contact=self._contact(visit.subject_kind, visit.subject),
            )

    def _report(self, source: str) -> _Report:
        at = self._moment()
        kind = self.rng.choices(("household", "enterprise", "place"), (82, 12, 6))[0]
        if kind == "household":
            home = self.rng.choice(self.homes)
            subject, area_code, firm = home.number, home.area_code, None
        elif kind == "enterprise":
            firm = self.rng.choice(self.world.firms)
            subject, area_code = firm.number, firm.area_code
        else:
            place = self.rng.choice(self.world.places)
            subject, area_code, firm = place.number, place.area_code, None
        anonymous = (
            source in ("door_code", "hotline")
            and kind != "enterprise"
            and self.rng.random() < ANONYMOUS_SHARE
        )
        if source == "hotline":
            anonymous = anonymous and self.rng.random() < 0.3
        voice = "_call" if source == "hotline" else ""
        told = self.teller.tell(kind, self.world.tree.by_code[area_code], firm=firm, voice=voice)
        if anonymous:
            area_code = area_code[:15]
            at = to_the_hour(at)
        return _Report(
            source=source,
            area_code=area_code,
            told=told,
            words=told.words,
            opened_at=at,
            subject_kind="" if anonymous else kind,
            subject=None if anonymous else subject,
            opened_by=None if anonymous else self._opener(source, area_code),
            is_anonymous=anonymous,
            contact=None if anonymous else self._contact(kind, subject),
        )

    def _opener(self, source: str, area_code: str) -> AppointmentSeed | None:
        staff = self.world.staff
        if source == "hotline":
            return self.rng.choice(staff.holding("follow_up_caller", COUNTY_CODE))
        if source == "officer":
            return self.rng.choice(staff.holding("village_clerk", area_code[:12]))
        return None

    def _contact(self, kind: str, subject: int) -> tuple[str, str] | None:
        if kind == "enterprise":
            firm = self.world.firms[subject]
            return firm.contact, firm.phone
        if kind == "place":
            place = self.world.places[subject]
            return place.keeper, place.phone
        adults: list[ResidentSeed] = [
            member
            for member in self.world.members[subject]
            if member.phone and member.age(self.world.today) >= 18
        ]
        if not adults:
            return None
        member = self.rng.choice(adults[:2])
        return member.name, member.phone

    def _moment(self) -> datetime:
        """Draw when somebody reports: by day mostly, in the evening too, more of late."""
        days = RECENT_DAYS if self.rng.random() < RECENT_SHARE else HALF_YEAR_DAYS
        while True:
            day = self.world.today - timedelta(days=self.rng.randint(0, days))
            minutes = self.rng.choice(
                (self.rng.randint(450, 720), self.rng.randint(780, 1080), self.rng.randint(1080, 1310))
            )
            at = datetime.combine(day, time(), LOCAL) + timedelta(
                minutes=minutes, seconds=self.rng.randint(0, 59)
            )
            if at < self.world.now - timedelta(minutes=20):
                return at

    def _case(self, number: int, report: _Report, course: Course) -> CaseSeed:
        until = course.closed_at or self.world.now
        return CaseSeed(
            number=number,
            source=report.source,
            procedure=PROCEDURES[report.source],
            area_code=report.area_code,
            told=report.told,
            title=self.teller.title(report.told),
            words=report.words,
            subject_kind=report.subject_kind,
            subject=report.subject,
            finding=report.finding,
            opened_by=report.opened_by,
            opened_at=report.opened_at,
            is_anonymous=report.is_anonymous,
            contact=report.contact,
            course=course,
            urged_at=tuple(self._urges(report, until)),
            additions=tuple(self._additions(report, until)),
        )

    def _urges(self, report: _Report, until: datetime) -> Iterator[datetime]:
        """Urge once or twice, a day or more apart, while it is open."""
        at = report.opened_at + timedelta(hours=self.rng.uniform(26, 90))
        if self.rng.random() < URGED_SHARE:
            for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
                at = self._of_reporter(at, report)
                if at >= until:
                    return
                yield at
                at += timedelta(hours=self.rng.uniform(25, 60))

    def _additions(self, report: _Report, until: datetime) -> Iterator[tuple[datetime, str]]:
        """Add a word while it is open."""
        if self.rng.random() < ADDED_SHARE:
            at = self._of_reporter(report.opened_at + timedelta(hours=self.rng.uniform(3, 70)), report)
            if report.opened_at < at < until:
                yield at, self.teller.addition(report.told.slots)

    def _of_reporter(self, at: datetime, report: _Report) -> datetime:
        here = at.astimezone(LOCAL)
        if not 7 <= here.hour < 22:
            here = here.replace(hour=self.rng.randint(8, 20))
        here = max(here, at)
        return to_the_hour(here) if report.is_anonymous else here
