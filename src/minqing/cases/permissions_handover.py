"""Who may do what where a case goes from hand to hand."""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    DISCIPLINE_OFFICER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    SURVEYOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

EDIT_CATALOGUE = capability(
    "cases.edit_catalogue", "维护派单目录", TOWN_DISPATCHER, COUNTY_DISPATCHER, SYSTEM_ADMINISTRATOR
)
# Whoever takes reports or hands them out sees first that two are one.
MERGE_CASES = capability(
    "cases.merge", "并单与拆单", VILLAGE_CLERK, TOWN_DISPATCHER, COUNTY_DISPATCHER, FOLLOW_UP_CALLER
)
SEE_RETURNS = capability(
    "cases.see_returns",
    "查看退单",
    TOWN_DISPATCHER,
    COUNTY_DISPATCHER,
    SUPERVISOR,
    TOWN_SECRETARY,
    DISCIPLINE_OFFICER,
    HANDLER,
)
SUPERVISE = capability("cases.supervise", "督查催办", SUPERVISOR)
# The figures are compared in the open; the cases behind them are seen by whoever may see cases there.
SEE_STANDINGS = capability(
    "cases.see_standings",
    "查看晾晒",
    GRID_WORKER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
    TOWN_DISPATCHER,
    HANDLER,
    REVIEWER,
    FOLLOW_UP_CALLER,
    TOWN_SECRETARY,
    COUNTY_DISPATCHER,
    SUPERVISOR,
    DISCIPLINE_OFFICER,
    SURVEYOR,
)
PROPOSE_EXCLUSION = capability("cases.propose_exclusion", "申报不合理诉求", HANDLER)
# Whoever may grant more time or a pause (the approvers that procedures name), or rule on what is left out.
DECIDE_REQUESTS = capability(
    "cases.decide_requests", "审批申请", TOWN_DISPATCHER, TOWN_SECRETARY, REVIEWER, SUPERVISOR
)
RULE_EXCLUSIONS = capability("cases.rule_exclusions", "裁定不合理诉求", SUPERVISOR)
# Proposals that wait; what was ruled stands in the open for every official.
SEE_EXCLUSIONS = capability(
    "cases.see_exclusions", "查看待裁定的不合理诉求申报", SUPERVISOR, DISCIPLINE_OFFICER, TOWN_SECRETARY
)
# Third-party follow-up: who draws, who calls, who reads the figures.
DRAW_SAMPLE = capability("cases.draw_sample", "抽取第三方抽查", SUPERVISOR)
CALL_SAMPLE = capability("cases.call_sample", "第三方抽查回访", SURVEYOR)
