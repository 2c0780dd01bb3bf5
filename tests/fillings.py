"""With what each address is filled when the guards walk along all of them. A new address must be entered here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from minqing.cases.public import Part, Proposal
from minqing.diary.models import Finding, VisitPhoto
from minqing.disclosure.models import AccessAlarm
from minqing.kernel.ids import uuid7
from minqing.notices.models import Channel, Delivery, Push, Subscription
from minqing.workflow import public as workflow
from tests.addresses import Address, addresses
from tests.canary import Planted
from tests.strangers import appointment_of

Filling = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One address with its arguments: a place that somebody may try to open."""

    address: Address
    filling: tuple[tuple[str, Any], ...]

    @cached_property
    def url(self) -> str:
        return self.address.filled(**dict(self.filling))

    @property
    def is_one_record(self) -> bool:
        """Whether the address names a record of the village, which is nobody else's business."""
        return ENTERED[self.address.name] in RECORDS


def _case(p: Planted) -> list[Filling]:
    return [{"case_id": one.id} for one in p.cases.values()]


def _step(p: Planted) -> list[Filling]:
    return [
        {"case_id": one.id, "step": step.key}
        for one in p.cases.values()
        for step in workflow.procedure(one.run.procedure).steps_from(one.run.state)
    ]


def _subject(p: Planted) -> list[Filling]:
    return [{"kind": one.kind, "subject_id": one.id} for one in p.subjects]


def _tag(p: Planted) -> list[Filling]:
    return [{"kind": one.subject_kind, "subject_id": one.subject_id, "tag_id": one.id} for one in p.tags]


def _receipt_photo(p: Planted) -> list[Filling]:
    return [{"code": one.case.receipt_code, "photo_id": one.id} for one in p.attachments[:2]]


def _person(p: Planted) -> list[Filling]:
    return [{"person_id": p.people[key].person_id} for key in ("village_clerk", "grid_worker")]


def _appointment(p: Planted) -> list[Filling]:
    person = p.here.people["village_clerk"]
    return [{"person_id": person.id, "appointment_id": appointment_of(person)}]


