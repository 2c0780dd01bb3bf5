"""The tree, its history, and the county's profile."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q

from minqing.areas import rules
from minqing.areas.fields import AreaPathField
from minqing.kernel.models import Row


class AreaQuerySet(models.QuerySet["Area"]):
    def open(self) -> Self:
        """Only areas that have not been closed."""
        return self.filter(closed_at=None)

    def under(self, path: str) -> Self:
        """That area and everything below it."""
        return self.filter(path__under=path)


class Area(Row):
    """A node of the tree county, town, village, grid, micro-grid."""

    public_because: ClassVar[str] = "names and places of areas are published facts"

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    level = models.CharField(max_length=10, choices=list(rules.LEVEL_LABELS.items()))
    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    path = AreaPathField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    # A centre point, degrees WGS-84; ``point_is_approximate`` until somebody draws or surveys it.
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    point_is_approximate = models.BooleanField(default=True)
    outline = models.JSONField(null=True, blank=True)  # GeoJSON geometry, WGS-84

    objects = AreaQuerySet.as_manager()

    class Meta:
        db_table = "area"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="area_path_unique"),
            # Who is appointed at the top sees every row: there is no second tree.
            models.UniqueConstraint(
                fields=["level"], condition=Q(level=rules.COUNTY), name="area_one_county"
            ),
            models.CheckConstraint(
                condition=Q(level=rules.COUNTY, parent=None) | (~Q(level=rules.COUNTY) & ~Q(parent=None)),
                name="area_only_the_county_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="area_point_is_on_the_earth",
            ),
        ]
        indexes = [
            GistIndex(fields=["path"], name="area_path_gist"),
            models.Index(fields=["parent", "code"], name="area_parent_code"),
            models.Index(fields=["level"], name="area_level"),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def level_label(self) -> str:
        return rules.LEVEL_LABELS[self.level]

    @property
    def point(self) -> rules.Point | None:
        return rules.Point(self.lon, self.lat) if self.lon is not None and self.lat is not None else None

    def __str__(self) -> str:
        return self.name


class AreaPeriod(Row):
    """Where an area hung and what it was called from one moment to another; the open period is today's."""

    public_because: ClassVar[str] = "the history of the tree is a published fact"

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="periods")
    parent = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "area_period"
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area"], condition=Q(ends_at=None), name="area_period_one_open"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="area_period_ends_after_start",
            ),
        ]


class CountyProfile(Row):
    """What this installation is: which county, and whether it is a demonstration."""

    public_because: ClassVar[str] = "the county's name stands on every page"

    area = models.OneToOneField(Area, on_delete=models.PROTECT, related_name="+")
    # Demonstration accounts sign in only where this is true.
    is_demonstration = models.BooleanField(default=False)
    seed = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "county_profile"
