"""Where cases come from: findings of visits, telephone calls, door codes, officers' desks; and the printed codes."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from minqing.cases.public import DoorCode, Topic
from minqing.seed.full.case_shapes import code, door_code_shape
from minqing.seed.full.cases import Cases, Matters, Report
from minqing.seed.full.chunk import OWNER, Chunk
from minqing.seed.full.county import County
from minqing.seed.full.crew import Packed
from minqing.seed.full.diary import VISITS_A_CHUNK, Doors, Found, Subject, Visits, Walks
from minqing.seed.full.moments import HOUR, WorkingTime, date_of, day_of, start_of
from minqing.seed.full.rhythm import OFFICE_HOURS, REPORT_HOURS, Rhythm, weigh_reports
from minqing.seed.full.sheets import moment, text, uid, uid_or_null
from minqing.seed.matters import ANONYMOUS_SHARE
from minqing.seed.records import DOOR_CODE_LENGTH, HOUSEHOLD_CODES_SHARE
from minqing.seed.tree import COUNTY_CODE
from minqing.workflow.public import current_calendar

REPORTS_A_CHUNK: Final = 4_000
CODES_A_CHUNK: Final = 10_000
# Of what does not come from visits.
SOURCES: Final = ("hotline", "officer", "door_code")
SOURCE_SHARES: Final = (0.47, 0.76)
CALLER_ANONYMOUS_SHARE: Final = 0.3  # of those who write anonymously, so many would when they call
REPORT_SPARE: Final = 20 * 60
# Longer than the longest wait (`courses.FORGOTTEN_HOURS`) of a matter that came in today.
CALENDAR_AFTER: Final = timedelta(days=260)
CODE_STEP: Final = 309_017_329
ADULT: Final = 18


@dataclass(frozen=True)
class Calls:
    """What all chunks of reports share."""

    matters: Matters
    doors: Doors

    @property
    def county(self) -> County:
        return self.matters.county

    @cached_property
    def rhythm(self) -> Rhythm:
        county = self.county
        weigh = weigh_reports(county.told_since, self.matters.working.calendar, county.rng("reports:days"))
        total = county.sizes.cases - county.sizes.cases_from_visits
        return Rhythm(total, county.told_since, county.at, weigh)


def make_matters(county: County) -> Matters:
    """Lay the working time of the seven years and what follows end to end; asks the database what it must."""
    first, last = date_of(county.told_since - 1), county.today + CALENDAR_AFTER
    topics = {topic.key: topic.id.bytes for topic in Topic.objects.using(OWNER)}
    return Matters(county, WorkingTime(current_calendar(), first, last), topics)


class Reports(Cases):
    """A stretch of what was reported by telephone, by code or at an officer's desk."""

    def __init__(self, calls: Calls, start: int) -> None:
        super().__init__(calls.matters, f"reports:{start}")
        self.calls = calls
        sizes = self.county.sizes
        total = sizes.cases - sizes.cases_from_visits
        for number in range(start, min(start + REPORTS_A_CHUNK, total)):
            self.open(self._report(number))

    def _report(self, number: int) -> Report:
        county, rng = self.county, self.rng
        source = SOURCES[bisect(SOURCE_SHARES, rng.random())]
        hours = OFFICE_HOURS if source == "officer" else REPORT_HOURS
        at = self.calls.rhythm.moment(rng, number, hours, REPORT_SPARE)
        self.teller.month = date_of(day_of(at)).month
        subject = self.calls.doors.draw(rng.random, at, (0.12, 0.06))
        firm = county.firms[subject.number] if subject.kind == "enterprise" else None
        voice = "_call" if source == "hotline" else ""
        told = self.teller.tell(subject.kind, county.tree.by_code[subject.area_code], firm=firm, voice=voice)
        report = Report(
            number=county.sizes.cases_from_visits + number,
            source=source,
            area_code=subject.area_code,
            told=told,
            words=told.words,
            opened_at=at,
        )
        if self._is_anonymous(source, subject):
            report.is_anonymous = True
            report.area_code = subject.area_code[:15]
            report.opened_at = at - at % HOUR
            return report
        report.subject_kind, report.subject = subject.kind, subject.key
        report.contact = contact_of(self, subject, at)
        if source == "hotline":
            report.opened_by = self.draw("follow_up_caller", COUNTY_CODE, at)
        elif source == "officer":
            report.opened_by = self.draw("village_clerk", subject.area_code[:12], at)
        return report

    def _is_anonymous(self, source: str, subject: Subject) -> bool:
        if source == "officer" or subject.kind == "enterprise":
            return False
        share = ANONYMOUS_SHARE * (CALLER_ANONYMOUS_SHARE if source == "hotline" else 1.0)
        return self.rng.random() < share


