"""Every column of every table, and whether the copy of one's own file has it: what is planted, or why it is left out.

A new column fails ``test_own_file`` until it stands here: planted (and then found in the copy), or with a reason.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from minqing.registry.tests.factories import id_number

T: Final = datetime(2026, 11, 3, 1, 2, tzinfo=UTC)
BORN: Final = date(1956, 3, 8)
NUMBER: Final = id_number(BORN, nth=91)
PHONE: Final = "13867500091"


def at(day: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, 3, minute, tzinfo=UTC)


# What is planted in the tables that speak of a resident. Every value is unlike every other.
PLANTED: Final[dict[str, dict[str, Any]]] = {
    "resident": {
        "name": "植桂香", "name_initials": "zgxx", "sex": "female", "birth_date": BORN, "occupation": "植职业绣工",
        "presence": "away", "away_at": "植去向杭州", "origin": "植户籍石璜", "address_note": "植备注后门",
        "changed_at": at(2, 11), "changed_by_name": "植改档人", "version": 77, "closed_on": date(2026, 11, 9),
        "how_gone": "left", "closed_because": "植注销说明",
    },
    "resident_identity": {"id_number": NUMBER, "phone": PHONE},
    "household": {"address": "植住址岭脚 12 号", "code": "植户编号7", "lon": 120.64123, "lat": 29.70123},
    "household_member": {"relation": "mother", "starts_on": date(2021, 2, 3), "ends_on": date(2026, 11, 9)},
    "tag": {
        "reason": "植标签理由", "starts_on": date(2026, 1, 7), "ends_on": date(2026, 12, 7), "ended_at": at(8, 5),
        "end_reason": "植去掉理由", "consent": "guardian", "consent_on": date(2026, 1, 6),
    },
    "visit": {
        "kind": "care", "visited_at": at(4, 1), "recorded_at": at(4, 31), "met": "植见了桂香", "heard": "植听到腰疼",
        "done": "植办了送药", "lon": 120.65987, "lat": 29.71987, "accuracy_m": 12.75, "amended_at": at(4, 59),
    },
    "visit_finding": {"text": "植发现路灯", "solution": "植解决换灯"},
    "visit_photo": {"number": 7, "width": 641, "height": 483},
    "case_case": {
        "number": "261103-PLANT", "title": "植标题", "words": "植反映的话", "result": "植办理结果",
        "opened_at": at(5, 3), "closed_at": at(6, 4), "receipt_code": "PLANTEDAAA", "urges": 13, "urged_at": at(5, 44),
        "source": "door_code",
    },
    "case_contact": {"name": "植桂香", "phone": PHONE},
    "case_addition": {"words": "植补充的话"},
    "case_answer": {"done": True, "content": "half_content", "words": "植回答的话"},
    "case_sit_in_booking": {"notes": "植桂香在接待日谈了路"},
    "case_return_visit": {"said": "植桂香说修好了"},
    "personal_code": {
        "holder": "agent", "holder_name": "植受托人", "document": "power_of_attorney", "handed_at": at(1, 1),
        "handed_by_label": "植发码岗位", "expires_at": at(28, 2), "withdrawn_at": at(7, 3),
        "withdrawn_because": "植停用原因", "last_used_at": at(7, 2),
    },
    "data_request": {
        "kind": "correction", "item": "away_at", "words": "植请求的话", "asked_at": at(7, 7), "outcome": "refused",
        "basis": "植依据某法", "decided_at": at(7, 8), "carried_out_at": at(7, 9), "done": ["植办了更正"],
    },
    "journal_entry": {"at": at(3, 33), "person_name": "植看档人", "appointment_label": "植看档岗位"},
}  # fmt: skip

_INDEX = "a keyed index of a value that is copied whole"
_HASH = "a keyed hash by which the same content sent twice is known"
_WORK = "how the matter is handled, not what is known of a person"
# Columns of those tables that are not copied, and why.
LEFT_OUT: Final[dict[str, dict[str, str]]] = {
    "resident": {"id_index": _INDEX, "phone_index": _INDEX, "first_content": _HASH},
    "household": dict.fromkeys(
        ("closed_on", "closed_because", "version", "changed_at", "changed_by_name", "first_content"),
        "of the house and all who live there, not of one person",
    ),
    "tag": {"subject_kind": "the person", "subject_id": "the person"},
    "visit": {
        "subject_kind": "the person", "subject_id": "the person", "content_hash": _HASH, "version": _WORK,
    },
    "visit_finding": {
        "number": "the order within a visit", "solved_on_spot": "said by the solution", "added_at": "with the visit",
    },
    "visit_photo": {"file": "counted and measured in the copy; the picture itself is asked for", "sha256": _HASH},
    "case_case": {
        "subject_kind": "the person", "subject_id": "the person", "is_anonymous": "an anonymous case is nobody's",
        "content_hash": _HASH, "done": "with the answers", "content": "with the answers", "times_sent_back": _WORK,
        "assisting": _WORK, "sent": _HASH,
        "reports": _WORK, "times_returned": _WORK, "is_excluded": _WORK,
    },
    "case_contact": {"phone_index": _INDEX},
    "case_addition": {"added_at": "the timeline of the receipt has it"},
    "case_answer": {"number": "the order", "answered_at": "the timeline of the receipt has it"},
    "case_sit_in_booking": dict.fromkeys(("slot", "booked_at", "cancelled_at", "met_at", "came"), _WORK),
    "case_return_visit": dict.fromkeys(("planned_on", "how", "host", "planned_at", "done_at", "passed"), _WORK),
    "case_attachment": {
        "file": "counted in the copy; the picture itself is asked for", "step": _WORK, "bytes_count": _WORK,
        "made_at": _WORK,
    },
    "personal_code": {
        "code_hash": "a keyed hash of what its holder knows", "proof_hash": "a keyed hash of what its holder knows",
        "number_agreed": "said by the document", "failures": "a count against guessing",
        "blocked_until": "a brake against guessing",
    },
    "personal_session": dict.fromkeys(
        ("token_hash", "started_at", "seen_at"), "a session of a quarter of an hour"
    ),
    "data_request": {"item_id": "which tag or visit; the request says it in words"},
    "journal_entry": {
        "xact": "the order of the journal", "kind": "said by the sentence", "subject_kind": "the person",
        "subject_id": "the person", "facts": "said by the sentence", "detail_hash": _HASH,
        "is_read": "which of two lists it stands in", "person_id": "the official, by name",
        "appointment_id": "the official's office, by name", "area_id": "the place of the file",
    },
    "journal_detail": {"personal": "said by the sentence (test_the_sentences_hold_the_details)", "salt": _HASH},
}  # fmt: skip

# Whole tables that hold nothing of a resident's file, or nothing that is not in the file already.
OTHER_TABLES: Final[dict[str, str]] = {
    "area": "a place", "area_period": "a place", "county_profile": "a place", "person": "an official",
    "unit": "an office", "appointment": "an official", "sign_in_delay": "an official",
    "workflow_working_day": "the calendar", "workflow_calendar_version": "the calendar",
    "workflow_term": "the terms offices work by", "workflow_recomputation": "counts of clocks",
    "workflow_clock_request": _WORK,
    "workflow_run": _WORK, "workflow_leg": _WORK, "tag_kind": "a vocabulary", "case_topic": "a vocabulary",
    "enterprise": "a firm", "place": "a place", "case_door_code": "a code on a door",
    "notice": "a line to an official, without names", "notice_channel": "a way out of the product",
    "notice_address": "an official", "notice_preference": "an official", "notice_quiet_hours": "a rule",
    "notice_delivery": "what was sent to an official, without names", "notice_subscription": "another system",
    "notice_push": "what was told to another system, without names", "notice_push_attempt": "one try of that",
    "notice_cursor": "a place in the journal",
    "case_saved_view": "an official's own lists", "case_bulk_act": "numbers of cases that an official acted on",
    "case_answer_template": "wording that names nobody", "case_duty_note": "a note between officials",
    "case_duty_matter": "which case such a note names",
    "case_catalogue": "which office answers for what", "case_dispatch": _WORK, "case_return": _WORK,
    "case_merge": _WORK, "case_not_same": _WORK, "case_split": _WORK, "case_supervisor_urge": _WORK,
    "case_exclusion": "about a unit's score; the reporter's own words are in the file",
    "case_sample_plan": "a rule", "case_sample_draw": "a rule", "case_sample_call": _WORK,
    "case_photo_release": "which photo of a case may be seen; the photos themselves are in the copy",
    "case_part": _WORK, "case_listing": _WORK, "case_progress_report": _WORK, "case_proposal": _WORK,
    "case_supervision_rule": "a rule", "case_sit_in_day": "a day that was announced",
    "case_submission": "by which system a case came", "api_token": "an official's key to the interface",
    "import_batch": "a spreadsheet on its way in, gone after a week",
    "import_row": "a spreadsheet on its way in, gone after a week",
    "import_chunk": "a spreadsheet on its way in, gone after a week",
    "import_piece": "a spreadsheet on its way in, gone after a week",
    "import_mark": "keyed hashes of a spreadsheet's rows",
    "journal_reaction_done": "the machine's own marks", "journal_awaiting": "the machine's own marks",
    "journal_leaf": "hashes of entries", "journal_node": "hashes of entries", "journal_seal": "signed roots",
    "journal_check": "what a verification found",
    "break_glass": "why somebody opened the file stands on the read, which is copied",
    "access_alarm": "about an official", "access_notice": "about an official",
    "signed_in_session": "an official", "security_notice": "an official",
    "sign_in_secret": "an official", "address_count": "addresses under a salt of the day",
    "address_salt": "a salt of the day",
    "resident_duplicate": "a guess that two files are one person's, in words that name no value",
    "resident_merge": "what the file held before two were made one, sealed, for undoing it",
}  # fmt: skip
