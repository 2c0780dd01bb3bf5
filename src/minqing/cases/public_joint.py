"""The part of the front door behind which units work together and supervisors list; the doors open it by ``public``."""

from minqing.cases.models_joint import Listing, Part, Proposal, SupervisionRule
from minqing.cases.permissions_joint import JOIN_UNITS, LIST_CASES, SEE_PARTS, SEE_SUPERVISION, SET_RULES
from minqing.cases.procedures.assist import Assist
from minqing.cases.procedures.joint import Joint
from minqing.cases.queries.parts_of import (
    PARTS_PAGE,
    PartFile,
    PartsPage,
    PartView,
    count_my_parts,
    may_add_part,
    may_see_case,
    my_parts,
    part_file,
    parts_of,
    require_part_step,
)
from minqing.cases.queries.supervision import (
    LEDGER_PAGE,
    PROPOSALS_MAX,
    Ledger,
    LedgerFilters,
    count_proposals,
    ledger,
    may_sponsor,
    proposals,
    reports_due,
    require_proposal,
    rules_here,
    supervision_of,
)
from minqing.cases.queries.supervision import OPEN as LEDGER_OPEN
from minqing.cases.queries.supervision import STANDS as LEDGER_STANDS
from minqing.cases.queries.together import Together, together
from minqing.cases.services.joining import add_part, make_joint, overrule_answer, take_part_step
from minqing.cases.services.proposing import dismiss, propose, rule_words, set_rule
from minqing.cases.services.supervising import list_case, report_progress, sweep_reports

JOINT_ASSIGN = Joint.assign
ASSIST = Assist.key

__all__ = [
    "ASSIST", "JOINT_ASSIGN", "JOIN_UNITS", "LEDGER_OPEN", "LEDGER_PAGE", "LEDGER_STANDS", "LIST_CASES",
    "PARTS_PAGE", "PROPOSALS_MAX", "SEE_PARTS", "SEE_SUPERVISION", "SET_RULES", "Ledger", "LedgerFilters",
    "Listing", "Part", "PartFile", "PartView", "PartsPage", "Proposal", "SupervisionRule", "Together", "add_part",
    "count_my_parts", "count_proposals", "dismiss", "ledger", "list_case", "make_joint", "may_add_part",
    "may_see_case", "may_sponsor", "my_parts", "overrule_answer", "part_file", "parts_of", "proposals", "propose",
    "report_progress", "reports_due", "require_part_step", "require_proposal", "rule_words", "rules_here",
    "set_rule", "supervision_of", "sweep_reports", "take_part_step", "together",
]  # fmt: skip
