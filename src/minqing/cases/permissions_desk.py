"""Who may do what at the desk with many cases at once, and with what the desk keeps."""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    DISCIPLINE_OFFICER,
    EXPRESS_OFFICER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    PETITION_OFFICER,
    REVIEWER,
    SUPERVISOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

# A list that one keeps for oneself is one's own; on other people's pages puts it who hands out the work.
SHARE_VIEWS = capability("cases.share_views", "共用事项列表", TOWN_DISPATCHER, COUNTY_DISPATCHER)
# Each case is still asked for the right to its own step.
ACT_ON_MANY = capability(
    "cases.act_on_many",
    "批量办理事项",
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    REVIEWER,
    HANDLER,
)
# A file leaves the house: those who answer for an area or a unit's figures, not everybody who works there.
EXPORT_CASES = capability(
    "cases.export",
    "导出事项清单",
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    REVIEWER,
    SUPERVISOR,
    DISCIPLINE_OFFICER,
    PETITION_OFFICER,
    EXPRESS_OFFICER,
)
SEE_BOARD = capability(
    "cases.see_board",
    "查看红黄绿看板",
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    REVIEWER,
    FOLLOW_UP_CALLER,
    SUPERVISOR,
    DISCIPLINE_OFFICER,
    HANDLER,
)
KEEP_DUTY = capability(
    "cases.keep_duty",
    "交接班",
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    HANDLER,
)
# Words that go out in the name of an area or a unit.
EDIT_TEMPLATES = capability(
    "cases.edit_templates",
    "维护答复模板",
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    REVIEWER,
    HANDLER,
    SYSTEM_ADMINISTRATOR,
)
# Whoever puts a picture before other people's eyes looks at it first.
RELEASE_PHOTOS = capability(
    "cases.release_photos",
    "公开照片",
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    REVIEWER,
    FOLLOW_UP_CALLER,
    HANDLER,
)
