"""不合理诉求: a unit proposes with its evidence, a supervisor rules, both in the open; and it can be taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.cases import rules
from minqing.cases.events_handover import ExclusionProposed, ExclusionReversed, ExclusionRuled
from minqing.cases.models import Case
from minqing.cases.models_handover import ALLOWED, DISMISSED, REASON_LENGTH, Exclusion
from minqing.cases.permissions_handover import PROPOSE_EXCLUSION, RULE_EXCLUSIONS
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused


@transaction.atomic
def propose_exclusion(*, case_id: UUID, reason: str, evidence: str, by: Actor, at: datetime) -> Exclusion:
    """Ask that a case of one's own unit be left out of its score. The reporter is answered as before."""
    by.require(PROPOSE_EXCLUSION)
    reason, evidence = reason.strip(), evidence.strip()
    if not reason:
        raise Refused("请写明为什么是不合理诉求。", field="reason")
    if not evidence:
        raise Refused("请写明证据：依据的规定、现场情况、与反映人沟通的经过。", field="evidence")
    _refuse_numbers(reason=reason, evidence=evidence)
    case = (
        Case.objects.visible_to(by)
        .exclude(source__in=rules.SEALED)
        .select_related("unit")
        .filter(id=case_id)
        .first()
    )
    if case is None:
        raise NotThere
    if case.unit is None or case.unit_id != by.unit_id:
        raise NotAllowed("只有承办这件事的单位可以申报。")
    if _standing(case) is not None:
        raise Conflict("这件事已经申报过，请在“不合理诉求”里看裁定。")
    try:
        with transaction.atomic():
            made = Exclusion.everything.create(
                case=case, area_id=case.area_id, unit=case.unit, reason=reason[:REASON_LENGTH],
                evidence=evidence[: 2 * REASON_LENGTH], proposed_at=at, proposed_by_id=by.person_id,
                proposed_by_label=by.hand.appointment_label,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("有人刚刚申报过这件事。请刷新页面查看。") from None
    proposed = ExclusionProposed(
        subject_kind="case",
        subject_id=case.id,
        area_id=case.area_id,
        unit_name=case.unit.name,
        reason=made.reason,
    )
    record(proposed, by=by.hand, at=at)
    return made


@transaction.atomic
def rule_on_exclusion(
    *, exclusion_id: UUID, allowed: bool, reason: str, by: Actor, at: datetime
) -> Exclusion:
    """Rule on a proposal; where it is allowed the case leaves everybody's figures."""
    found = _locked(exclusion_id, by)
    if found.ruling:
        raise Conflict(f"这件申报已经裁定：{found.ruling_label}。请刷新页面查看。")
    if found.proposed_by_id == by.person_id:
        raise NotAllowed("这是您申报的，不能由您裁定。")
    if not reason.strip():
        raise Refused("请写明裁定的理由，申报和裁定都会公开。", field="reason")
    _refuse_numbers(reason=reason)
    found.ruling = ALLOWED if allowed else DISMISSED
    found.ruling_reason = reason.strip()[:REASON_LENGTH]
    found.ruled_at, found.ruled_by_id, found.ruled_by_label = at, by.person_id, by.hand.appointment_label
    found.save()
    _set(found.case, left_out=allowed)
    ruled = ExclusionRuled(
        subject_kind="case", subject_id=found.case_id, area_id=found.area_id, allowed=allowed,
        reason=found.ruling_reason,
    )  # fmt: skip
    record(ruled, by=by.hand, at=at)
    return found


@transaction.atomic
def reverse_exclusion(*, exclusion_id: UUID, because: str, by: Actor, at: datetime) -> Exclusion:
    """Take a ruling back: the case counts again. Both stay listed."""
    found = _locked(exclusion_id, by)
    if not found.stands:
        raise Conflict("这件事没有被排除在考核之外，不用撤销。请刷新页面查看。")
    if not because.strip():
        raise Refused("请写明为什么撤销裁定。", field="because")
    _refuse_numbers(because=because)
    found.reversed_at, found.reversed_by_id = at, by.person_id
    found.reversed_because = because.strip()[:REASON_LENGTH]
    found.save()
    _set(found.case, left_out=False)
    reversed_ = ExclusionReversed(
        subject_kind="case", subject_id=found.case_id, area_id=found.area_id, reason=found.reversed_because
    )
    record(reversed_, by=by.hand, at=at)
    return found


def _refuse_numbers(**texts: str) -> None:
    """What is ruled stands open to every official: nobody's number may be in it."""
    for name, words in texts.items():
        if why := rules.why_not_public(words):
            raise Refused(why, field=name)


def _standing(case: Case) -> Exclusion | None:
    return Exclusion.everything.filter(case=case, reversed_at=None).exclude(ruling=DISMISSED).first()


def _locked(exclusion_id: UUID, by: Actor) -> Exclusion:
    found = (
        Exclusion.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("case", "area", "unit")
        .filter(id=exclusion_id)
        .first()
    )
    if found is None:
        raise NotThere
    by.require(RULE_EXCLUSIONS, found.area.path)
    return found


def _set(case: Case, *, left_out: bool) -> None:
    Case.everything.filter(id=case.id).update(is_excluded=left_out)
    case.is_excluded = left_out