def contact_of(cases: Cases, subject: Subject, at: int) -> tuple[str, str] | None:
    """Return who may be called back: name and phone of an adult, a firm's contact or a place's keeper."""
    county = cases.county
    if subject.kind == "enterprise":
        firm = county.firms[subject.number]
        return firm.contact, firm.phone
    if subject.kind == "place":
        place = county.places[subject.number]
        return place.keeper, place.phone
    day = date_of(day_of(at))
    adults = [one for one in county.members(subject.number) if one.phone and one.age(day) >= ADULT]
    if not adults:
        return None
    member = adults[int(cases.rng.random() * min(2, len(adults)))]
    return member.name, member.phone


class FromVisits(Cases):
    """The cases of a stretch of visits."""

    def __init__(self, calls: Calls, start: int, found: list[Found]) -> None:
        super().__init__(calls.matters, f"visits:{start}")
        sizes = self.county.sizes
        number = start * sizes.cases_from_visits // sizes.visits
        for one in found:
            self.open(self._report(number, one))
            number += 1

    def _report(self, number: int, found: Found) -> Report:
        return Report(
            number=number,
            source="visit",
            area_code=found.subject.area_code,
            told=found.told,
            words=found.text,
            opened_at=min(found.at + self.rng.randint(20, 1500), self.county.at - 1),
            subject_kind=found.subject.kind,
            subject=found.subject.key,
            finding=found.key,
            opened_by=found.by,
            contact=contact_of(self, found.subject, found.at),
        )


class DoorCodes(Chunk):
    """Printed codes: one for every grid, every place and some doors."""

    def __init__(self, county: County, start: int) -> None:
        super().__init__(county, f"codes:{start}")
        self.codes = self.sheet(DoorCode, ("id", "code", "area_id", "subject_kind", "subject_id", "made_at"))
        first = county.rng("door codes").randrange(29**DOOR_CODE_LENGTH)
        for number, one in enumerate(self._wanted(start), start):
            drawn = code((first + number * CODE_STEP) % 29**DOOR_CODE_LENGTH, DOOR_CODE_LENGTH)
            self._code(drawn, *one)

    def _wanted(self, start: int) -> Iterator[tuple[str, str, bytes | None, int]]:
        """Yield (area, kind, subject, not before) of a stretch of the codes."""
        county = self.county
        grids = county.tree.at_level("grid")
        every = round(1 / HOUSEHOLD_CODES_SHARE)
        first_home = len(grids) + len(county.places)
        total = first_home + len(county.household_ids) // every
        for number in range(start, min(start + CODES_A_CHUNK, total)):
            if number < len(grids):
                yield grids[number].code, "", None, 0
            elif number < first_home:
                place = number - len(grids)
                area = county.places[place].area_code
                yield area, "place", county.place_ids[place], county.place_registered_at[place]
            else:
                home = (number - first_home) * every
                area = county.population.households[home].area_code
                yield area, "household", county.household_ids[home], county.registered_at[home]

    def _code(self, drawn: str, area_code: str, kind: str, subject: bytes | None, since: int) -> None:
        county = self.county
        earliest = max(county.told_since, day_of(since) + 1)
        day = min(earliest + self.rng.randint(0, 400), day_of(county.at) - 1)
        at = max(start_of(day) + self.rng.randint(32_400, 61_200), since)
        area = county.area_ids[area_code]
        clerk = self.draw("village_clerk", area_code[:12], at)
        self.codes.add(
            uid(self.ids.at(at)), text(drawn), uid(area), text(kind), uid_or_null(subject), moment(at)
        )
        shape = door_code_shape(kind or "area")
        self.journal.note(
            shape, {"code": f'"{drawn}"'}, subject=subject or area, area=area, hand=clerk.hand, at=at
        )


def case_jobs(calls: Calls) -> list[Callable[[], Packed]]:
    """Cut the reports and the printed codes into chunks."""
    sizes = calls.county.sizes
    reports = range(0, sizes.cases - sizes.cases_from_visits, REPORTS_A_CHUNK)
    codes = range(0, 2_000 + len(calls.county.places) + len(calls.county.household_ids) // 8, CODES_A_CHUNK)
    return [
        *(lambda start=start: DoorCodes(calls.county, start).packed() for start in codes),
        *(lambda start=start: Reports(calls, start).packed() for start in reports),
    ]


def visit_and_case_jobs(walks: Walks, calls: Calls) -> list[Callable[[], Packed]]:
    """Cut the visits into chunks, each with the cases that come from its findings."""

    def make(start: int) -> Packed:
        visits = Visits(walks, start)
        return [*visits.packed(), *FromVisits(calls, start, visits.found).packed()]

    starts = range(0, walks.county.sizes.visits, VISITS_A_CHUNK)
    return [lambda start=start: make(start) for start in starts]  # type: ignore[misc]
