"""Who may make units work on a case together, and who may put a case under supervision."""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    DISCIPLINE_OFFICER,
    EXPRESS_OFFICER,
    HANDLER,
    PETITION_OFFICER,
    SUPERVISOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
)

JOIN_UNITS = capability("cases.join_units", "组织联办", TOWN_DISPATCHER, COUNTY_DISPATCHER)
# Parts are asked and answered by units; who may act on one is its procedure's to say.
SEE_PARTS = capability(
    "cases.see_parts", "查看协办单", HANDLER, TOWN_DISPATCHER, COUNTY_DISPATCHER, SUPERVISOR
)
LIST_CASES = capability("cases.list", "列入督办", SUPERVISOR)
SET_RULES = capability("cases.set_supervision_rules", "设定拟督办条件", SUPERVISOR)
SEE_SUPERVISION = capability(
    "cases.see_supervision",
    "查看督办台账",
    SUPERVISOR,
    TOWN_SECRETARY,
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    HANDLER,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
    DISCIPLINE_OFFICER,
)
