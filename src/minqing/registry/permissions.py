"""Who sees files, who changes them, who brings in spreadsheets.

Reviewers, follow-up callers, handlers and auditors work on cases: a case tells them what they need, a dossier would
tell them more. Sensitive tags stay with those who look after the person. The
registrar keeps the files of a county or a town; no administrator reads one.
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
# Each category of sensitive tags to named roles only: health and minors to those who look after them, poverty also to
# the secretary, who signs for the relief.
SEE_HEALTH_TAGS = capability("registry.see_health_tags", "查看健康类标签", GRID_WORKER, VILLAGE_CLERK)
SEE_POVERTY_TAGS = capability(
    "registry.see_poverty_tags", "查看困难救助类标签", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY
)
SEE_MINORS_TAGS = capability("registry.see_minors_tags", "查看未成年人类标签", GRID_WORKER, VILLAGE_CLERK)
EDIT_REGISTRY = capability(
    "registry.edit", "登记和修改民情档案", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, REGISTRAR
)
TAG_SUBJECTS = capability("registry.tag", "打标签", GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, REGISTRAR)
MERGE_RESIDENTS = capability("registry.merge", "核对并合并重复档案", VILLAGE_CLERK, REGISTRAR)
IMPORT_REGISTRY = capability("registry.import", "批量导入民情档案", VILLAGE_CLERK, TOWN_DISPATCHER, REGISTRAR)
EXPORT_REGISTRY = capability("registry.export", "导出名单", TOWN_DISPATCHER, REGISTRAR)
