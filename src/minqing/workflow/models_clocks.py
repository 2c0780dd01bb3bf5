"""What clocks rest on besides the calendar: terms set by offices, pauses and extensions, and recomputations."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from minqing.kernel.models import Row
from minqing.workflow.parts import Measure, Within

KEY_LENGTH: Final = 40
WHY_LENGTH: Final = 300
NAME_LENGTH: Final = 60
LABEL_LENGTH: Final = 120

# Of a request.
PAUSE, EXTENSION = "pause", "extension"
REQUEST_LABELS: Final = {PAUSE: "挂起", EXTENSION: "延期"}
ASKED, GRANTED, REFUSED, ENDED = "asked", "granted", "refused", "ended"
REQUEST_STATES: Final = {ASKED: "等待批准", GRANTED: "已同意", REFUSED: "不同意", ENDED: "已结束"}


class TermVersion(Row):
    """A deadline or a threshold that an office set, from a moment on, in place of the procedure's file.

    ``state`` is a state's key, ``overall`` for the whole way, empty for the whole procedure (then only its
    threshold). Rows are added, never changed; ``number`` is the calendar's version that came with it.
    """

    public_because: ClassVar[str] = "the terms by which offices work are published"

    number = models.PositiveIntegerField(unique=True)
    procedure = models.CharField(max_length=KEY_LENGTH)
    state = models.CharField(max_length=KEY_LENGTH, blank=True)
    amount = models.PositiveIntegerField(null=True)  # none: the file's again
    measure = models.CharField(max_length=20, blank=True)
    yellow_percent = models.PositiveSmallIntegerField(null=True)  # none: as the wider threshold says
    holds_from = models.DateTimeField()
    why = models.CharField(max_length=WHY_LENGTH)
    made_at = models.DateTimeField()
    by_name = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        db_table = "workflow_term"
        ordering = ["-holds_from", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(yellow_percent=None) | Q(yellow_percent__lte=100), name="workflow_term_share"
            ),
            models.CheckConstraint(
                condition=Q(amount=None, measure="") | (Q(amount__gte=1) & ~Q(measure="")),
                name="workflow_term_span",
            ),
        ]

    @property
    def span_words(self) -> str:
        """How long, in words."""
        return "按规程文件" if self.amount is None else Within(self.amount, Measure(self.measure)).words


class ClockRequest(Row):
    """A wish to stop a clock for a while (挂起) or to have longer (延期), with its reason and what became of it."""

    scoped_through: ClassVar[str] = "run"

    run = models.ForeignKey("workflow.Run", on_delete=models.PROTECT, related_name="+")
    leg = models.PositiveIntegerField()  # the number of the leg in which it was asked
    kind = models.CharField(max_length=10, choices=list(REQUEST_LABELS.items()))
    state = models.CharField(max_length=10, choices=list(REQUEST_STATES.items()), default=ASKED)
    why = models.CharField(max_length=WHY_LENGTH)
    # Of an extension: so much more of the clock's own measure, for the leg or for the whole way.
    amount = models.PositiveIntegerField(null=True)
    for_overall = models.BooleanField(default=False)
    # Of a pause: when it began, and when it ends or ended.
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    asked_name = models.CharField(max_length=NAME_LENGTH)
    asked_label = models.CharField(max_length=LABEL_LENGTH)
    asked_at = models.DateTimeField()
    decided_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    decided_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=WHY_LENGTH, blank=True)

    class Meta:
        db_table = "workflow_clock_request"
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["run"], condition=Q(decided_at=None), name="workflow_request_undecided")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "leg"], condition=Q(state=ASKED), name="workflow_request_one_asked"
            ),
            models.UniqueConstraint(
                fields=["run"], condition=Q(state=GRANTED, kind=PAUSE), name="workflow_request_one_pause"
            ),
            models.CheckConstraint(
                condition=Q(kind=PAUSE, amount=None, until__isnull=False)
                | Q(kind=EXTENSION, amount__gte=1, since=None, until=None),
                name="workflow_request_pause_or_extension",
            ),
        ]

    @property
    def kind_label(self) -> str:
        """What is asked, in a word."""
        return REQUEST_LABELS[self.kind]

    @property
    def state_label(self) -> str:
        """What became of it, in a word."""
        return REQUEST_STATES[self.state]


class Recomputation(Row):
    """What one version of the calendar does to clocks: how far the work has come, and what it found.

    ``first_day`` and ``last_day``: the days that changed, and closed legs are corrected too; none: office hours or
    the threshold changed, which moves every running clock and no closed one.
    """

    public_because: ClassVar[str] = "counts of clocks tell nothing of the matters"

    number = models.PositiveIntegerField(unique=True)  # of the calendar's version
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    made_at = models.DateTimeField()
    # When the first pass was through. Clocks are looked at again until the version has settled: whoever had read the
    # calendar before has committed by then.
    done_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    running_seen = models.PositiveIntegerField(default=0)
    running_moved = models.PositiveIntegerField(default=0)
    closed_seen = models.PositiveIntegerField(default=0)
    closed_moved = models.PositiveIntegerField(default=0)
    verdicts_changed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "workflow_recomputation"
        ordering = ["-number"]
        indexes = [models.Index(fields=["number"], condition=Q(settled_at=None), name="workflow_recomputing")]
