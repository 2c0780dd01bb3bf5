"""Cases and what belongs to them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from minqing.cases import models_desk, models_express, models_handover, models_interface, models_joint, rules
from minqing.cases.permissions import HANDLE_REQUESTS, SEE_CASES, SEE_PETITIONS
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet
from minqing.kernel.sealed import SealedField
from minqing.workflow import public as workflow

# Django finds the tables of an app through this module.
_MORE = (models_desk, models_express, models_handover, models_interface, models_joint)


class Topic(Row):
    """What a case is about: a two-level scheme kept as data."""

    public_because: ClassVar[str] = "the subject scheme is published"

    key = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    usual_unit_kind = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "case_topic"
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.label


def _places(actor: Actor, to: Capability) -> set[str]:
    """Where an actor's appointments carry a capability."""
    return {held.area_path for held in actor.appointments if held.role in to.held_by}


class CaseQuerySet(ScopedQuerySet["Case"]):
    def visible_to(self, actor: Actor) -> Self:
        """Cases in the actor's areas, and those that the actor's units handle or assist in, wherever they are.

        What a resident asks about their own file is seen by the registrar and by nobody else; a petition by the
        petition officers and reviewers of its area, its sponsor and the unit that handles it.
        """
        seen = Q(pk__in=[])
        # Who sees petitions where they see all else needs no second look for them.
        petitions = _places(actor, SEE_PETITIONS)
        all_alike = petitions == _places(actor, SEE_CASES)
        # A handler has no area of their own: asked with none, the database would look through every case for it.
        if not actor.unit_ids or any(held.role in SEE_CASES.held_by for held in actor.appointments):
            here = actor.within(SEE_CASES)
            seen |= here if petitions and all_alike else here & ~Q(source=rules.PETITION)
        if actor.unit_ids:
            seen |= Q(unit_id__in=actor.unit_ids) | Q(assisting__overlap=sorted(actor.unit_ids))
        seen &= ~Q(source=rules.RIGHTS)
        if petitions and not all_alike:
            seen |= Q(source=rules.PETITION) & actor.within(SEE_PETITIONS)
        if any(held.role in workflow.SPONSOR_CASES.held_by for held in actor.appointments):
            sponsored = workflow.Run.everything.filter(sponsor_id=actor.person_id, subject_kind="case")
            seen |= Q(source=rules.PETITION, id__in=sponsored.order_by().values("subject_id"))
        if any(held.role in HANDLE_REQUESTS.held_by for held in actor.appointments):
            seen |= Q(source=rules.RIGHTS) & actor.within(HANDLE_REQUESTS)
        return self.filter(seen).opened()


