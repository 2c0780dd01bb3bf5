"""Who judges broken glasses, who looks into alarms, who may ask for a whole number.

Opening a file needs ``registry.see`` and a link, or a broken glass: there is no capability to read without a reason.
"""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    REGISTRAR,
    SECURITY_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

OPEN_ACCESS = capability(
    "disclosure.open_pages", "查阅与破例",
    GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER, REGISTRAR, SECURITY_ADMINISTRATOR, AUDITOR,
)  # fmt: skip
REVIEW_ACCESS = capability(
    "disclosure.review", "核查破例查阅",
    VILLAGE_SECRETARY, TOWN_DISPATCHER, REGISTRAR, SECURITY_ADMINISTRATOR, AUDITOR,
)  # fmt: skip
SEE_ALARMS = capability("disclosure.see_alarms", "查看和处理查阅告警", SECURITY_ADMINISTRATOR)
SHOW_NUMBERS = capability(
    "disclosure.show_numbers", "显示完整号码",
    GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER, REGISTRAR,
)  # fmt: skip
