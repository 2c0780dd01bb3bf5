"""What the diary tells: diaries and single visits (``diaries``), and whom to call on next (``due``)."""

from minqing.diary.queries.calls import CallAt, calls_at
from minqing.diary.queries.diaries import (
    PAGE_ROWS,
    DiaryFilters,
    DiaryLine,
    DiaryPage,
    FindingSource,
    FindingView,
    PhotoView,
    VisitView,
    area_diary,
    diary_lines,
    finding,
    last_visits,
    officer_diary,
    photo,
    related,
    subject_diary,
    visit,
)
from minqing.diary.queries.due import DueVisit, due_visits

__all__ = [
    "PAGE_ROWS", "CallAt", "DiaryFilters", "DiaryLine", "DiaryPage", "DueVisit", "FindingSource", "FindingView",
    "PhotoView", "VisitView", "area_diary", "calls_at", "diary_lines", "due_visits", "finding", "last_visits",
    "officer_diary", "photo", "related", "subject_diary", "visit",
]  # fmt: skip
