"""Joint and supervised work: the parts of assisting units; what is listed, its reports and its rules."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from minqing.kernel.models import Row

WORDS_LENGTH: Final = 1000
LABEL_LENGTH: Final = 120
DIGEST_LENGTH: Final = 32

ANSWERED, OVERRULED, WITHDRAWN = "answered", "overruled", "withdrawn"
OUTCOME_LABELS: Final = {ANSWERED: "已答复", OVERRULED: "主办已否决", WITHDRAWN: "已撤回"}

RELEASED, SWITCHED = "released", "switched"
ENDED_LABELS: Final = {RELEASED: "已销号", SWITCHED: "已转出"}

# By which count a rule proposes a case for supervision.
URGED, SENT_BACK, RED = "urged", "sent_back", "red"


def _to_case() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")


def _to_person(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=null, related_name="+")


class Part(Row):
    """协办单: what one assisting unit is asked to do in a case, and what it answered. Its clock is its run's."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="+")
    run = models.OneToOneField("workflow.Run", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    asked = models.CharField(max_length=WORDS_LENGTH)
    asked_at = models.DateTimeField()
    asked_by = _to_person(null=True)
    asked_by_label = models.CharField(max_length=LABEL_LENGTH)
    answer = models.CharField(max_length=WORDS_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = _to_person(null=True)
    answered_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    # Why the unit says that it is none of its business, while somebody has to rule on that.
    declined_because = models.CharField(max_length=WORDS_LENGTH, blank=True)
    # Empty while it waits. An answer may be overruled after it was given: then both stand here.
    outcome = models.CharField(max_length=10, blank=True, choices=list(OUTCOME_LABELS.items()))
    because = models.CharField(max_length=WORDS_LENGTH, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = _to_person(null=True)
    ended_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    # What was sent with each step, so that the same sent again is known (``services.resent``).
    sent = ArrayField(models.CharField(max_length=DIGEST_LENGTH), default=list, db_default=[])

    class Meta:
        db_table = "case_part"
        ordering = ["case", "position"]
        indexes = [models.Index(fields=["unit", "asked_at"], name="case_part_unit")]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="case_part_position"),
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(outcome=""), name="case_part_one_open_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="case_part_ended_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[OVERRULED, WITHDRAWN]) | ~Q(because=""),
                name="case_part_overruled_with_a_reason",
            ),
        ]

    @property
    def outcome_label(self) -> str:
        return OUTCOME_LABELS.get(self.outcome, "")


class Listing(Row):
    """督办台账: a case that a supervisor listed, why, how often it is reported on, and how it left the list."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    run = models.OneToOneField("workflow.Run", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=WORDS_LENGTH)
    interval_days = models.PositiveSmallIntegerField()
    listed_at = models.DateTimeField()
    listed_by = _to_person()
    listed_by_label = models.CharField(max_length=LABEL_LENGTH)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=10, blank=True, choices=list(ENDED_LABELS.items()))

    class Meta:
        db_table = "case_listing"
        ordering = ["listed_at", "id"]
        indexes = [models.Index(fields=["area", "listed_at"], name="case_listing_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="case_listing_one_open"
            ),
            models.CheckConstraint(condition=Q(interval_days__gte=1), name="case_listing_interval"),
        ]

    @property
    def ended_label(self) -> str:
        return ENDED_LABELS.get(self.ended_how, "")


class ProgressReport(Row):
    """进展报告: one date on which progress is due, and what was written. Closed unwritten: it was missed."""

    scoped_through: ClassVar[str] = "listing"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    from_at = models.DateTimeField()  # what the date is counted from
    due_at = models.DateTimeField()
    yellow_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    calendar_version = models.PositiveIntegerField()
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = _to_person(null=True)
    reported_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    late_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "case_progress_report"
        ordering = ["listing", "number"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="case_progress_report_due")
        ]
        constraints = [
            models.UniqueConstraint(fields=["listing", "number"], name="case_progress_report_number"),
            models.CheckConstraint(
                condition=Q(reported_at=None, words="") | (~Q(words="") & Q(reported_at__isnull=False)),
                name="case_progress_report_whole",
            ),
        ]


class SupervisionRule(Row):
    """When a case is proposed for supervision, in an area and below: urged, sent back or red so and so much."""

    public_because: ClassVar[str] = "when a case is proposed for supervision is a published rule"

    area = models.OneToOneField("areas.Area", on_delete=models.PROTECT, related_name="+")
    urged = models.PositiveSmallIntegerField(null=True)  # times; none: this alone proposes nothing
    sent_back = models.PositiveSmallIntegerField(null=True)
    red_days = models.PositiveSmallIntegerField(null=True)
    set_at = models.DateTimeField()
    set_by = _to_person(null=True)
    set_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)

    class Meta:
        db_table = "case_supervision_rule"
        ordering = ["area__path"]


class Proposal(Row):
    """拟督办: a rule found a case; a supervisor lists it, or says why not."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    # Which counts were reached, and in words how far.
    by = ArrayField(models.CharField(max_length=10))
    reasons = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    why = models.CharField(max_length=WORDS_LENGTH, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = _to_person(null=True)
    decided_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)

    class Meta:
        db_table = "case_proposal"
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at=None), name="case_proposal_one_open"
            ),
        ]
