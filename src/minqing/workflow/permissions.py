"""What may be done with runs and with the working calendar."""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    REGISTRAR,
    REVIEWER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

# A handler is not among them: a unit's people see their own unit's runs (``RunQuerySet.visible_to``), no
# others.
SEE_RUNS = capability(
    "workflow.see_runs",
    "查看办理进度",
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    REVIEWER,
    FOLLOW_UP_CALLER,
    REGISTRAR,
)
EDIT_CALENDAR = capability("workflow.edit_calendar", "维护工作日历", SYSTEM_ADMINISTRATOR)
