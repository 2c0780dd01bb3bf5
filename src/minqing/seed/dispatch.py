"""The dispatch catalogue of the seeded towns: who handles what, where, from when, and how often that was followed.

Lines are written by the service that the page calls, as the dispatcher who served then; some were replaced and one has
ended since. What was suggested and chosen is read from the half year of cases that was copied in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.roles import TOWN_DISPATCHER
from minqing.seed.copying import Ids, copy_in
from minqing.seed.officials import STORY_TOWN, STORY_VILLAGE, Staff
from minqing.seed.register import Register
from minqing.seed.tree import SEEDED_TOWNS
from minqing.workflow import public as workflow

BEGAN_DAYS_AGO, CHANGED_DAYS_AGO = 200, 75
# In the story town some lines named another kind of office at first.
NAMED_BEFORE: Final = {"roads.parking": "police", "pollution.burning": "environment", "roads.light": "power"}
NO_MORE: Final = ("utilities.parcels",)
# What a village of the story town looks after itself.
OF_THE_VILLAGE: Final = ("sanitation.rubbish", "sanitation.clutter")


def keep_catalogue(staff: Staff, register: Register, *, seed: int, at: datetime) -> int:
    """Write the catalogues of the seeded towns and what became of their suggestions; return how many lines."""
    keeper = _Keeper(staff, register, at)
    for code in SEEDED_TOWNS:
        keeper.write(code)
    copy_in(keeper.choices(Ids(Random(f"{seed}:dispatch"))))  # noqa: S311  a believable county, not a secret
    return len(keeper.lines)


class _Keeper:
    """Writes lines town by town, and remembers them."""

    def __init__(self, staff: Staff, register: Register, at: datetime) -> None:
        self.staff, self.unit_ids = staff, register.unit_ids
        self.began, self.changed = (
            (at - timedelta(days=days)).replace(day=1, hour=2, minute=0, second=0, microsecond=0)
            for days in (BEGAN_DAYS_AGO, CHANGED_DAYS_AGO)
        )
        self.topics = list(cases.Topic.objects.filter(closed_at=None).select_related("parent"))
        self.lines: list[Any] = []

    def write(self, code: str) -> None:
        """Write a town's lines: one for each subject, and for what another office takes of it."""
        town = areas.Area.objects.filter(code=code).first()
        by = _dispatcher(town, self.began) if town else None
        if town is None or by is None:
            return
        story = code == STORY_TOWN
        for topic in self.topics:
            unit = self._unit(topic.usual_unit_kind, code)
            if topic.parent is not None and unit == self._unit(topic.parent.usual_unit_kind, code):
                continue
            before = NAMED_BEFORE.get(topic.key) if story else None
            line = self._add(topic, town, self._unit(before, code) if before else unit, self.began, by)
            if before:
                self._add(topic, town, unit, self.changed, by)
            elif story and topic.key in NO_MORE:
                cases.end_catalogue_line(entry_id=line.id, by=by, at=self.changed)
                line.until_on = clock.local(self.changed).date()
        if story:
            self._write_village(by)

    def _write_village(self, by: Actor) -> None:
        village = areas.Area.objects.get(code=STORY_VILLAGE)
        for topic in self.topics:
            if topic.key in OF_THE_VILLAGE:
                self._add(topic, village, self.unit_ids[STORY_VILLAGE], self.changed, by)

    def _unit(self, kind: str, code: str) -> UUID:
        return self.unit_ids[self.staff.unit_for(kind, code).key]

    def _add(self, topic: cases.Topic, area: areas.Area, unit_id: UUID, at: datetime, by: Actor) -> Any:
        given = cases.CatalogueInput(
            topic_key=topic.key, area_id=area.id, from_on=clock.local(at).date(), unit_id=unit_id
        )
        for one in self.lines:
            if (one.topic, one.area, one.until_on) == (topic, area, None):
                one.until_on = given.from_on - timedelta(days=1)
        line = cases.add_to_catalogue(given, by=by, at=at)
        line.topic, line.area = topic, area
        self.lines.append(line)
        return line

    def choices(self, ids: Ids) -> Iterator[Model]:
        """Make a row for each time that a unit was chosen where a line suggested one."""
        made = apps.get_model("cases", "UnitChoice")
        found = cases.Case.objects.unscoped("the demonstration reads its own cases").exclude(topic=None)
        by_run = {one.run_id: one for one in found.select_related("area", "topic").defer("area__outline")}
        legs = workflow.Leg.objects.filter(run__in=by_run).order_by("entered_at", "run", "number")
        had: dict[UUID, UUID | None] = {}
        for run, unit, at in legs.values_list("run", "unit", "entered_at"):
            before, had[run] = had.get(run), unit
            if unit is None or unit == before:
                continue
            case = by_run[run]
            line = self._nearest(case, clock.local(at).date())
            if line is not None:
                yield made(
                    id=ids.timeless() if case.is_anonymous else ids.at(at), case=case, entry=line,
                    suggested_id=line.unit_id, chosen_id=unit, chosen_at=at,
                )  # fmt: skip

    def _nearest(self, case: cases.Case, on: date) -> Any:
        """Return the line that held then: the subject itself before its parent, the nearest area before those above."""
        wanted = {case.topic_id, case.topic.parent_id if case.topic else None}
        fitting = [
            one
            for one in self.lines
            if one.topic.id in wanted
            and one.from_on <= on
            and (one.until_on is None or on <= one.until_on)
            and areas.is_under(case.area.path, one.area.path)
        ]
        return max(fitting, key=lambda one: (one.topic.id == case.topic_id, len(one.area.path)), default=None)


def _dispatcher(town: areas.Area, at: datetime) -> Actor | None:
    """Return the dispatcher who has served longest there."""
    on = clock.local(at).date()
    held = accounts.appointments_where(Q(role=TOWN_DISPATCHER.key, area=town), on)
    return accounts.actor_of(held[0].person, on, held[0].id) if held else None
