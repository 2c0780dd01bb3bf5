"""What may be done with accounts and offices, and who reads the audit.

Three administrators share it out and exclude one another (``rules.why_not_together``): none of them reads a file, a
visit or a case.
"""

from minqing.kernel.access import capability
from minqing.kernel.roles import AUDITOR, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR

MANAGE_PEOPLE = capability("accounts.manage_people", "管理账号与任职", SECURITY_ADMINISTRATOR)
MANAGE_UNITS = capability("accounts.manage_units", "设立和撤销单位", SYSTEM_ADMINISTRATOR)
READ_AUDIT = capability("accounts.read_audit", "查看操作记录", AUDITOR)
MANAGE_TOKENS = capability("accounts.manage_tokens", "为系统开通接口", SECURITY_ADMINISTRATOR)
