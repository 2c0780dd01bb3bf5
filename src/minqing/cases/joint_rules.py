"""Who leads, assists and reports on a case that units or supervisors share, and which cases may become one.

Pages ask it to show what is open to the reader, services to refuse what is not.
"""

from __future__ import annotations

from typing import Final

from minqing.cases.models_joint import Part
from minqing.cases.procedures.assist import LEAD
from minqing.kernel.access import Actor, Role
from minqing.kernel.roles import HANDLER
from minqing.workflow import public as workflow

# From where a dispatcher may make a case joint; a supervised one asks units to assist and stays on its list.
JOINABLE: Final = frozenset({"prompt", "hotline", "three_lines"})
WITH_PARTS: Final = frozenset({"joint", "supervised"})
# What is never put on the list: it is there already, or residents ask it of their own files.
NOT_LISTED: Final = frozenset({"supervised", "rights"})


def leads(run: workflow.Run, by: Actor) -> bool:
    """Whether the actor plays the lead of a case: a handler of its unit, or the desk that stands in for that unit."""
    return run.is_running and HANDLER in workflow.roles_in(run, by)


def roles_in_part(part: Part, case_run: workflow.Run, by: Actor) -> frozenset[Role]:
    """Return the roles that the acting appointment gives in a part of a case."""
    roles = workflow.roles_in(part.run, by)
    return roles | {LEAD} if leads(case_run, by) else roles


def may_report(run: workflow.Run, by: Actor) -> bool:
    """Whether the actor reports on a run: its unit's people, its sponsor, or whoever stands in for them."""
    return bool({HANDLER, workflow.SPONSOR} & workflow.roles_in(run, by))
