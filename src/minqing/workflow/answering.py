"""Who answers for a run now, read from the appointments of the day; see ``posts`` for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.kernel.access import Role
from minqing.kernel.roles import SUPERVISOR
from minqing.workflow.models import Run
from minqing.workflow.parts import LISTER, SPONSOR
from minqing.workflow.posts import DUTY_ROLES, SUPERIORS, Accountable, Matter, Post, choose, fits, superior
from minqing.workflow.procedure import procedure


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: the roles, who holds them today, and the one person or desk that answers for it."""

    roles: tuple[str, ...]
    people: tuple[accounts.Answerable, ...]
    vacant: bool = False
    accountable: Accountable | None = None

    @property
    def words(self) -> str:
        """One sentence for the page: who is answerable at this moment."""
        if not self.roles or self.accountable is None:
            return "已经办完"
        if self.vacant:
            return f"{self.accountable.why}：{self.accountable.words}"
        if self.accountable.person_id is not None and len(self.people) != 1:
            return f"轮到{self.accountable.words}"
        return f"轮到{'；'.join(one.words for one in self.people) or self.accountable.words}"


def who_may(run: Run, *, on: date) -> Turn:
    """Who is answerable for a run in its state; where a post is vacant, the duty desk that stands in. Never silent."""
    if not run.is_running:
        return Turn((), ())
    run = _that_answers(run)
    roles = procedure(run.procedure).answering(run.state)
    matter, posts = _matter(run, roles, on)
    found = _answering(roles, matter, posts)
    people = [_people(role, matter, posts) for role in roles]
    return Turn(
        tuple(role.label for role in roles),
        tuple(one for one in people if one is not None),
        vacant=bool(found.stands_in),
        accountable=found,
    )


def accountable(run: Run, *, on: date) -> Accountable:
    """Return the one person or duty desk that answers for a running run on a day. Always somebody."""
    run = _that_answers(run)
    roles = procedure(run.procedure).answering(run.state)
    return _answering(roles, *_matter(run, roles, on))


def told_when_late(run: Run, *, on: date) -> Accountable:
    """Return who is told that a run is late: the first above whoever answers; the county's desk at the end."""
    run = _that_answers(run)
    roles = procedure(run.procedure).answering(run.state)
    matter, posts = _matter(run, [*roles, *SUPERIORS], on)
    told = superior(choose(roles, matter, posts), matter, posts)
    if told.people:
        return told
    return superior(told, replace(matter, county_name=areas.county().name), posts)


def _that_answers(run: Run) -> Run:
    """Return the run itself, or the one along with which it goes: whoever has that answers for both."""
    if run.follows_id is None:
        return run
    others = Run.objects.unscoped("who answers for a matter is told wherever it stands")
    return others.select_related("area").get(id=run.follows_id)


def _people(role: Role, matter: Matter, posts: Iterable[Post]) -> accounts.Answerable | None:
    held = [one for one in posts if fits(role, one, matter)]
    if not held:
        return None
    nearest = max(held, key=lambda one: one.area_path.count("."))
    here = [one for one in held if one.area_path == nearest.area_path]
    names = tuple(dict.fromkeys(one.person_name for one in here))
    place = "" if role == SPONSOR else nearest.place
    return accounts.Answerable(role.label, place, names)


def _matter(run: Run, roles: Sequence[Role], on: date) -> tuple[Matter, list[Post]]:
    """Read what decides who answers: one statement, and two more where the unit's post is vacant."""
    area = run.area
    wanted = tuple(sorted({role.key for role in (*roles, *DUTY_ROLES) if not role.by_unit}))
    by_unit = tuple(role.key for role in roles if role.by_unit)
    named = {
        "unit_id": run.unit_id if by_unit else None,
        "person_id": run.sponsor_id if SPONSOR in roles else None,
        "area_id": run.listed_area_id if LISTER in roles else None,
    }
    held = accounts.appointments_around(
        wanted,
        by_unit,
        SUPERVISOR.key,
        path=area.path,
        on=on,
        **{key: one for key, one in named.items() if one},
    )
    posts = [post_of(one) for one in held]
    closed = ""
    if by_unit and run.unit_id is not None and not any(one.unit_id == run.unit_id for one in posts):
        unit = accounts.unit(run.unit_id)
        closed = unit.name if unit.closed_at is not None else ""
    listed = next((one.area.path for one in held if one.area_id == run.listed_area_id), "")
    return (
        Matter(
            area_path=area.path,
            county_name="",  # asked for where it is needed, which is hardly ever
            unit_id=run.unit_id,
            holder_id=run.holder_id,
            sponsor_id=run.sponsor_id,
            listed_path=listed,
            closed_unit=closed,
        ),
        posts,
    )


def post_of(one: accounts.Appointment) -> Post:
    """Return an appointment, with its names loaded, as the rules see it."""
    return Post(
        role=one.role,
        area_path=one.area.path,
        area_name=one.area.name,
        person_id=one.person_id,
        person_name=one.person.name,
        unit_id=one.unit_id,
        unit_name=one.unit.name if one.unit else "",
    )


def _answering(roles: Sequence[Role], matter: Matter, posts: list[Post]) -> Accountable:
    """Choose who answers; the county's name is read only where nobody but its desk is left."""
    found = choose(roles, matter, posts)
    return found if found.people else choose(roles, replace(matter, county_name=areas.county().name), posts)
