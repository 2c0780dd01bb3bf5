"""Clocks that change their colour by themselves: what has to be told though nobody did anything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from minqing.workflow.models import Run


def turning(subject_kind: str, since: datetime, until: datetime) -> list[tuple[datetime, UUID]]:
    """Return when clocks turn yellow or red between two moments, with their subjects, soonest first.

    ``since`` is not included, ``until`` is. One statement, over the index of deadlines that are not marked as missed.
    """
    runs = Run.objects.unscoped("who is told of a subject is found out apart").filter(
        Q(yellow_at__gt=since, yellow_at__lte=until) | Q(next_due_at__lte=until),
        overdue_since=None,
        next_due_at__gt=since,  # no clock turns yellow after it is due
        finished_at=None,
        subject_kind=subject_kind,
    )
    return sorted(
        (moment, subject_id)
        for subject_id, *moments in runs.values_list("subject_id", "yellow_at", "next_due_at")
        for moment in moments
        if moment is not None and since < moment <= until
    )
