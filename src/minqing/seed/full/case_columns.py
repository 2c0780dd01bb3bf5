"""The columns of cases, runs and legs that the large county fills, in the order in which it writes them."""

from __future__ import annotations

from typing import Final

CASE_COLUMNS: Final = (
    "id", "number", "area_id", "run_id", "unit_id", "topic_id", "source", "title", "words", "result", "subject_kind",
    "subject_id", "finding_id", "opened_by_id", "opened_at", "closed_at", "is_anonymous", "receipt_code",
    "content_hash", "urges", "urged_at", "handled_by_id", "asked_by_id", "done", "content", "times_sent_back",
)  # fmt: skip
RUN_COLUMNS: Final = (
    "id", "procedure", "procedure_version", "subject_id", "area_id", "state", "unit_id", "entered_at", "next_due_at",
    "yellow_at", "measure", "provisional", "started_at", "finished_at", "overdue_since", "legs_count",
)  # fmt: skip
LEG_COLUMNS: Final = (
    "id", "run_id", "number", "area_id", "state", "within_amount", "within_measure", "procedure_version", "unit_id",
    "entered_at", "due_at", "yellow_at", "provisional", "left_at", "step", "by_name", "by_label",
)  # fmt: skip
