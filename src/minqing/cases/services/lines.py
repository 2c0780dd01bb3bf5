"""转三道防线: what a village took in goes to its group leader and micro-grid first."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.going_along import is_part_of_another
from minqing.cases.models import Case
from minqing.cases.permissions import TURN_TO_LINES
from minqing.cases.procedures.prompt import Prompt
from minqing.cases.procedures.three_lines import ThreeLines
from minqing.cases.services.switching import switch_procedure
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.workflow import public as workflow

# While it lies with the village itself; what a town or a unit has stays there.
FROM_STATES: Final = frozenset({Prompt.reported.key, Prompt.handling.key})
# Below the village there is somebody to try first.
WITH_A_FIRST_LINE: Final = frozenset({areas.VILLAGE, areas.GRID, areas.MICRO_GRID})


def may_turn_to_lines(case: Case, run: workflow.Run, by: Actor) -> bool:
    """Whether the actor may let group leader and micro-grid try a matter first, as it stands."""
    return (
        run.is_running
        and run.procedure == Prompt.key
        and run.state in FROM_STATES
        and not is_part_of_another(case)
        and case.source not in rules.SEALED
        and case.area.level in WITH_A_FIRST_LINE
        and by.may(TURN_TO_LINES, case.area.path)
    )


def turn_to_lines(*, case_id: UUID, reason: str, by: Actor, at: datetime, leg: int | None = None) -> Case:
    """Put a matter that lies with the village on the three lines, from the first. Raises ``Refused``."""
    case = Case.objects.visible_to(by).select_related("run", "area").filter(id=case_id).first()
    if case is None or not may_turn_to_lines(case, case.run, by):
        raise Refused("只有还在村里受理、办理的事项，由村（社区）受理员或书记转三道防线。请刷新页面查看。")
    return switch_procedure(case_id=case_id, to=ThreeLines.key, reason=reason, by=by, at=at, leg=leg)
