"""拟督办: thresholds that an office sets, the cases that reach them, and the supervisor who decides on each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.areas import public as areas
from minqing.cases.events_joint import ProposalDismissed, SupervisionProposed, SupervisionRuleSet
from minqing.cases.joint_rules import NOT_LISTED
from minqing.cases.models import Case
from minqing.cases.models_joint import RED, SENT_BACK, URGED, Proposal, SupervisionRule
from minqing.cases.permissions_joint import LIST_CASES, SET_RULES
from minqing.cases.services.supervising import decide
from minqing.journal.public import record
from minqing.kernel.access import SYSTEM, Actor
from minqing.kernel.errors import Conflict, NotThere, Refused

THRESHOLD_MAX: Final = 365
PROPOSED_MAX: Final = 500  # of one rule in one pass; the next pass goes on


def rule_words(rule: SupervisionRule | None) -> str:
    """Say a rule in one line: ``催办满 3 次，或退回重办满 2 次，或超时满 5 天``."""
    if rule is None:
        return "没有条件"
    said = [
        f"催办满 {rule.urged} 次" if rule.urged else "",
        f"退回重办满 {rule.sent_back} 次" if rule.sent_back else "",
        f"超时满 {rule.red_days} 天" if rule.red_days else "",
    ]
    return "，或".join(one for one in said if one) or "没有条件"


@transaction.atomic
def set_rule(
    *, urged: int | None, sent_back: int | None, red_days: int | None, by: Actor, at: datetime
) -> SupervisionRule:
    """Set when cases are proposed for supervision in the actor's own area; a threshold of None proposes nothing."""
    by.require(SET_RULES)
    assert by.acting is not None
    for name, value in (("urged", urged), ("sent_back", sent_back), ("red_days", red_days)):
        if value is not None and not 1 <= value <= THRESHOLD_MAX:
            raise Refused(f"请填 1 到 {THRESHOLD_MAX} 的整数；不用这一条就留空。", field=name)
    area = areas.area(by.acting.area_id)
    rule = SupervisionRule.objects.select_for_update().filter(area=area).first()
    before = rule_words(rule)
    rule = rule or SupervisionRule(area=area)
    rule.urged, rule.sent_back, rule.red_days = urged, sent_back, red_days
    rule.set_at, rule.set_by_id, rule.set_by_label = at, by.person_id, by.hand.appointment_label
    rule.save()
    changed = SupervisionRuleSet(
        subject_kind="area", subject_id=area.id, area_id=area.id, area_name=area.name, was=before,
        is_now=rule_words(rule),
    )  # fmt: skip
    record(changed, by=by.hand, at=at)
    return rule


def propose(*, at: datetime) -> int:
    """Propose the open cases that reach a rule; return how many. A dismissed count is not proposed again."""
    made = 0
    rules = SupervisionRule.objects.select_related("area").defer("area__outline").order_by("-area__path")
    for rule in rules:  # a town's own before the county's
        made += _propose_by(rule, at)
    return made


def _propose_by(rule: SupervisionRule, at: datetime) -> int:
    reached: dict[UUID, list[str]] = {}
    asked = {
        URGED: Q(urges__gte=rule.urged) if rule.urged else None,
        SENT_BACK: Q(times_sent_back__gte=rule.sent_back) if rule.sent_back else None,
        RED: Q(run__overdue_since__lte=at - timedelta(days=rule.red_days)) if rule.red_days else None,
    }
    here = (
        Case.objects.unscoped("a rule looks at every case of its area")
        .filter(closed_at=None, master=None, area__path__under=rule.area.path)
        .exclude(run__procedure__in=NOT_LISTED)
        .exclude(id__in=Proposal.objects.filter(decided_at=None).values("case_id"))
    )
    for key, condition in asked.items():
        if condition is None:
            continue
        said_before = Proposal.objects.filter(by__contains=[key]).values("case_id")
        for case_id in (
            here.filter(condition).exclude(id__in=said_before).values_list("id", flat=True)[:PROPOSED_MAX]
        ):
            reached.setdefault(case_id, []).append(key)
    return sum(_propose_one(case_id, by, rule, at) for case_id, by in reached.items())


@transaction.atomic
def _propose_one(case_id: UUID, by: list[str], rule: SupervisionRule, at: datetime) -> int:
    case = Case.everything.select_for_update().filter(id=case_id, closed_at=None).first()
    if case is None or Proposal.objects.filter(case=case, decided_at=None).exists():
        return 0
    words = {
        URGED: f"催办 {case.urges} 次",
        SENT_BACK: f"退回重办 {case.times_sent_back} 次",
        RED: f"超时满 {rule.red_days} 天",
    }
    reasons = "，".join(words[key] for key in by)
    Proposal.objects.create(case=case, area=rule.area, by=by, reasons=reasons, proposed_at=at)
    proposed = SupervisionProposed(
        subject_kind="case",
        subject_id=case.id,
        area_id=case.area_id,
        area_name=rule.area.name,
        reasons=reasons,
    )
    record(proposed, by=SYSTEM, at=at)
    return 1


@transaction.atomic
def dismiss(*, proposal_id: UUID, why: str, by: Actor, at: datetime) -> Proposal:
    """Decide that a proposed case is not listed, with a reason."""
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).filter(id=proposal_id).select_related("case").first()
    )
    if proposal is None or not Case.objects.visible_to(by).filter(id=proposal.case_id).exists():
        raise NotThere
    by.require(LIST_CASES, areas.area(proposal.area_id).path)
    if proposal.decided_at is not None:
        raise Conflict("有人刚刚定过这件事。请刷新页面查看。")
    if not why.strip():
        raise Refused("请写明为什么暂不列入督办。", field="why")
    decide(proposal, accepted=False, why=why, by=by, at=at)
    dismissed = ProposalDismissed(
        subject_kind="case", subject_id=proposal.case_id, area_id=proposal.case.area_id, reasons=proposal.reasons,
        words=why,
    )  # fmt: skip
    record(dismissed, by=by.hand, at=at)
    return proposal
