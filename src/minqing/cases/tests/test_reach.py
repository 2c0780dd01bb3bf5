"""Who sees which cases: what a list does not ask, because it knows the answer, changes no answer, for any role."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from uuid import UUID

import pytest
from django.db.models import Q

from minqing.accounts.actor import AppointedActor
from minqing.accounts.public import Unit, actor_of
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, appoint, make_person, small_county
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Case
from minqing.cases.public import QueueFilters, Report, new_report_id, open_case, queue
from minqing.cases.queries import counting
from minqing.cases.queries import queue as pages
from minqing.cases.queries.filtering import filtered, in_order
from minqing.kernel.access import Actor, Role
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    HANDLER,
    ROLES,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
)
from minqing.workflow.models import Run
from minqing.workflow.public import procedures, todo

pytestmark = pytest.mark.django_db


def reported(here: SmallCounty, many: int) -> list[Case]:
    """Report so many cases, all over the county."""
    places = cycle([here.micro_grid, here.far_grid, here.neighbour_grid, here.second_grid, here.village])
    return [
        open_case(
            Report(id=new_report_id(), source="door_code", area_id=place.id, words=f"第 {n} 盏路灯坏了，天黑。"),
            by=None, at=AT,
        )
        for n, place in zip(range(many), places, strict=False)
    ]  # fmt: skip


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture
def all_sorts(here: SmallCounty) -> list[Case]:
    """Cases of every source, in every state of every procedure, with and without a unit, a holder, a sponsor."""
    states = [(one.key, state) for one in procedures() for state in one.states]
    cases = reported(here, len(states))
    sources = cycle(rules.SOURCE_LABELS)
    units = cycle([None, here.unit, here.far_unit, here.county_unit, here.village_unit])
    sponsor, holder = (here.actor(role).person_id for role in (TOWN_SECRETARY, TOWN_DISPATCHER))
    for n, (case, (procedure, state)) in enumerate(zip(cases, states, strict=True)):
        unit = next(units)
        Case.everything.filter(id=case.id).update(
            source=next(sources), unit=unit, assisting=[here.far_unit.id] if n % 7 == 0 else None
        )
        Run.everything.filter(id=case.run_id).update(
            procedure=procedure, state=state, unit=unit,
            sponsor_id=sponsor if n % 5 == 0 else None,
            holder_id=holder if n % 6 == 0 else None,
            listed_area=here.county if n % 8 == 0 else None,
            stand_in_area=here.county if n % 9 == 0 else None,
        )  # fmt: skip
    done = [case.run_id for case in cases[::4]]
    Run.everything.filter(id__in=done).update(finished_at=AT, next_due_at=None)
    return cases


def actors(here: SmallCounty) -> list[tuple[str, Actor]]:
    """One in each role; in roles of a town and a village at another; with two appointments; with none."""
    found: list[tuple[str, Actor]] = [(key, here.actor(role)) for key, role in ROLES.items()]
    found.append(("far dispatcher", here.actor(TOWN_DISPATCHER, area=here.other_town)))
    found.append(("neighbour", here.actor(VILLAGE_CLERK, area=here.neighbour)))
    several: dict[str, list[tuple[Role, areas.Area, Unit | None]]] = {
        "county and village": [(FOLLOW_UP_CALLER, here.county, None), (VILLAGE_CLERK, here.village, None)],
        "two villages": [(VILLAGE_CLERK, here.village, None), (VILLAGE_CLERK, here.far_village, None)],
        "unit and town": [(HANDLER, here.town, here.unit), (TOWN_DISPATCHER, here.other_town, None)],
    }
    for name, roles in several.items():
        person = make_person(name.replace(" ", "_"))
        for role, area, unit in roles:
            appoint(person, role, area, unit)
        found.append((name, actor_of(person, DAY)))
    found.append(("nobody", actor_of(make_person("nobody"), DAY)))
    return found


def seen(actor: Actor) -> dict[str, set[UUID]]:
    """What somebody sees of everything."""
    return {
        "cases": set(Case.objects.visible_to(actor).values_list("id", flat=True)),
        "runs": set(Run.objects.visible_to(actor).values_list("id", flat=True)),
        "todo": set(todo(actor).values_list("id", flat=True)),
        "listed": set(filtered(actor, QueueFilters(todo=True), AT).values_list("id", flat=True)),
    }


def asking_always(patched: pytest.MonkeyPatch) -> None:
    """Ask for the area of each row, whoever asks."""
    patched.setattr(
        AppointedActor,
        "within",
        lambda self, to, column="area_id": Q((f"{column}__in", self.visible_areas(to))),
    )
    patched.setattr(areas, "is_whole_county", lambda _path: False)


def test_each_role_sees_what_it_would_were_every_row_asked_for_its_area(here, all_sorts, monkeypatch):
    who = actors(here)
    found = {name: seen(actor) for name, actor in who}
    with monkeypatch.context() as patched:
        asking_always(patched)
        for name, actor in who:
            assert found[name] == seen(actor), name
    everything = {case.id for case in all_sorts}
    # And the comparison says something: some see much, some a little, all of them less than there is.
    assert all(one["cases"] < everything for one in found.values())
    assert len(found[FOLLOW_UP_CALLER.key]["cases"]) > len(everything) // 2
    assert 0 < len(found["village_clerk"]["cases"]) < len(everything) // 2
    assert sum(bool(one["todo"]) for one in found.values()) > 10
    assert found["nobody"] == {"cases": set(), "runs": set(), "todo": set(), "listed": set()}


def test_of_the_whole_county_what_is_sealed_stays_sealed(here, all_sorts):
    sources = dict(Case.everything.values_list("id", "source"))
    for role in (FOLLOW_UP_CALLER, COUNTY_DISPATCHER):
        visible = {sources[one] for one in seen(here.actor(role))["cases"]}
        assert visible.isdisjoint({rules.PETITION, rules.RIGHTS}), role
        assert visible >= {rules.HOTLINE, rules.DOOR_CODE}, role


def test_what_is_to_do_is_what_the_runs_say(here, all_sorts):
    """The list asks the case's run; the list of runs asks runs: the same cases where both are seen."""
    for name, actor in actors(here):
        waiting = set(todo(actor).values_list("id", flat=True))
        both = Case.objects.visible_to(actor).exclude(source=rules.RIGHTS).filter(run_id__in=waiting)
        assert seen(actor)["listed"] == set(both.values_list("id", flat=True)), name


