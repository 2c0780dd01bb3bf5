"""Whether a case is handled as part of another: then it takes no way of its own until the merge is taken back.

Pages ask it to show what is open to the reader, services to refuse what is not.
"""

from __future__ import annotations

from minqing.cases.models import Case
from minqing.cases.procedures.vocabulary import ASK_REPORTER
from minqing.kernel.errors import Conflict
from minqing.workflow import public as workflow


def asking_state_key(run: workflow.Run) -> str:
    """Return the key of the state in which a procedure asks the reporter; empty where it asks nobody."""
    of = workflow.procedure(run.procedure)
    return next((step.to.key for step in of.steps.values() if ASK_REPORTER in step.then), "")


def is_part_of_another(case: Case) -> bool:
    """Whether a case stands still beside its master, or asks its reporter about the master's result. Reads its run."""
    if case.master_id is None or case.closed_at is not None:
        return False
    return case.run.follows_id is not None or case.run.state == asking_state_key(case.run)


def require_own_way(case: Case) -> None:
    """Refuse what would give a merged case another way than its master's: another procedure, a part, a split."""
    if is_part_of_another(case):
        assert case.master is not None
        raise Conflict(f"这件事已并入 {case.master.number}，请先撤销并单。")
