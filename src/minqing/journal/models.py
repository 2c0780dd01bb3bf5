"""The tables of the journal. The application's role may insert and select; nothing else (migration 0002)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Func

from minqing.kernel.models import Row

if TYPE_CHECKING:
    _TextField = models.Field[str, str]
else:  # Django's fields take no type parameters at run time
    _TextField = models.Field


class Xid8Field(_TextField):
    """PostgreSQL's 64-bit transaction id; readers follow it instead of ids, which commit out of order."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class CurrentXact(Func):
    """``pg_current_xact_id()``: the transaction that writes the row."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = Xid8Field()


class Entry(Row):
    """One thing that happened: who, in which appointment, when, where, what, to what, and a hash of the detail.

    No foreign keys: the journal lies below areas and people and outlives both; names are as they were at the time.
    """

    scoped_by_subject: ClassVar[str] = "the page of the subject scopes it; the auditor sees by area"

    xact = Xid8Field(db_default=CurrentXact(), editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    area_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    person_name = models.CharField(max_length=60)
    appointment_id = models.UUIDField(null=True)
    appointment_label = models.CharField(max_length=120)
    facts = models.JSONField()
    detail_hash = models.BinaryField(max_length=32)
    is_read = models.BooleanField(default=False)

    class Meta:
        db_table = "journal_entry"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="journal_subject"),
            models.Index(fields=["person_id", "at"], name="journal_person"),
            models.Index(fields=["area_id", "at"], name="journal_area"),
            models.Index(fields=["xact", "id"], name="journal_xact_id"),
        ]


class Detail(Row):
    """The personal values of one entry, apart so that they can be erased; ``salt`` goes with them."""

    scoped_through: ClassVar[str] = "entry"

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    personal = models.JSONField()
    salt = models.BinaryField(max_length=16)

    class Meta:
        db_table = "journal_detail"


class ReactionDone(Row):
    """The mark that one reaction to one entry has had its effect; written in the effect's transaction."""

    scoped_through: ClassVar[str] = "entry"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    reaction = models.CharField(max_length=120)

    class Meta:
        db_table = "journal_reaction_done"
        constraints = [models.UniqueConstraint(fields=["entry", "reaction"], name="journal_reaction_once")]


class Awaiting(Row):
    """A nameless entry whose reactions wait for the hourly sweep: a job of its own would tell its minute."""

    scoped_through: ClassVar[str] = "entry"

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "journal_awaiting"


class Leaf(Row):
    """The place of one entry in the tree.

    ``id`` is the entry's; no foreign key joins them, so that an entry that was removed can still be named.
    """

    public_because: ClassVar[str] = "a number and a hash tell nothing of the entry"

    position = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "journal_leaf"


class Node(Row):
    """The root of a complete subtree of 256, 65,536 … leaves, so that a proof need not read them."""

    public_because: ClassVar[str] = "a hash over hashes tells nothing of the entries"

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "journal_node"
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="journal_node_place")]


class Seal(Row):
    """A signed root: so many entries, with this root, at this time. The same is published outside the database.

    ``horizon``: entries of transactions below it have been seen; ``swept``: nameless entries of the hours before were
    taken as well; ``peaks``: the edge at which the tree goes on. All of it is under the signature.
    """

    public_because: ClassVar[str] = "signed roots are there to be kept by anybody"

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    peaks = models.BinaryField(max_length=2048)
    horizon = models.BigIntegerField()
    swept = models.BooleanField()
    key_id = models.SmallIntegerField()
    signature = models.BinaryField(max_length=65)

    class Meta:
        db_table = "journal_seal"


class Check(Row):
    """What a verification of the whole journal found."""

    public_because: ClassVar[str] = (
        "whether the journal is sound is no secret; it names entries by number only"
    )

    at = models.DateTimeField()
    seconds = models.FloatField()
    size = models.BigIntegerField()
    is_sound = models.BooleanField()
    sentence = models.TextField()

    class Meta:
        db_table = "journal_check"
        indexes = [models.Index(fields=["-at"], name="journal_check_at")]
