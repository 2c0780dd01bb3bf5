"""What may be done with accounts, and who reads the audit."""

from minqing.kernel.access import capability
from minqing.kernel.roles import AUDITOR, SYSTEM_ADMINISTRATOR

MANAGE_PEOPLE = capability("accounts.manage_people", "管理账号与任职", SYSTEM_ADMINISTRATOR)
READ_AUDIT = capability("accounts.read_audit", "查看操作记录", AUDITOR)
