"""What happens to a case between hands: returned, dispatched, merged, split, urged, left out of the score, sampled."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q

from minqing.cases.permissions_handover import SEE_EXCLUSIONS
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet

REASON_LENGTH: Final = 1000
KEY_LENGTH: Final = 40  # as a run keeps its states' keys
LABEL_LENGTH: Final = 120

UPHELD, OVERRULED = "upheld", "overruled"
RULING_LABELS: Final = {UPHELD: "同意退单", OVERRULED: "应由原单位承办"}
ALLOWED, DISMISSED = "allowed", "dismissed"
EXCLUSION_LABELS: Final = {ALLOWED: "同意不计入考核", DISMISSED: "不同意，照常计入"}
REACHED, UNREACHED = "reached", "unreached"
OUTCOME_LABELS: Final = {REACHED: "已接通", UNREACHED: "没有联系上"}


def _to_case(**more: object) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", **more)  # type: ignore[arg-type]


def _to_person(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=null, related_name="+")


def _to_unit(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=null, related_name="+")


class Return(Row):
    """A unit said “not ours”, of a case or of its part of one: why, who ruled, where it went, what time it cost."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    part = models.ForeignKey("cases.Part", on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()
    leg = models.PositiveIntegerField()
    unit = _to_unit()
    reason = models.CharField(max_length=REASON_LENGTH)
    assigned_at = models.DateTimeField()
    returned_at = models.DateTimeField()
    ruling = models.CharField(max_length=10, blank=True, choices=list(RULING_LABELS.items()))
    ruling_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = _to_person(null=True)
    ruled_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    to_unit = _to_unit(null=True)
    # Working time from the assignment to the ruling, whoever was right.
    minutes_lost = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "case_return"
        ordering = ["returned_at", "id"]
        indexes = [models.Index(fields=["unit", "returned_at"], name="case_return_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "part", "number"], nulls_distinct=False, name="case_return_number"
            ),
            models.UniqueConstraint(
                fields=["case", "part"],
                condition=Q(ruling=""),
                nulls_distinct=False,
                name="case_return_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ruling="", ruled_at=None, minutes_lost=None)
                | (~Q(ruling="") & Q(ruled_at__isnull=False, minutes_lost__isnull=False)),
                name="case_return_ruled_whole",
            ),
        ]

    @property
    def ruling_label(self) -> str:
        return RULING_LABELS.get(self.ruling, "待裁定")


class CatalogueEntry(Row):
    """派单目录: who handles what, where, from when; and by which procedure. Ended rows stay as the history."""

    public_because: ClassVar[str] = "which office answers for what is a published fact"

    topic = models.ForeignKey("cases.Topic", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, blank=True)  # empty: wherever it comes from
    unit = _to_unit(null=True)
    procedure = models.CharField(max_length=KEY_LENGTH, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)  # the last day on which it held
    made_at = models.DateTimeField()
    made_by = _to_person(null=True)
    made_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)

    class Meta:
        db_table = "case_catalogue"
        ordering = ["topic__position", "area__path", "source", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "area", "source"], condition=Q(until_on=None), name="case_catalogue_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="case_catalogue_in_order"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | ~Q(procedure=""), name="case_catalogue_says_something"
            ),
        ]


