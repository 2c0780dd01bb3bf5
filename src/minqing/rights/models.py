"""Personal codes, the sessions they open, and what residents asked about their own files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from minqing.kernel.models import Row
from minqing.kernel.sealed import SealedField
from minqing.rights import rules


class PersonalCode(Row):
    """A code (本人查阅码) that a clerk handed to somebody whose document was seen; itself only as a keyed hash."""

    scoped_through: ClassVar[str] = "resident"

    resident = models.ForeignKey("registry.Resident", on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField(max_length=16, unique=True)
    # Keyed hash, salted by this row's id, of what its holder must know besides: the last six of the ID number.
    proof_hash = models.BinaryField(max_length=16)
    holder = models.CharField(max_length=10, choices=list(rules.HOLDER_LABELS.items()))
    holder_name = SealedField()  # of a guardian, agent or relative
    document = models.CharField(max_length=30, choices=list(rules.DOCUMENT_LABELS.items()))
    # Whether the number on the document was compared with the file's; else the birthday was.
    number_agreed = models.BooleanField()
    handed_at = models.DateTimeField()
    handed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    handed_by_label = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=rules.REASON_MAX, blank=True)
    last_used_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "personal_code"
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "holder"], condition=Q(withdrawn_at=None), name="personal_code_one_open"
            ),
        ]

    @property
    def holder_label(self) -> str:
        return rules.HOLDER_LABELS[self.holder]

    @property
    def document_label(self) -> str:
        return rules.DOCUMENT_LABELS[self.document]


class PersonalSession(Row):
    """A resident's own session, opened with a code; no account and nothing of the officials' sessions."""

    scoped_through: ClassVar[str] = "code"

    code = models.ForeignKey(PersonalCode, on_delete=models.PROTECT, related_name="+")
    token_hash = models.BinaryField(max_length=16, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "personal_session"
        indexes = [models.Index(fields=["seen_at"], name="personal_session_seen")]


class DataRequest(Row):
    """What a resident asked about their own file (个人信息请求); how far it is stands in its case."""

    scoped_through: ClassVar[str] = "resident"

    resident = models.ForeignKey("registry.Resident", on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(PersonalCode, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=list(rules.KIND_LABELS.items()))
    item = models.CharField(max_length=20, choices=list(rules.ITEM_LABELS.items()))
    item_id = models.UUIDField(null=True)
    # What it should say, and why: values stand here and never in the case, which shows the item alone.
    words = SealedField()
    asked_at = models.DateTimeField()
    # Whose doing is asked about (a tag's owner, a visit's author): they do not decide.
    concerns = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=list(rules.OUTCOME_LABELS.items()), blank=True)
    basis = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    carried_out_at = models.DateTimeField(null=True)
    carried_out_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Sentences that say what was done and name no value.
    done = models.JSONField(default=list)

    class Meta:
        db_table = "data_request"
        indexes = [
            models.Index(fields=["resident", "asked_at"], name="data_request_resident"),
            models.Index(fields=["asked_at"], name="data_request_asked"),
        ]

    @property
    def kind_label(self) -> str:
        return rules.KIND_LABELS[self.kind]

    @property
    def item_label(self) -> str:
        return rules.ITEM_LABELS[self.item]

    @property
    def outcome_label(self) -> str:
        return rules.OUTCOME_LABELS.get(self.outcome, "")

    @property
    def what(self) -> str:
        return rules.what_is_asked(self.kind, self.item)
