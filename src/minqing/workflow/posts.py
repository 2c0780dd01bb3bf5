"""Who answers for a matter: exactly one person or one duty desk, whatever posts are vacant. Plain functions.

A post whose turn it is may be vacant, its unit dissolved, its holder gone. Then the nearest duty desk upwards answers
and may act (the town's dispatchers, then the county's); where that too is vacant, the county's desk itself, which is
always there, and says whom to call. Systems that look for an assignee and find none fall silent (DIGIT skips such
cases); here nobody is never an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from minqing.accounts.public import role_at
from minqing.areas.public import is_under
from minqing.kernel.access import Role
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    SUPERVISOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_SECRETARY,
)
from minqing.workflow.parts import LISTER, SPONSOR

# Where a matter lands whose own post is vacant, the nearest first.
DUTY_ROLES = (TOWN_DISPATCHER, COUNTY_DISPATCHER)
# Who is told of a delay: the first of these above whoever answers.
SUPERIORS = (VILLAGE_SECRETARY, TOWN_DISPATCHER, TOWN_SECRETARY, COUNTY_DISPATCHER, SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's appointment of the day."""

    role: str
    area_path: str
    area_name: str
    person_id: UUID
    person_name: str
    unit_id: UUID | None = None
    unit_name: str = ""

    @property
    def place(self) -> str:
        return self.unit_name or self.area_name


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who answers: the place, the unit that has it (``unit_name`` empty once dissolved), who is named."""

    area_path: str
    county_name: str
    unit_id: UUID | None = None
    holder_id: UUID | None = None
    sponsor_id: UUID | None = None
    listed_path: str = ""
    closed_unit: str = ""


@dataclass(frozen=True, slots=True)
class Accountable:
    """The one person, or the one duty desk with whoever serves there; ``why`` says what is unusual about it.

    ``stands_in`` is the path of the area whose duty desk answers for a vacant post; empty where the post answers.
    """

    person_id: UUID | None
    desk: str
    names: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    why: str = ""
    stands_in: str = ""

    @property
    def words(self) -> str:
        """Return ``谷来镇调度员 裘小满`` or ``谷来镇调度员岗（裘小满、马建军）``."""
        if self.person_id is not None:
            return f"{self.desk} {self.names[0]}".strip()
        return f"{self.desk}岗（{'、'.join(self.names)}）" if self.names else self.desk


def choose(roles: Sequence[Role], matter: Matter, posts: Iterable[Post]) -> Accountable:
    """Say who answers for a matter in which it is the turn of these roles. Always somebody."""
    held = list(posts)
    for role in roles:
        fitting = _fitting(role, matter, held)
        mine = [one for one in fitting if one.person_id == matter.holder_id]
        if mine:
            return _desk(role, mine)
    for role in roles:
        if fitting := _fitting(role, matter, held):
            return _desk(role, fitting)
    why = _why_vacant(roles, matter)
    for duty in DUTY_ROLES:
        if fitting := _fitting(duty, matter, held):
            return _desk(duty, fitting, why=f"{why}，由值班岗负责", stands_in=fitting[0].area_path)
    return Accountable(
        None,
        f"{matter.county_name}值班岗",
        why=f"{why}，镇街和县级调度员也暂无人任职，请联系安全管理员任命",
        stands_in=matter.area_path.partition(".")[0],
    )


def superior(answering: Accountable, matter: Matter, posts: Iterable[Post]) -> Accountable:
    """Say who is told when whoever answers is late: the first above them; the county's desk where there is none."""
    held = list(posts)
    for role in SUPERIORS:
        fitting = [one for one in _fitting(role, matter, held) if one.person_id not in answering.people]
        if fitting:
            return _desk(role, fitting)
    return Accountable(
        None,
        f"{matter.county_name}值班岗",
        why="上级岗位都暂无人任职",
        stands_in=matter.area_path.partition(".")[0],
    )


def fits(role: Role, post: Post, matter: Matter) -> bool:
    """Whether an appointment plays a role in a matter."""
    if role == SPONSOR:
        return post.person_id == matter.sponsor_id
    if role == LISTER:
        return post.role == SUPERVISOR.key and post.area_path == matter.listed_path
    if post.role != role.key:
        return False
    if role.by_unit:
        return post.unit_id is not None and post.unit_id == matter.unit_id and not matter.closed_unit
    return is_under(matter.area_path, post.area_path)


def _fitting(role: Role, matter: Matter, held: list[Post]) -> list[Post]:
    """Return who plays a role, at the nearest area upwards that has somebody."""
    found = [one for one in held if fits(role, one, matter)]
    if not found:
        return []
    nearest = max(len(one.area_path.split(".")) for one in found)
    return [one for one in found if len(one.area_path.split(".")) == nearest]


def _desk(role: Role, posts: list[Post], *, why: str = "", stands_in: str = "") -> Accountable:
    people = tuple(dict.fromkeys(one.person_id for one in posts))
    names = tuple(dict.fromkeys({one.person_id: one.person_name for one in posts}.values()))
    desk = SPONSOR.label if role == SPONSOR else role_at(posts[0].place, role.label)
    return Accountable(people[0] if len(people) == 1 else None, desk, names, people, why, stands_in)


def _why_vacant(roles: Sequence[Role], matter: Matter) -> str:
    if matter.closed_unit and any(role.by_unit for role in roles):
        return f"“{matter.closed_unit}”已撤销"
    return f"{'、'.join(role.label for role in roles) or '岗位'}暂无人任职"