class UnitChoice(Row):
    """What the catalogue suggested when a unit was chosen, and what was chosen."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.PROTECT, related_name="+")
    suggested = _to_unit()
    chosen = _to_unit()
    chosen_at = models.DateTimeField()

    class Meta:
        db_table = "case_dispatch"
        ordering = ["chosen_at", "id"]
        indexes = [models.Index(fields=["entry", "chosen"], name="case_dispatch_entry")]


class Merge(Row):
    """并单: a case that goes on as part of another; its run stands still, its clock and its reporter are its own."""

    scoped_through: ClassVar[str] = "child"

    child = _to_case()
    master = _to_case()
    reasons = models.CharField(max_length=200, blank=True)
    from_state = models.CharField(max_length=KEY_LENGTH)
    from_leg = models.PositiveIntegerField()
    merged_at = models.DateTimeField()
    merged_by = _to_person()
    merged_by_label = models.CharField(max_length=LABEL_LENGTH)
    # The master's result reached this reporter too: from here on they answer for themselves.
    released_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = _to_person(null=True)
    undone_because = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        db_table = "case_merge"
        ordering = ["merged_at", "id"]
        indexes = [models.Index(fields=["master"], name="case_merge_master")]
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(undone_at=None), name="case_merge_once"),
            models.CheckConstraint(condition=~Q(child=F("master")), name="case_merge_not_into_itself"),
        ]


class NotSame(Row):
    """Two cases that somebody looked at and found to be two matters; never offered again."""

    scoped_through: ClassVar[str] = "first"

    first = _to_case()  # the smaller id of the two
    second = _to_case()
    judged_at = models.DateTimeField()
    judged_by = _to_person()

    class Meta:
        db_table = "case_not_same"
        ordering = ["judged_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="case_not_same_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="case_not_same_in_order"),
        ]


class Split(Row):
    """A part of a report that went on as a case of its own."""

    scoped_through: ClassVar[str] = "original"

    original = _to_case()
    part = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    split_at = models.DateTimeField()
    split_by = _to_person()

    class Meta:
        db_table = "case_split"
        ordering = ["split_at", "id"]
        indexes = [models.Index(fields=["original"], name="case_split_original")]


class SupervisorUrge(Row):
    """督办催办: a supervisor asks how a case comes on, with a reason."""

    scoped_through: ClassVar[str] = "case"

    case = _to_case()
    reason = models.CharField(max_length=REASON_LENGTH)
    unit = _to_unit(null=True)
    urged_at = models.DateTimeField()
    urged_by = _to_person()
    urged_by_label = models.CharField(max_length=LABEL_LENGTH)

    class Meta:
        db_table = "case_supervisor_urge"
        ordering = ["urged_at", "id"]
        indexes = [models.Index(fields=["case", "urged_at"], name="case_supervisor_urge_case")]


class ExclusionQuerySet(ScopedQuerySet["Exclusion"]):
    def visible_to(self, actor: Actor) -> Self:
        """What was ruled stands in the open for every official; what waits is seen where the case is."""
        if not actor.appointments:
            return self.none().opened()
        waiting = Q(area_id__in=actor.visible_areas(SEE_EXCLUSIONS))
        if actor.unit_ids:
            waiting |= Q(unit_id__in=actor.unit_ids)
        return self.filter(~Q(ruling="") | waiting).opened()


class Exclusion(Row):
    """不合理诉求: proposed by the unit with its evidence, ruled on by a supervisor; then the case leaves the score."""

    seen_with: ClassVar[Capability] = SEE_EXCLUSIONS

    case = _to_case()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = _to_unit()
    reason = models.CharField(max_length=REASON_LENGTH)
    evidence = models.TextField(max_length=2 * REASON_LENGTH)
    proposed_at = models.DateTimeField()
    proposed_by = _to_person()
    proposed_by_label = models.CharField(max_length=LABEL_LENGTH)
    ruling = models.CharField(max_length=10, blank=True, choices=list(EXCLUSION_LABELS.items()))
    ruling_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = _to_person(null=True)
    ruled_by_label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    reversed_at = models.DateTimeField(null=True)
    reversed_by = _to_person(null=True)
    reversed_because = models.CharField(max_length=REASON_LENGTH, blank=True)

    everything = models.Manager["Exclusion"]()
    objects = ExclusionQuerySet.as_manager()

    class Meta:
        db_table = "case_exclusion"
        base_manager_name = default_manager_name = "everything"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(reversed_at=None) & ~Q(ruling=DISMISSED),
                name="case_exclusion_one_standing",
            ),
        ]

    @property
    def stands(self) -> bool:
        """Whether the case is out of the score by it."""
        return self.ruling == ALLOWED and self.reversed_at is None

    @property
    def ruling_label(self) -> str:
        if self.reversed_at is not None:
            return "已撤销，恢复计入考核"
        return EXCLUSION_LABELS.get(self.ruling, "待裁定")


class SamplePlan(Row):
    """Which share of the closed cases a third party calls, from which month on."""

    public_because: ClassVar[str] = "the share that is sampled is a published rule"

    percent = models.PositiveSmallIntegerField()
    set_at = models.DateTimeField()
    set_by = _to_person(null=True)

    class Meta:
        db_table = "case_sample_plan"
        ordering = ["-set_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="case_sample_share")
        ]


class SampleDraw(Row):
    """One month's draw: from how many, by which seed; whoever repeats it draws the same cases."""

    public_because: ClassVar[str] = "seed and size of a draw are published so that it can be repeated"

    month = models.DateField(unique=True)  # its first day
    seed = models.CharField(max_length=32)
    percent = models.PositiveSmallIntegerField()
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    drawn_by_label = models.CharField(max_length=LABEL_LENGTH)

    class Meta:
        db_table = "case_sample_draw"
        ordering = ["-month"]

    @property
    def label(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    @property
    def pk_text(self) -> str:
        return str(self.id)


class SampleCall(Row):
    """One drawn case: the two questions, asked by somebody who had no part in it."""

    scoped_through: ClassVar[str] = "case"

    draw = models.ForeignKey(SampleDraw, on_delete=models.PROTECT, related_name="+")
    case = _to_case()
    position = models.PositiveIntegerField()
    unit = _to_unit(null=True)  # whose work it was when it was drawn
    # What the unit's own follow-up had said.
    own_done = models.BooleanField(null=True)
    own_content = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=10, blank=True, choices=list(OUTCOME_LABELS.items()))
    done = models.BooleanField(null=True)
    content = models.CharField(max_length=12, blank=True, choices=list(CONTENT_LABELS.items()))
    words = models.CharField(max_length=500, blank=True)
    called_at = models.DateTimeField(null=True)
    called_by = _to_person(null=True)

    class Meta:
        db_table = "case_sample_call"
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "case"], name="case_sample_call_once"),
            models.UniqueConstraint(fields=["draw", "position"], name="case_sample_call_position"),
        ]

    @property
    def content_label(self) -> str:
        return CONTENT_LABELS.get(self.content, "")
