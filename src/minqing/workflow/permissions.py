"""What may be done with runs and with the working calendar."""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    DISCIPLINE_OFFICER,
    EXPRESS_OFFICER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    GROUP_LEADER,
    HANDLER,
    PETITION_OFFICER,
    REGISTRAR,
    REVIEWER,
    SUPERVISOR,
    SURVEYOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
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
    GROUP_LEADER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    SUPERVISOR,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
    SURVEYOR,
    DISCIPLINE_OFFICER,
)
# Who may be named as the leader that answers for a matter to its end.
SPONSOR_CASES = capability(
    "workflow.sponsor", "包案", TOWN_SECRETARY, SUPERVISOR, EXPRESS_OFFICER, PETITION_OFFICER
)
# What no post answers for goes to a duty desk: the town's, then the county's.
STAND_IN = capability("workflow.stand_in", "值班兜底", TOWN_DISPATCHER, COUNTY_DISPATCHER)
NAME_HOLDER = capability(
    "workflow.name_holder", "指定经办人", VILLAGE_SECRETARY, TOWN_DISPATCHER, COUNTY_DISPATCHER, HANDLER
)
EDIT_CALENDAR = capability("workflow.edit_calendar", "维护工作日历", SYSTEM_ADMINISTRATOR)
