"""The journal's front door."""

from minqing.journal.events import ERASED, EVENTS, Event, detail_hash
from minqing.journal.models import Detail, Entry
from minqing.journal.queries import (
    AUDIT_COUNT_MAX,
    AUDIT_PAGE_ROWS,
    AuditFilters,
    TimelineLine,
    audit,
    committed_since,
    reads_of,
    timeline,
    timelines,
)
from minqing.journal.services import (
    Recorded,
    deliver,
    entry_rows,
    erase_personal,
    reactions_to,
    reacts_to,
    record,
    record_many,
    record_read,
)

__all__ = [
    "AUDIT_COUNT_MAX", "AUDIT_PAGE_ROWS", "ERASED", "EVENTS", "AuditFilters", "Detail", "Entry", "Event",
    "Recorded", "TimelineLine", "audit", "committed_since", "deliver", "detail_hash", "entry_rows",
    "erase_personal", "reactions_to", "reacts_to", "reads_of", "record", "record_many", "record_read",
    "timeline", "timelines",
]  # fmt: skip
