"""What the desk keeps beside the cases: one's lists, duty notes, wording of answers, photos let out, acts on many."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Q

from minqing.cases.permissions_desk import KEEP_DUTY
from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet

VIEW_NAME_MAX: Final = 20
DUTY_WORDS_MAX: Final = 2000
TEMPLATE_NAME_MAX: Final = 40
TEMPLATE_WORDS_MAX: Final = 1000


class SavedView(Row):
    """A tab of somebody's queue: their own filters, or how they arranged a tab that is not theirs.

    ``arranges`` names what is arranged: empty for one's own, ``todo``, ``open`` or ``all`` for those that everybody
    has; ``of`` for one that somebody shared. A shared one shows in the area (and below) or the unit it is shared with.
    """

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    arranges = models.CharField(max_length=10, blank=True)
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=VIEW_NAME_MAX, blank=True)
    # The filters as they stand in the address, by the names of the filter bar.
    asked: Any = models.JSONField(default=dict)
    columns: Any = models.JSONField(default=list)  # empty: the usual ones
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    shared_area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, null=True, related_name="+")
    shared_unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "case_saved_view"
        ordering = ["position", "made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], condition=Q(arranges="", of=None), name="case_view_one_of_a_name"
            ),
            models.UniqueConstraint(
                fields=["person", "arranges"], condition=~Q(arranges=""), name="case_view_arranged_once"
            ),
            models.UniqueConstraint(
                fields=["person", "of"], condition=Q(of__isnull=False), name="case_view_shared_arranged_once"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_default=True), name="case_view_one_default"
            ),
            models.CheckConstraint(
                condition=Q(shared_area=None) | Q(shared_unit=None), name="case_view_shared_with_one"
            ),
        ]
        indexes = [
            models.Index(
                fields=["shared_area"], condition=Q(shared_area__isnull=False), name="case_view_of_area"
            ),
            models.Index(
                fields=["shared_unit"], condition=Q(shared_unit__isnull=False), name="case_view_of_unit"
            ),
        ]

    @property
    def is_shared(self) -> bool:
        """Whether others see it too."""
        return self.shared_area_id is not None or self.shared_unit_id is not None


class BulkAct(Row):
    """One act upon many cases and what came of each; its id is made by the page, so that a resend acts once."""

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200)
    content_hash = models.BinaryField(max_length=32)
    # [case id, number, whether it was done, what came of it]: numbers and sentences of the system, no reporter's words.
    report: Any = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "case_bulk_act"
        indexes = [models.Index(fields=["person", "made_at"], name="case_bulk_act_of")]


class AnswerTemplate(Row):
    """Wording for a step's text, of an area (and below) or a unit; its placeholders are filled by the server."""

    public_because: ClassVar[str] = "wording of answers that everybody receives; it names nobody"

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    topic = models.ForeignKey("cases.Topic", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=TEMPLATE_NAME_MAX)
    words = models.TextField(max_length=TEMPLATE_WORDS_MAX)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=60)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "case_answer_template"
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["area"], condition=Q(closed_at=None), name="case_template_of_area")]


class DutyNoteQuerySet(ScopedQuerySet["DutyNote"]):
    def visible_to(self, actor: Actor) -> Self:
        """The notes of the actor's areas' desks and of the actor's units."""
        seen = Q(unit=None, area_id__in=actor.visible_areas(KEEP_DUTY))
        if actor.unit_ids:
            seen |= Q(unit_id__in=actor.unit_ids)
        return self.filter(seen).opened()


class DutyNote(Row):
    """What whoever goes off duty leaves to whoever comes: of an area's desk, or of a unit's."""

    seen_with: ClassVar[Capability] = KEEP_DUTY

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    words = models.TextField(max_length=DUTY_WORDS_MAX)
    made_at = models.DateTimeField()
    taken_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    everything = models.Manager["DutyNote"]()
    objects = DutyNoteQuerySet.as_manager()

    class Meta:
        db_table = "case_duty_note"
        base_manager_name = default_manager_name = "everything"
        indexes = [models.Index(fields=["area", "unit", "-made_at"], name="case_duty_note_desk")]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="case_duty_note_taken_by_somebody",
            ),
        ]


class DutyMatter(Row):
    """A case that a duty note points at."""

    scoped_through: ClassVar[str] = "note"

    note = models.ForeignKey(DutyNote, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "case_duty_matter"
        constraints = [models.UniqueConstraint(fields=["note", "case"], name="case_duty_matter_once")]


class PhotoRelease(Row):
    """A photo that the reporter may see: as it is, or a copy on which boxes are filled in. The original stays."""

    scoped_through: ClassVar[str] = "attachment"

    attachment = models.OneToOneField("cases.Attachment", on_delete=models.PROTECT, related_name="+")
    file = models.FileField(max_length=120, blank=True)  # empty: the photo as it is
    boxes: Any = models.JSONField(default=list)  # [left, top, width, height] in thousandths of the picture
    decided_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "case_photo_release"
