"""The base of every table of ours: a UUIDv7 key made in Python."""

from __future__ import annotations

from django.db import models

from minqing.kernel.ids import uuid7


class Row(models.Model):
    """A row with a time-ordered id. Every concrete model says how it is scoped: ``objects`` a ScopedQuerySet,
    ``scoped_through = "<fk>"`` or ``public_because = "<reason>"`` (a guard test insists)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
