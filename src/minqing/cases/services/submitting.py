"""Open a case that came by the interface, and keep through which token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases.models import Case
from minqing.cases.models_interface import Submission
from minqing.cases.services.reporting import Report, open_case
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused


def submit_case(report: Report, *, token_id: UUID, by: Actor, at: datetime, is_listed: bool = False) -> Case:
    """Open a case by a token's hand, or return the one that this very report opened already.

    Raises what :func:`open_case` raises; an anonymous report comes by no token, which would name who sent it.
    """
    if report.is_anonymous:
        raise Refused("匿名反映请不带令牌，用公开的接口提交：带着令牌就留下了是谁送来的。", field="anonymous")
    with transaction.atomic():
        case = open_case(report, by=by, at=at)
        kept = {"token_id": token_id, "is_listed": is_listed, "made_at": case.opened_at}
        Submission.objects.get_or_create(case=case, defaults=kept)
    return case
