"""The base of every table of ours, a UUIDv7 key made in Python; and the two tables behind ``kernel.limits``."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from functools import cache
from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import signals
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute

from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.sealed import Opened

# What stands for a field in a model and, given a value, only keeps it.
_PLAIN: Final = (DeferredAttribute, ForeignKeyDeferredAttribute, Opened)


class Row(models.Model):
    """A row with a time-ordered id. Every concrete model says how it is scoped: ``objects`` a ScopedQuerySet,
    ``scoped_through = "<fk>"`` or ``public_because = "<reason>"`` (a guard test insists)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are a version ahead
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """Make a thing of a row: where that comes to the same, all fields at once.

        Django assigns them one by one and tells two signals of every row: of what a page costs, a twentieth.
        """
        if not is_plain(cls):
            return super().from_db(db, field_names, values)
        made, state = cls.__new__(cls), ModelState()
        state.adding, state.db = False, db
        held = made.__dict__
        held["_state"] = state
        held.update(zip(field_names, values, strict=True))
        return made


@cache
def is_plain(model: type[models.Model]) -> bool:
    """Whether the fields of a model do no more with a value than to keep it, and nobody is told when one is made."""
    if model.__init__ is not models.Model.__init__:
        return False
    if signals.pre_init.has_listeners(model) or signals.post_init.has_listeners(model):
        return False
    standing = (inspect.getattr_static(model, field.attname) for field in model._meta.concrete_fields)
    return all(type(one) in _PLAIN for one in standing)


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
