"""The journal's front door."""

from minqing.journal.bulk import record_rows
from minqing.journal.checking import check, verify_journal
from minqing.journal.events import ERASED, EVENTS, Event, detail_hash
from minqing.journal.exporting import export_audit
from minqing.journal.findings import GROUPS
from minqing.journal.models import Check, Detail, Entry, Seal
from minqing.journal.naming import erase_naming
from minqing.journal.permissions import SEE_SEALS
from minqing.journal.proofs import Proof, check_proof, prove, prove_consistent
from minqing.journal.published import read_roots
from minqing.journal.queries import (
    AUDIT_COUNT_MAX,
    AUDIT_PAGE_ROWS,
    TIMELINE_MAX,
    AuditFilters,
    TimelineLine,
    Written,
    audit,
    committed_since,
    reads_of,
    stated,
    timeline,
    timelines,
    written_since,
)
from minqing.journal.sealing import (
    SealingStopped,
    SealState,
    last_seal,
    recent_checks,
    recent_seals,
    resume,
    root_of_seal,
    seal,
    seal_state,
)
from minqing.journal.services import (
    Recorded,
    deliver,
    entry_rows,
    erase_personal,
    reactions_to,
    reacts_to,
    record,
    record_alike,
    record_many,
    record_read,
    together,
)
from minqing.journal.signing import Root, Unreadable, public_keys, read_public_key, write_public_key

__all__ = [
    "AUDIT_COUNT_MAX",
    "AUDIT_PAGE_ROWS",
    "ERASED",
    "EVENTS",
    "GROUPS",
    "SEE_SEALS",
    "TIMELINE_MAX",
    "AuditFilters",
    "Check",
    "Detail",
    "Entry",
    "Event",
    "Proof",
    "Recorded",
    "Root",
    "Seal",
    "SealState",
    "SealingStopped",
    "TimelineLine",
    "Unreadable",
    "Written",
    "audit",
    "check",
    "check_proof",
    "committed_since",
    "deliver",
    "detail_hash",
    "entry_rows",
    "erase_naming",
    "erase_personal",
    "export_audit",
    "last_seal",
    "prove",
    "prove_consistent",
    "public_keys",
    "reactions_to",
    "reacts_to",
    "read_public_key",
    "read_roots",
    "reads_of",
    "recent_checks",
    "recent_seals",
    "record",
    "record_alike",
    "record_many",
    "record_read",
    "record_rows",
    "resume",
    "root_of_seal",
    "seal",
    "seal_state",
    "stated",
    "timeline",
    "timelines",
    "together",
    "verify_journal",
    "write_public_key",
    "written_since",
]
