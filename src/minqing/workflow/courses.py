"""The courses that cases took through a procedure, and the hands there are today: what a what-if starts from."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.kernel.access import Role
from minqing.workflow.answering import post_of
from minqing.workflow.models import Leg, current_calendar
from minqing.workflow.parts import REPORTER
from minqing.workflow.posts import Matter, Post, choose
from minqing.workflow.procedure import Procedure, UnknownProcedure
from minqing.workflow.rules import working_time_between
from minqing.workflow.whatif import Course, Stay


def courses(of: type[Procedure], *, since: datetime, until: datetime) -> list[Course]:
    """Return the finished runs of a procedure that began in a stretch of time, as courses of stays.

    A stay is at a unit's desk, or at the desk of the role at the area; where the reporter could end it, at nobody's.
    """
    calendar = current_calendar()
    legs = (
        Leg.objects.filter(
            run__procedure__in=[of.key, *of.renamed_from], run__finished_at__isnull=False,
            run__started_at__gte=since, run__started_at__lt=until, left_at__isnull=False,
        )
        .order_by("run_id", "number")
        .values_list("run_id", "state", "area__name", "unit__name", "entered_at", "left_at")
    )  # fmt: skip
    stays: dict[object, list[Stay]] = defaultdict(list)
    began: dict[object, datetime] = {}
    for run_id, state, area_name, unit_name, entered, left in legs.iterator(chunk_size=5000):
        began.setdefault(run_id, entered)
        try:
            here = of.state(state)
        except UnknownProcedure:  # a state that went without a rename: its time cannot be planned any more
            continue
        if not here.final and left is not None:
            lasted = working_time_between(entered, left, calendar).total_seconds()
            stays[run_id].append(Stay(here.key, desk_of(of, here.key, area_name, unit_name or ""), lasted))
    return [Course(began[run_id], tuple(found)) for run_id, found in stays.items()]


def desk_of(of: type[Procedure], state: str, area_name: str, unit_name: str) -> str:
    """Name the desk at which a stay waited; empty where the reporter could end it."""
    if any(REPORTER in step.roles for step in of.steps_from(state)):
        return ""
    roles = of.answering(state)
    if any(role.by_unit for role in roles) and unit_name:
        return unit_name
    return f"{area_name}{roles[0].label}" if roles else ""


def hands(of: type[Procedure], desks: set[str], *, on: date) -> dict[str, int]:
    """Return how many people serve at each of these desks on a day; one where nobody does: a duty desk stands in."""
    posts = [post_of(one) for one in accounts.appointments_where(Q(), on)]
    by_unit: dict[str, set[object]] = defaultdict(set)
    for post in posts:
        if post.unit_name:
            by_unit[post.unit_name].add(post.person_id)
    found = {desk: len(by_unit[desk]) for desk in desks if desk in by_unit}
    paths = dict(areas.Area.objects.order_by().values_list("name", "path"))
    for state in of.states.values():
        roles = [role for role in of.answering(state.key) if not role.by_unit]
        for name, path in paths.items() if roles else ():
            desk = f"{name}{roles[0].label}"
            if desk in desks and desk not in found:
                found[desk] = _people(roles, path, posts)
    return {desk: max(1, found.get(desk, 1)) for desk in desks}


def _people(roles: list[Role], path: str, posts: list[Post]) -> int:
    return len(choose(roles, Matter(path, ""), posts).people)
