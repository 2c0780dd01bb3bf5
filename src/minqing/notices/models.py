"""Notices, channels with the addresses of people on them, deliveries; subscriptions of other systems and pushes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from minqing.kernel.access import Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet
from minqing.kernel.sealed import SealedField
from minqing.notices import rules
from minqing.notices.permissions import MANAGE_CHANNELS, MANAGE_SUBSCRIPTIONS

KEY_MAX = 120
KIND_MAX = 40
STATES = [(key.value, label) for key, label in rules.STATE_LABELS.items()]
UNSENT = Q(state__in=[state.value for state in rules.OPEN_STATES])


class Notice(Row):
    """A line to one person in the product. ``key`` is what it is about: the same key tells a person once."""

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=KIND_MAX)
    # No foreign key: what it is about lies on floors above.
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    sentence = models.CharField(max_length=rules.MESSAGE_MAX)
    key = models.CharField(max_length=KEY_MAX)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice"
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "-made_at", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
        ]

    @property
    def kind_label(self) -> str:
        known = rules.KINDS.get(self.kind)
        return known.label if known else "消息"


class ChannelQuerySet(ScopedQuerySet["Channel"]):
    """Channels are the administrator's; a person sees the names of those that may reach them."""


class Channel(Row):
    """A way out of the product: a group's robot, or a gateway that asks for each person's own address."""

    seen_with: ClassVar[Capability] = MANAGE_CHANNELS

    # A robot of a group tells what happens in this area and below, of this unit only where one is named.
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=rules.NAME_MAX)
    scheme = models.CharField(max_length=20)
    url = SealedField()
    shown = models.CharField(max_length=80)
    # Whether each person gives an address of their own (the sealed one holds ``rules.PLACEHOLDER``).
    is_personal = models.BooleanField()
    kinds: Any = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)

    everything = models.Manager["Channel"]()
    objects = ChannelQuerySet.as_manager()

    class Meta:
        db_table = "notice_channel"
        base_manager_name = default_manager_name = "everything"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["name"], name="notice_channel_name")]

    @property
    def scheme_label(self) -> str:
        return rules.SCHEMES.get(self.scheme, "其他")


class Address(Row):
    """Where one person is reached on one channel, and of what they want to hear there."""

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    address = SealedField()
    kinds: Any = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "notice_address"
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="notice_address_one_each")]


class Preference(Row):
    """What one person does not want in the product, and their own quiet hours beside the county's."""

    scoped_through: ClassVar[str] = "person"

    person = models.OneToOneField("accounts.Person", on_delete=models.PROTECT, related_name="+")
    muted: Any = models.JSONField(default=list)
    quiet_begins = models.TimeField(null=True)
    quiet_ends = models.TimeField(null=True)

    class Meta:
        db_table = "notice_preference"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_begins=None, quiet_ends=None)
                | Q(quiet_begins__isnull=False, quiet_ends__isnull=False),
                name="notice_preference_quiet_both",
            )
        ]

    @property
    def quiet(self) -> rules.Quiet | None:
        return quiet_of(self)


class QuietHours(Row):
    """The county's quiet hours: no row, no quiet."""

    public_because: ClassVar[str] = "when the county's messages rest is told to everybody who gets them"

    area = models.OneToOneField("areas.Area", on_delete=models.PROTECT, related_name="+")
    quiet_begins = models.TimeField(null=True)
    quiet_ends = models.TimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "notice_quiet_hours"

    @property
    def quiet(self) -> rules.Quiet | None:
        return quiet_of(self)


def quiet_of(row: Preference | QuietHours) -> rules.Quiet | None:
    """Return the quiet hours a row holds."""
    if row.quiet_begins is None or row.quiet_ends is None:
        return None
    return rules.Quiet(row.quiet_begins, row.quiet_ends)


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    """Deliveries are the administrator's; those of one case are shown on its page, which scoped it."""


class Delivery(Row):
    """One message to one person or group by one channel, with where its sending stands."""

    seen_with: ClassVar[Capability] = MANAGE_CHANNELS

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=KIND_MAX)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    message = models.CharField(max_length=rules.MESSAGE_MAX)
    key = models.CharField(max_length=KEY_MAX)
    state = models.CharField(max_length=10, choices=STATES, default=rules.State.WAITING.value)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # Until when one process has it in hand: what a process that died had in hand is taken up again after that.
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=rules.ERROR_MAX, blank=True)
    last_raw = models.CharField(max_length=rules.RAW_MAX, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    everything = models.Manager["Delivery"]()
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "notice_delivery"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "person", "key"], nulls_distinct=False, name="notice_delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["channel", "next_try_at"], condition=UNSENT, name="notice_delivery_due"),
            models.Index(fields=["subject_kind", "subject_id"], name="notice_delivery_subject"),
            models.Index(fields=["-made_at", "-id"], name="notice_delivery_time"),
        ]

    @property
    def state_label(self) -> str:
        return rules.STATE_LABELS[rules.State(self.state)]

    @property
    def kind_label(self) -> str:
        known = rules.KINDS.get(self.kind)
        return known.label if known else "消息"


class SubscriptionQuerySet(ScopedQuerySet["Subscription"]):
    """Subscriptions are the administrator's."""


class Subscription(Row):
    """Another system that is told what happens to cases in an area, over HTTP, signed."""

    seen_with: ClassVar[Capability] = MANAGE_SUBSCRIPTIONS

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=rules.NAME_MAX)
    url = SealedField()
    shown = models.CharField(max_length=80)
    secret = SealedField()
    old_secret = SealedField()
    old_secret_until = models.DateTimeField(null=True)
    kinds: Any = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    failing_since = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    everything = models.Manager["Subscription"]()
    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        db_table = "notice_subscription"
        base_manager_name = default_manager_name = "everything"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["name"], name="notice_subscription_name")]


class Push(Row):
    """One thing that happened, to be told to one subscriber; the body is made once and sent again as it was."""

    scoped_through: ClassVar[str] = "subscription"

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    entry_id = models.UUIDField()
    # The journal's transaction: readers order by it, for pushes may arrive in any order.
    position = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    number = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default=rules.State.WAITING.value)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    response_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=rules.ERROR_MAX, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice_push"
        constraints = [models.UniqueConstraint(fields=["subscription", "entry_id"], name="notice_push_once")]
        indexes = [
            models.Index(fields=["subscription", "next_try_at"], condition=UNSENT, name="notice_push_due"),
            models.Index(fields=["subscription", "-made_at", "-id"], name="notice_push_time"),
        ]

    @property
    def state_label(self) -> str:
        return rules.STATE_LABELS[rules.State(self.state)]


class PushAttempt(Row):
    """One try of a push: when, how long, what came back."""

    scoped_through: ClassVar[str] = "push"

    push = models.ForeignKey(Push, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    response_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=rules.ERROR_MAX, blank=True)

    class Meta:
        db_table = "notice_push_attempt"
        indexes = [models.Index(fields=["push", "at"], name="notice_push_attempt_of")]


class Cursor(Row):
    """How far a reader has come, in the journal or in time; moved in the transaction of what it did there."""

    public_because: ClassVar[str] = "a place in the journal tells nothing of its entries"

    name = models.CharField(max_length=40, unique=True)
    # The journal's transaction and the entry within it; for a sweep by time, microseconds and no entry.
    position = models.BigIntegerField()
    entry_id = models.UUIDField(null=True)

    class Meta:
        db_table = "notice_cursor"
