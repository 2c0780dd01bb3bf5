"""What may be done with cases. A handler sees the cases of their own unit only (``CaseQuerySet.visible_to``)."""

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
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

_BY_AREA = (
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    REVIEWER,
    FOLLOW_UP_CALLER,
    GROUP_LEADER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    SUPERVISOR,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
    SURVEYOR,
    DISCIPLINE_OFFICER,
)
# By area; the people of a unit see its own cases wherever they are, and need OPEN_CASES for the pages.
SEE_CASES = capability("cases.see", "查看辖区事项", *_BY_AREA)
OPEN_CASES = capability("cases.open_pages", "查看事项", *_BY_AREA, HANDLER)
REPORT_CASE = capability(
    "cases.report",
    "登记事项",
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    GROUP_LEADER,
    COUNTY_DISPATCHER,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
)
# Small matters of the village: group leader and micro-grid first, then line by line (三道防线).
START_LINES = capability(
    "cases.start_three_lines", "按三道防线办", GROUP_LEADER, GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY
)
# Moving what the village has already taken in: whoever answers for its desk.
TURN_TO_LINES = capability("cases.turn_to_three_lines", "转三道防线", VILLAGE_CLERK, VILLAGE_SECRETARY)
TAKE_CALLS = capability("cases.take_calls", "热线受理", FOLLOW_UP_CALLER, TOWN_DISPATCHER, COUNTY_DISPATCHER)
# Who calls back needs the number; who handles needs to find the door, which the subject says.
SEE_CONTACT = capability(
    "cases.see_contact",
    "查看反映人联系方式",
    GRID_WORKER,
    VILLAGE_CLERK,
    TOWN_DISPATCHER,
    FOLLOW_UP_CALLER,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
    SURVEYOR,
)
PRINT_DOOR_CODES = capability(
    "cases.print_door_codes",
    "打印民情码",
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    REGISTRAR,
)
# What residents ask about their own file is nobody else's to read: neither the neighbours' clerk nor the hotline.
HANDLE_REQUESTS = capability("cases.handle_requests", "办理个人信息请求", REGISTRAR)
# The mayor's lane: who runs it, and who sees its sit-in days.
RUN_EXPRESS = capability("cases.run_express", "办理市长直通车", EXPRESS_OFFICER)
SEE_EXPRESS = capability(
    "cases.see_express",
    "查看市长直通车",
    EXPRESS_OFFICER,
    COUNTY_DISPATCHER,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    SUPERVISOR,
)
# Petitions are sealed to those who work on them (and their units and sponsors, see ``CaseQuerySet.visible_to``).
SEE_PETITIONS = capability("cases.see_petitions", "查看信访事项", PETITION_OFFICER, REVIEWER)
REGISTER_PETITION = capability("cases.register_petition", "登记信访事项", PETITION_OFFICER)
# The three lines are read by those who stand in them and by those who watch.
SEE_LINES = capability(
    "cases.see_lines",
    "查看三道防线",
    GRID_WORKER,
    GROUP_LEADER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    SUPERVISOR,
    DISCIPLINE_OFFICER,
)
OPEN_PETITIONS = capability(
    "cases.open_petitions",
    "信访台账",
    PETITION_OFFICER,
    REVIEWER,
    TOWN_SECRETARY,
    SUPERVISOR,
    EXPRESS_OFFICER,
)
NAME_SPONSOR = capability("cases.name_sponsor", "指定包案领导", PETITION_OFFICER)
# What a town cannot solve for an enterprise goes to the mayor's lane.
LIFT_TO_EXPRESS = capability("cases.lift_to_express", "转市长直通车", TOWN_DISPATCHER, TOWN_SECRETARY)
