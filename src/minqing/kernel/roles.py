"""The parts that people play, in one list: who is who in the doorstep government of a county.

They stand this low because every floor's capabilities name them; appointments (accounts) say who plays them where.
"""

from __future__ import annotations

from typing import Final

from minqing.kernel.access import Role

GRID_WORKER: Final = Role("grid_worker", "网格员")
VILLAGE_CLERK: Final = Role("village_clerk", "村（社区）受理员")
VILLAGE_SECRETARY: Final = Role("village_secretary", "村（社区）书记")
TOWN_DISPATCHER: Final = Role("town_dispatcher", "镇街调度员")
HANDLER: Final = Role("handler", "承办人", by_unit=True)
REVIEWER: Final = Role("reviewer", "审核员")
FOLLOW_UP_CALLER: Final = Role("follow_up_caller", "回访员")
# The first of the three lines of defence: who lives there and is asked first.
GROUP_LEADER: Final = Role("group_leader", "村民小组长")
TOWN_SECRETARY: Final = Role("town_secretary", "镇街书记")
# The county's duty desk: what no post answers for ends here.
COUNTY_DISPATCHER: Final = Role("county_dispatcher", "县级调度员")
# Lists matters for supervision, rules where units dispute whose a matter is, and urges.
SUPERVISOR: Final = Role("supervisor", "督查员")
PETITION_OFFICER: Final = Role("petition_officer", "信访专员")
EXPRESS_OFFICER: Final = Role("express_officer", "市长直通车专员")
# Asks a random share of reporters again; serves in no office whose work that is.
SURVEYOR: Final = Role("surveyor", "第三方回访员")
# Watches the three lines (discipline committee); decides nothing.
DISCIPLINE_OFFICER: Final = Role("discipline_officer", "纪检监督员")
# Keeps the files of a county or a town: imports, exports, doubles, what residents ask about their own file.
REGISTRAR: Final = Role("registrar", "档案管理员")
# Three administrators that exclude one another (GB/T 22239-2019, 8.1.5): areas, units and calendars; people and
# their rights; the record of what both did.
SYSTEM_ADMINISTRATOR: Final = Role("system_administrator", "系统管理员")
SECURITY_ADMINISTRATOR: Final = Role("security_administrator", "安全管理员")
AUDITOR: Final = Role("auditor", "审计管理员")

ROLES: Final[dict[str, Role]] = {
    role.key: role
    for role in (
        GRID_WORKER,
        VILLAGE_CLERK,
        VILLAGE_SECRETARY,
        TOWN_DISPATCHER,
        HANDLER,
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
        REGISTRAR,
        SYSTEM_ADMINISTRATOR,
        SECURITY_ADMINISTRATOR,
        AUDITOR,
    )
}
