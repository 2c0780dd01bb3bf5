"""Never silent: whatever posts are vacant, units dissolved or holders gone, one person or one desk answers."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minqing.accounts.tests.factories import AT, DAY, SmallCounty, appoint, make_person, small_county
from minqing.kernel.access import Role
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    ROLES,
    SUPERVISOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.workflow import public as workflow
from minqing.workflow.parts import LISTER, SPONSOR
from minqing.workflow.posts import DUTY_ROLES, Matter, Post, choose, fits, superior
from minqing.workflow.tests.errand import Errand

PATHS = ("c", "c.t", "c.u", "c.t.v", "c.t.w", "c.u.x", "c.t.v.g", "c.t.v.g.m")
UNITS = tuple(UUID(int=n) for n in range(1, 4))
PEOPLE = tuple(UUID(int=n) for n in range(100, 106))


@st.composite
def a_post(draw: st.DrawFn) -> Post:
    role = draw(st.sampled_from(sorted(ROLES.values(), key=lambda one: one.key)))
    unit = draw(st.sampled_from(UNITS)) if role.by_unit else None
    person = draw(st.sampled_from(PEOPLE))
    path = draw(st.sampled_from(PATHS))
    return Post(role.key, path, path[-1], person, f"人{person.int}", unit, f"所{unit.int}" if unit else "")


MATTERS = st.builds(
    Matter,
    area_path=st.sampled_from(PATHS),
    county_name=st.just("嵊州市"),
    unit_id=st.one_of(st.none(), st.sampled_from(UNITS)),
    holder_id=st.one_of(st.none(), st.sampled_from(PEOPLE)),
    sponsor_id=st.one_of(st.none(), st.sampled_from(PEOPLE)),
    listed_path=st.sampled_from(("", *PATHS)),
    closed_unit=st.sampled_from(("", "撤销了的所")),
)
TURNS = st.lists(
    st.sampled_from(
        [GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER, HANDLER, REVIEWER, SPONSOR, LISTER]
    ),
    max_size=3,
    unique=True,
)


@given(TURNS, MATTERS, st.lists(a_post(), max_size=12))
def test_exactly_one_answers_in_any_organisation(
    roles: list[Role], matter: Matter, posts: list[Post]
) -> None:
    found = choose(roles, matter, posts)
    assert found.desk
    assert found.words
    named = [one for one in posts if one.person_id in found.people]
    if found.person_id is not None:
        assert found.people == (found.person_id,)
    if not found.people:
        # Nobody at all: the county's own desk, which says whom to call, and only where no desk is manned.
        assert found.desk == "嵊州市值班岗"
        assert "请联系安全管理员任命" in found.why
        assert found.stands_in == "c"
        assert not any(fits(role, one, matter) for one in posts for role in (*roles, *DUTY_ROLES))
        return
    if found.stands_in:
        assert found.why
        assert not any(fits(role, one, matter) for one in posts for role in roles)
        assert matter.area_path == found.stands_in or matter.area_path.startswith(f"{found.stands_in}.")
        assert any(fits(duty, one, matter) for duty in DUTY_ROLES for one in named)
    else:
        assert any(fits(role, one, matter) for role in roles for one in named)
    assert len(found.people) == len(set(found.people))


@given(TURNS, MATTERS, st.lists(a_post(), max_size=12))
def test_a_delay_is_told_to_somebody_else_or_to_the_countys_desk(
    roles: list[Role], matter: Matter, posts: list[Post]
) -> None:
    answering = choose(roles, matter, posts)
    told = superior(answering, matter, posts)
    assert told.words
    assert not set(told.people) & set(answering.people)
    assert told.people or told.why


@given(TURNS, MATTERS, st.lists(a_post(), max_size=8))
def test_a_holder_answers_as_long_as_they_fit(roles: list[Role], matter: Matter, posts: list[Post]) -> None:
    fit = any(
        one.person_id == matter.holder_id and fits(role, one, matter) for one in posts for role in roles
    )
    nearest = choose(roles, matter, posts)
    if nearest.person_id is not None and nearest.person_id == matter.holder_id:
        assert fit or nearest.stands_in


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def begin(county: SmallCounty) -> workflow.Run:
    run = workflow.start_run(
        procedure=Errand, subject_kind="errand", subject_id=uuid4(), area_id=county.grid.id,
        by=county.actor(VILLAGE_CLERK).hand, at=AT,
    )  # fmt: skip
    return workflow.lock_run(run.id)


def test_a_vacant_post_puts_the_matter_on_the_duty_desks_list_and_back(county: SmallCounty) -> None:
    dispatcher, clerk = county.actor(TOWN_DISPATCHER), county.actor(VILLAGE_CLERK)
    run = begin(county)
    assert workflow.watch_posts(at=AT) == 0
    assert not workflow.todo(dispatcher).filter(id=run.id).exists()
    later = AT + timedelta(days=40)
    leaves(clerk, date(2026, 11, 30))
    assert workflow.watch_posts(at=later) == 1
    assert workflow.watch_posts(at=later) == 0, "said once"
    run = workflow.lock_run(run.id)
    assert run.stand_in_area_id == county.town.id
    assert workflow.todo(dispatcher).filter(id=run.id).exists()
    assert workflow.steps_open_to(run, dispatcher), "whoever answers for it can act"
    someone = make_person("newcomer")
    appoint(someone, VILLAGE_CLERK, county.village, starts_on=DAY)
    assert workflow.watch_posts(at=later) == 1
    run = workflow.lock_run(run.id)
    assert run.stand_in_area_id is None
    assert not workflow.steps_open_to(run, dispatcher)


def leaves(actor: object, on: date) -> None:
    from minqing.accounts.models import Appointment

    Appointment.objects.filter(person_id=actor.person_id).update(ends_on=on)  # type: ignore[attr-defined]


def test_a_named_holder_has_it_alone_until_they_leave(county: SmallCounty) -> None:
    clerk = county.actor(VILLAGE_CLERK)
    secretary = county.actor(VILLAGE_SECRETARY)
    second = make_person("second", name="钱阿大")
    appoint(second, VILLAGE_CLERK, county.village)
    run = begin(county)
    assert workflow.accountable(run, on=DAY).person_id is None, "two clerks share a desk"
    workflow.name_holder(run, person_id=second.id, by=secretary, at=AT)
    assert workflow.accountable(run, on=DAY).words == "举坑村受理员 钱阿大"
    assert not workflow.todo(clerk).filter(id=run.id).exists()
    second.is_active = False
    second.save()
    workflow.watch_posts(at=AT)
    assert workflow.todo(clerk).filter(id=run.id).exists()
    assert workflow.accountable(workflow.lock_run(run.id), on=DAY).person_id == clerk.person_id


def test_a_delay_is_told_upwards(county: SmallCounty) -> None:
    county.actor(VILLAGE_CLERK)
    run = begin(county)
    assert workflow.told_when_late(run, on=DAY).words == "嵊州市值班岗"
    for role in (SUPERVISOR, COUNTY_DISPATCHER, TOWN_SECRETARY, TOWN_DISPATCHER, VILLAGE_SECRETARY):
        told = county.actor(role)
        assert workflow.told_when_late(run, on=DAY).person_id == told.person_id