SORTS: Final[dict[str, Callable[[Planted], list[Filling]]]] = {
    "nothing": lambda p: [{}],
    "case": _case,
    "step": _step,
    "attachment": lambda p: [{"attachment_id": one.id} for one in p.attachments[:3]],
    "subject": _subject,
    "resident as subject": lambda p: [{"subject_id": p.resident.id}],
    "resident": lambda p: [{"resident_id": p.resident.id}],
    "household": lambda p: [{"household_id": one.id} for one in (p.household, p.empty_household)],
    "tag": _tag,
    "visit": lambda p: [{"visit_id": one.id} for one in p.visits],
    "finding": lambda p: [{"finding_id": one.id} for one in Finding.objects.all()],
    "visit photo": lambda p: [{"photo_id": one.id} for one in VisitPhoto.objects.all()],
    "batch": lambda p: [{"batch_id": one.id} for one in p.batches],
    "receipt": lambda p: [{"code": one.receipt_code} for one in p.cases.values()],
    "receipt photo": _receipt_photo,
    # No petition is planted: of the others no step but the two answers is the reporter's, and it leads back.
    "step of a receipt": lambda p: [
        {"code": one.receipt_code, "step": "take_back"} for one in p.cases.values()
    ],
    "door": lambda p: [{"code": one} for one in p.codes],
    "person": _person,
    "appointment": _appointment,
    "area": lambda p: [{"area_id": one.id} for one in (p.here.village, p.here.grid)],
    "unit": lambda p: [{"unit_id": one.id} for one in (p.here.village_unit, p.here.unit)],
    "glass": lambda p: [{"glass_id": one.id} for one in p.glasses],
    "alarm": lambda p: [{"alarm_id": one.id} for one in AccessAlarm.everything.all()],
    "pair": lambda p: [{"pair_id": one.id} for one in p.pairs],
    "merge": lambda p: [{"merge_id": one.id} for one in p.merges],
    "day": lambda p: [{"on": "2026-12-01"}],
    "request about a clock": lambda p: [{**one, "request_id": uuid7()} for one in _case(p)],
    "recomputation": lambda p: [{"recomputation_id": uuid7()}],
    "term": lambda p: [{"procedure": "prompt", "state": one} for one in ("reported", "0-all")],
    "data request": lambda p: [{"request_id": one.id} for one in p.requests],
    "step of a data request": lambda p: [{"request_id": one.id, "step": "accept"} for one in p.requests],
    "personal code": lambda p: [{"resident_id": p.resident.id, "code_id": one} for one in p.personal_codes],
    "one's own request": lambda p: [{"request_id": one.id} for one in p.requests],
    "kind": lambda p: [{"kind": one} for one in ("resident", "household", "enterprise", "place")],
    "import kind": lambda p: [{"kind": one} for one in ("residents", "enterprises")],
    "source": lambda p: [{"source": one} for one in ("officer", "hotline", "petition", "express")],
    "about": lambda p: [
        {"kind": "case", "subject_id": next(iter(p.cases.values())).id},
        {"kind": "else", "subject_id": uuid7()},
    ],
    "personal channel": lambda p: [
        {"channel_id": one.id} for one in Channel.everything.filter(is_personal=True)
    ],
    "channel": lambda p: [{"channel_id": one.id} for one in Channel.everything.all()],
    "delivery": lambda p: [{"delivery_id": one.id} for one in Delivery.everything.all()],
    "subscription": lambda p: [{"subscription_id": one.id} for one in Subscription.everything.all()],
    "push": lambda p: [
        {"subscription_id": one.subscription_id, "push_id": one.id} for one in Push.objects.all()
    ],
    "rest": lambda p: [{"rest": "no/such/address"}],
    "no line of the catalogue": lambda p: [{"entry_id": uuid7()}],
    "no exclusion": lambda p: [{"exclusion_id": uuid7()}],
    "no sample call": lambda p: [{"call_id": uuid7()}],
    "factor": lambda p: [{"factor_id": 7}],
    "session": lambda p: [{"session_id": uuid7()}],
    "token": lambda p: [{"token_id": uuid7()}],
    "format": lambda p: [{"form": one} for one in ("json", "xml")],
    "service": lambda p: [{"code": "roads.light", "form": one} for one in ("json", "xml")],
    "request": lambda p: [{"number": one.number, "form": "json"} for one in p.cases.values()],
    "token of a request": lambda p: [{"token_id": one.id, "form": "xml"} for one in p.cases.values()],
    "list": lambda p: [{"view_id": uuid7()}],
    "act": lambda p: [{"act_id": uuid7()}],
    "sit-in day": lambda p: [{"day_id": uuid7()}],
    "joint case": lambda p: [{"case_id": p.cases["joint.handling"].id}],
    "supervised case": lambda p: [{"case_id": p.cases["supervised.handling"].id}],
    "part": lambda p: [{"part_id": one.id} for one in Part.objects.filter(outcome="")],
    "step of a part": lambda p: [
        {"part_id": one.id, "step": "answer"} for one in Part.objects.filter(outcome="")
    ],
    "proposal": lambda p: [{"proposal_id": one.id} for one in Proposal.objects.all()],
    "note": lambda p: [{"note_id": uuid7()}],
    "template": lambda p: [{"template_id": uuid7()}],
    "template of a case": lambda p: [{"case_id": one.id, "template_id": uuid7()} for one in p.cases.values()],
}
# Records of the village: to a stranger they are not there.
RECORDS: Final = {
    "case", "step", "attachment", "subject", "resident as subject", "resident", "household", "tag", "visit",
    "finding", "visit photo", "batch", "glass", "alarm", "pair", "merge",
    "joint case", "supervised case", "part", "step of a part", "proposal",
    "data request", "step of a data request", "channel", "delivery", "subscription", "push",
}  # fmt: skip
# What of an address is filled in; an address without arguments needs no line.
ENTERED: Final[dict[str, str]] = {
    "accounts:unbind": "factor",
    "accounts:end_session": "session",
    "portal:door": "door",
    "portal:receipt": "receipt",
    "portal:words": "receipt",
    "portal:urge": "receipt",
    "portal:answer": "receipt",
    "portal:step": "step of a receipt",
    "portal:photo": "receipt photo",
    "portal:proof": "receipt",
    "portal:proof_file": "receipt",
    "desk:preview": "case",
    "desk:queue_changes": "nothing",
    "desk:case_now": "case",
    "desk:petition_sponsor": "case",
    "desk:express_lift": "case",
    "desk:lines_turn": "case",
    "desk:sit_in": "sit-in day",
    "desk:sit_in_call_off": "sit-in day",
    "desk:sit_in_book": "case",
    "desk:sit_in_give_back": "case",
    "desk:sit_in_note": "case",
    "desk:return_plan": "case",
    "desk:return_note": "case",
    "desk:case": "case",
    "desk:step": "step",
    "desk:case_print": "case",
    "desk:receipt": "case",
    "desk:case_joint": "case",
    "desk:case_part": "joint case",
    "desk:case_supervise": "case",
    "desk:case_progress": "supervised case",
    "desk:case_order": "supervised case",
    "desk:joint_part": "part",
    "desk:joint_part_step": "step of a part",
    "desk:joint_part_overrule": "part",
    "desk:supervision_dismiss": "proposal",
    "mobile:part": "part",
    "mobile:part_take": "step of a part",
    "desk:attachment": "attachment",
    "desk:case_alike": "case",
    "desk:case_undo_merge": "case",
    "desk:case_split": "case",
    "desk:case_urge": "case",
    "desk:case_exclusion": "case",
    "desk:catalogue_end": "no line of the catalogue",
    "desk:exclusion_rule": "no exclusion",
    "desk:exclusion_reverse": "no exclusion",
    "desk:sample_call": "no sample call",
    "desk:places": "source",
    "desk:view_change": "list",
    "desk:view_forget": "list",
    "desk:bulk_report": "act",
    "desk:duty_take": "note",
    "desk:template_edit": "template",
    "desk:template_close": "template",
    "desk:template_words": "template of a case",
    "desk:fill": "step",
    "desk:photo_release": "attachment",
    "desk:photo_withdraw": "attachment",
    "desk:photo_released": "attachment",
    "desk:dossier_new": "kind",
    "desk:dossier": "subject",
    "desk:dossier_reads": "subject",
    "desk:dossier_edit": "subject",
    "desk:dossier_close": "subject",
    "desk:dossier_reopen": "resident as subject",
    "desk:dossier_move": "resident",
    "desk:move_out": "resident",
    "desk:tag_add": "subject",
    "desk:tag_end": "tag",
    "desk:member_new": "household",
    "desk:move_in": "household",
    "desk:set_head": "household",
    "desk:duplicate": "pair",
    "desk:duplicate_merge": "pair",
    "desk:duplicate_not_same": "pair",
    "desk:merge_undo": "merge",
    "desk:personal_code": "resident",
    "desk:personal_code_end": "personal code",
    "desk:rights_request": "data request",
    "desk:rights_do": "data request",
    "desk:rights_print": "data request",
    "desk:rights_step": "step of a data request",
    "mobile:personal_code": "resident",
    "mobile:notice_address": "personal channel",
    "mobile:notice_address_try": "personal channel",
    "portal:me_request": "one's own request",
    "portal:me_back": "one's own request",
    "desk:diary_officer": "person",
    "desk:visit": "visit",
    "desk:visit_amend": "visit",
    "desk:visit_finding": "visit",
    "desk:finding_to_case": "finding",
    "desk:visit_photo": "visit photo",
    "desk:visit_new": "subject",
    "desk:import": "batch",
    "desk:import_errors": "batch",
    "desk:import_progress": "batch",
    "desk:import_apply": "batch",
    "desk:import_discard": "batch",
    "desk:import_template": "import kind",
    "desk:area": "area",
    "desk:area_open": "area",
    "desk:area_rename": "area",
    "desk:area_move": "area",
    "desk:area_close": "area",
    "desk:unit_open": "area",
    "desk:unit_close": "unit",
    "desk:person": "person",
    "desk:person_appoint": "person",
    "desk:person_password": "person",
    "desk:person_factors": "person",
    "desk:person_close": "person",
    "desk:person_reopen": "person",
    "desk:appointment_end": "appointment",
    "desk:calendar_day": "day",
    "desk:clock_extend": "case",
    "desk:clock_pause": "case",
    "desk:clock_resume": "case",
    "desk:clock_decide": "request about a clock",
    "desk:clocks_moved": "recomputation",
    "desk:term": "term",
    "desk:go": "about",
    "desk:notice_address": "personal channel",
    "desk:notice_address_try": "personal channel",
    "desk:channel": "channel",
    "desk:channel_try": "channel",
    "desk:delivery_again": "delivery",
    "desk:subscription": "subscription",
    "desk:subscription_edit": "subscription",
    "desk:subscription_try": "subscription",
    "desk:subscription_again": "subscription",
    "desk:subscription_secret": "subscription",
    "desk:subscription_secret_forget": "subscription",
    "desk:push": "push",
    "desk:push_again": "push",
    "desk:access_review": "glass",
    "desk:access_alarm_clear": "alarm",
    "desk:break_glass": "subject",
    "desk:number": "subject",
    "desk:case_call": "case",
    "mobile:break_glass": "subject",
    "mobile:number": "subject",
    "mobile:call": "case",
    "mobile:new_visit": "subject",
    "mobile:visit": "visit",
    "mobile:add_finding": "visit",
    "mobile:finding_to_case": "finding",
    "mobile:photo": "visit photo",
    "mobile:subject": "subject",
    "mobile:matter": "case",
    "mobile:take": "step",
    "mobile:attachment": "attachment",
    "api:receipt": "receipt",
    "api:words": "receipt",
    "api:urge": "receipt",
    "api:answer": "receipt",
    "api:case": "case",
    "api:missing": "rest",
    "api:photo": "attachment",
    "api:step": "step",
    "api:act": "case",
    "api:step_photos": "step",
    "open311:discovery": "format",
    "open311:services": "format",
    "open311:service": "service",
    "open311:requests": "format",
    "open311:request": "request",
    "open311:token": "token of a request",
    "open311:missing": "rest",
    "desk:token_take": "token",
    "desk:token_revoke": "token",
    "desk:token_open": "appointment",
} | {one.name: "nothing" for one in addresses() if not one.arguments}


def strange() -> list[str]:
    """Return the addresses that nobody has entered here."""
    return sorted({one.name for one in addresses()} - set(ENTERED))


def places(planted: Planted, *, each_max: int | None = None, turn: int = 0) -> list[Place]:
    """Return every address with every filling; or with so many of them, others at another turn."""
    found = []
    for all_of_it in _by_address(planted):
        many = len(all_of_it) if each_max is None else min(each_max, len(all_of_it))
        found += [all_of_it[((turn if each_max else 0) + number) % len(all_of_it)] for number in range(many)]
    return found


def _by_address(planted: Planted) -> list[list[Place]]:
    """Return the places of each address; what is planted stays, so they are made once."""
    if not planted.places:
        fillings = {sort: make(planted) for sort, make in SORTS.items()}
        for address in addresses():
            if address.name not in ENTERED:
                continue  # a test of its own says so, once
            given = fillings[ENTERED[address.name]]
            for one in given:
                assert set(one) == set(address.arguments), f"{address.name} takes {address.arguments}"
            planted.places.append([Place(address, tuple(one.items())) for one in given])
    return planted.places