class Case(Row):
    """Something someone needs done. Where it stands is its run's; who said it is its contact's, apart and sealed."""

    seen_with: ClassVar[Capability] = SEE_CASES

    number = models.CharField(max_length=20, unique=True)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.OneToOneField("workflow.Run", on_delete=models.PROTECT, related_name="+")
    # The unit that handles it, or did last: its people keep seeing what became of it.
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The units that assist (their parts say what), or nothing: a list finds their cases by it.
    assisting = ArrayField(models.UUIDField(), null=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=12, choices=list(rules.SOURCE_LABELS.items()))
    title = models.CharField(max_length=rules.TITLE_LENGTH)
    words = models.TextField(max_length=rules.WORDS_MAX)
    result = models.TextField(blank=True)
    # Whom or what it is about; empty for an anonymous report.
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.UUIDField(null=True)
    finding = models.OneToOneField("diary.Finding", on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    is_anonymous = models.BooleanField(default=False)
    receipt_code = models.CharField(max_length=rules.RECEIPT_LENGTH, unique=True)
    content_hash = models.BinaryField(max_length=32)
    urges = models.PositiveIntegerField(default=0)
    urged_at = models.DateTimeField(null=True)
    # Who wrote down the last result: they do not ask the reporter whether it was done.
    handled_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    # The last answers to the two questions, and the official who asked; nobody where the receipt answered.
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    done = models.BooleanField(null=True)
    content = models.CharField(max_length=12, blank=True, choices=list(CONTENT_LABELS.items()))
    times_sent_back = models.PositiveIntegerField(default=0)
    # What came with the last steps, so that the same sent again by a slow phone is known (``services.resent``).
    sent = ArrayField(
        models.CharField(max_length=models_joint.DIGEST_LENGTH), default=list, db_default=[], editable=False
    )
    # The case as a part of which it is handled (并单), and how many reports stand behind this one.
    master = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reports = models.PositiveIntegerField(default=1, db_default=1)
    # How often a unit said “not ours” of it.
    times_returned = models.PositiveIntegerField(default=0, db_default=0)
    # Ruled an unreasonable demand: answered like any other, and left out of everybody's score.
    is_excluded = models.BooleanField(default=False, db_default=False)

    everything = models.Manager["Case"]()
    objects = CaseQuerySet.as_manager()

    class Meta:
        db_table = "case_case"
        base_manager_name = default_manager_name = "everything"
        # A step writes an entry into each: the foreign keys that one of these begins with have none of their own.
        indexes = [
            # With the source: a count of everything in an area asks for it, and reads the index alone.
            models.Index(fields=["area", "opened_at"], include=["source"], name="case_area_opened"),
            models.Index(fields=["unit", "opened_at"], name="case_unit_opened"),
            models.Index(fields=["subject_kind", "subject_id"], name="case_subject"),
            models.Index(fields=["opened_at", "id"], name="case_opened"),
            models.Index(fields=["topic"], name="case_topic_of"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="case_closed"),
            # What is open is a few thousand among a million: the queue, its counts and the board read these alone.
            models.Index(fields=["area"], condition=Q(closed_at__isnull=True), name="case_open"),
            GinIndex(fields=["assisting"], condition=Q(assisting__isnull=False), name="case_assisting"),
            models.Index(fields=["master"], condition=Q(master__isnull=False), name="case_master"),
            models.Index(fields=["opened_at"], condition=Q(is_excluded=True), name="case_excluded"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_anonymous=False)
                | Q(subject_id=None, subject_kind="", opened_by=None, finding=None),
                name="case_anonymous_names_nobody",
            ),
        ]

    @property
    def source_label(self) -> str:
        return rules.SOURCE_LABELS[self.source]

    @property
    def content_label(self) -> str:
        return CONTENT_LABELS.get(self.content, "")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Contact(Row):
    """Who reported a case and how to call back, sealed. An anonymous case has none."""

    scoped_through: ClassVar[str] = "case"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    name = SealedField()
    phone = SealedField()
    phone_index = models.BinaryField(max_length=16, null=True)

    class Meta:
        db_table = "case_contact"
        indexes = [models.Index(fields=["phone_index"], name="case_contact_phone")]


class Answer(Row):
    """What the reporter said when asked: was it done, and are you content."""

    scoped_through: ClassVar[str] = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    done = models.BooleanField()
    content = models.CharField(max_length=12, blank=True, choices=list(CONTENT_LABELS.items()))
    words = models.CharField(max_length=rules.ANSWER_WORDS_MAX, blank=True)
    answered_at = models.DateTimeField()
    # Empty: the reporter's own hand by the receipt. Else the officer who asked and wrote it down.
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "case_answer"
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="case_answer_number"),
            models.CheckConstraint(
                condition=Q(done=True) | Q(content=""), name="case_answer_not_done_is_no_rating"
            ),
        ]

    @property
    def content_label(self) -> str:
        return CONTENT_LABELS.get(self.content, "")


class Addition(Row):
    """A word that the reporter added."""

    scoped_through: ClassVar[str] = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=rules.WORDS_MAX)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "case_addition"
        ordering = ["added_at", "id"]


class Attachment(Row):
    """A photo put to a case, re-encoded, with the step it came with (empty: with the report)."""

    scoped_through: ClassVar[str] = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(max_length=120)
    step = models.CharField(max_length=40, blank=True)
    bytes_count = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "case_attachment"
        ordering = ["made_at", "id"]


class DoorCodeQuerySet(ScopedQuerySet["DoorCode"]):
    """Codes are seen where cases are."""


class DoorCode(Row):
    """A printed code that opens the report form with its place filled in."""

    seen_with: ClassVar[Capability] = SEE_CASES

    code = models.CharField(max_length=rules.DOOR_CODE_LENGTH, unique=True)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    everything = models.Manager["DoorCode"]()
    objects = DoorCodeQuerySet.as_manager()

    class Meta:
        db_table = "case_door_code"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "subject_kind", "subject_id"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="case_door_code_one_open",
            ),
        ]
