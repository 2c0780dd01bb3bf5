"""Who sees files, who changes them, who brings in spreadsheets.

Reviewers, follow-up callers, handlers and auditors work on cases: a case tells them what they need, a dossier would
tell them more. Sensitive tags stay with those who knock at the door.
"""

from minqing.kernel.access import capability
from minqing.kernel.roles import (
    GRID_WORKER,
    REGISTRAR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

SEE_REGISTRY = capability(
    "registry.see", "查看民情档案",
    GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, TOWN_DISPATCHER, REGISTRAR,
)  # fmt: skip
SEE_SENSITIVE_TAGS = capability(
    "registry.see_sensitive_tags", "查看敏感标签", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY
)
EDIT_REGISTRY = capability(
    "registry.edit", "登记和修改民情档案", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, REGISTRAR
)
TAG_SUBJECTS = capability("registry.tag", "打标签", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, REGISTRAR)
IMPORT_REGISTRY = capability("registry.import", "批量导入民情档案", VILLAGE_CLERK, TOWN_DISPATCHER, REGISTRAR)
