"""The diary's front door."""

from minqing.diary.events import FindingAdded, VisitAmended, VisitRecorded
from minqing.diary.forms import AmendForm, FindingForm, VisitForm, VisitGiven, blank_visit_form
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.diary.permissions import RECORD_VISIT, SEE_VISITS
from minqing.diary.queries import (
    PAGE_ROWS,
    CallAt,
    DiaryFilters,
    DiaryLine,
    DiaryPage,
    DueVisit,
    FindingSource,
    FindingView,
    PhotoView,
    VisitView,
    area_diary,
    calls_at,
    due_visits,
    finding,
    last_visits,
    officer_diary,
    photo,
    subject_diary,
    visit,
)
from minqing.diary.queries.copies import Stay, is_about, visit_officer, visits_about
from minqing.diary.rules import (
    AMEND_WITHIN,
    CADENCES,
    FINDINGS_MAX,
    KIND_LABELS,
    PHOTOS_MAX,
    FindingInput,
    GeoFix,
    Words,
    content_hash,
    sentences,
)
from minqing.diary.services_erasing import erase_mentions, erase_visits
from minqing.diary.services import add_finding, amend_visit, record_visit, recorded_event

__all__ = [
    "AMEND_WITHIN", "CADENCES", "FINDINGS_MAX", "KIND_LABELS", "PAGE_ROWS", "PHOTOS_MAX", "RECORD_VISIT",
    "SEE_VISITS", "AmendForm", "CallAt", "DiaryFilters", "DiaryLine", "DiaryPage", "DueVisit", "Finding",
    "FindingAdded", "FindingForm", "FindingInput", "FindingSource", "FindingView", "GeoFix", "PhotoView",
    "Stay", "Visit", "VisitAmended", "VisitForm", "VisitGiven", "VisitPhoto", "VisitRecorded", "VisitView",
    "Words", "add_finding", "amend_visit", "area_diary", "blank_visit_form", "calls_at", "content_hash",
    "due_visits", "erase_mentions", "erase_visits", "finding", "is_about", "last_visits", "officer_diary",
    "photo", "record_visit", "recorded_event", "sentences", "subject_diary", "visit", "visit_officer",
    "visits_about",
]  # fmt: skip
