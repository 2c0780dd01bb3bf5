"""The base of every table of ours, a UUIDv7 key made in Python; and the two tables behind ``kernel.limits``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minqing.kernel.ids import random_id, uuid7


class Row(models.Model):
    """A row with a time-ordered id. Every concrete model says how it is scoped: ``objects`` a ScopedQuerySet,
    ``scoped_through = "<fk>"`` or ``public_because = "<reason>"`` (a guard test insists)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class AddressCount(models.Model):
    """How often an address did something today; the id is a keyed hash of both, and there is no time."""

    public_because: ClassVar[str] = "no page shows it; keyed hashes under a salt of the day"

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    day = models.DateField(db_index=True)
    used = models.PositiveIntegerField()

    class Meta:
        app_label = "kernel"
        db_table = "address_count"


class AddressSalt(models.Model):
    """The day's salt of those hashes, for all processes; gone the next day."""

    public_because: ClassVar[str] = "no page shows it; random bytes of one day"

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    class Meta:
        app_label = "kernel"
        db_table = "address_salt"
