"""Where something waits whose time has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from minqing.notices.models import Delivery, Push
from minqing.notices.rules import OPEN_STATES

_DUE = Q(state__in=[one.value for one in OPEN_STATES])


def channels_due(at: datetime) -> list[UUID]:
    """Return the channels with a delivery that is due and in nobody's hand."""
    due = Delivery.objects.unscoped("the worker sends for everybody").filter(_DUE, next_try_at__lte=at)
    due = due.filter(Q(claimed_until=None) | Q(claimed_until__lt=at), channel__is_on=True)
    return list(due.order_by("channel_id").values_list("channel_id", flat=True).distinct())


def subscriptions_due(at: datetime) -> list[UUID]:
    """Return the subscriptions with a push that is due and in nobody's hand."""
    due = Push.objects.filter(_DUE, next_try_at__lte=at)
    due = due.filter(Q(claimed_until=None) | Q(claimed_until__lt=at), subscription__is_on=True)
    return list(due.order_by("subscription_id").values_list("subscription_id", flat=True).distinct())
