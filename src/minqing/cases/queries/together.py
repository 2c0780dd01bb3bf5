"""What the page of a case shows of joint work and of supervision, and which of their acts stand open to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minqing.cases.joint_rules import WITH_PARTS
from minqing.cases.models import Case
from minqing.cases.queries.parts_of import PartView, may_add_part, may_make_joint, parts_of
from minqing.cases.queries.supervision import SupervisionFile, may_list, supervision_of
from minqing.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Together:
    """The parts of a case, its place on the supervision list, and what one may do about both."""

    parts: list[PartView]
    waiting: int
    supervision: SupervisionFile | None
    may_make_joint: bool
    may_add_part: bool
    may_list: bool

    @property
    def may_anything(self) -> bool:
        return self.may_make_joint or self.may_add_part or self.may_list


def together(case: Case, *, by: Actor, at: datetime) -> Together:
    """Return the joint side of a case that the page has opened; nothing is asked for what never was joint or listed."""
    run = case.run
    parts = parts_of(case, at=at) if case.assisting or run.procedure in WITH_PARTS else []
    listed = run.listed_area_id is not None
    return Together(
        parts=parts,
        waiting=sum(one.is_open for one in parts),
        supervision=supervision_of(case, by=by, at=at) if listed else None,
        may_make_joint=may_make_joint(case, by),
        may_add_part=may_add_part(case, by),
        may_list=may_list(case, by),
    )