def test_nobody_s_whole_county_is_asked_and_nobody_else_s_is_not(here):
    def sql(actor: Actor) -> str:
        return str(Case.objects.visible_to(actor).query)

    assert "ltree" not in sql(here.actor(FOLLOW_UP_CALLER))
    assert "ltree" in sql(here.actor(TOWN_DISPATCHER))
    assert '"area"' not in sql(here.actor(HANDLER))


def test_pages_that_come_with_the_count_are_the_pages_asked_for_alone(here, monkeypatch):
    monkeypatch.setattr(counting, "PAGE_ROWS", 3)
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    actor, filters = here.actor(TOWN_DISPATCHER), QueueFilters(todo=True)
    for n, case in enumerate(reported(here, 14)):
        due = None if n % 5 == 0 else AT + timedelta(hours=n % 3)
        Run.everything.filter(id=case.run_id).update(next_due_at=due)
    wanted = [one.id for one in in_order(filtered(actor, filters, AT), "due")]
    assert len(wanted) > 9

    def page(number: int) -> list[object]:
        return [row.id for row in queue(actor, filters, at=AT, page=number).rows]

    last = -(-len(wanted) // 3)
    for number in range(1, last + 1):
        assert page(number) == wanted[(number - 1) * 3 : number * 3]
    # Beyond the last and before the first one there is the last and the first.
    assert page(last + 7) == wanted[(last - 1) * 3 :]
    assert page(0) == page(-1) == wanted[:3]


def test_of_more_than_are_counted_the_first_page_is_still_the_soonest(here, monkeypatch):
    monkeypatch.setattr(counting, "COUNT_MAX", 4)
    monkeypatch.setattr(pages, "COUNT_MAX", 4)
    cases = reported(here, 10)
    for n, case in enumerate(reversed(cases)):
        Run.everything.filter(id=case.run_id).update(next_due_at=AT + timedelta(hours=n))
    actor = here.actor(TOWN_DISPATCHER)
    found = queue(actor, QueueFilters(todo=True), at=AT)
    soonest = in_order(filtered(actor, QueueFilters(todo=True), AT), "due")
    assert [row.id for row in found.rows] == [one.id for one in soonest]
    assert found.total == 5
