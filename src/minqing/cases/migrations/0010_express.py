"""The mayor's lane: sit-in days, their bookings, return visits."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import minqing.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("areas", "0002_nearest"),
        ("cases", "0009_notices_below"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnVisit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("planned_on", models.DateField()),
                ("how", models.CharField(choices=[("visit", "上门"), ("call", "电话")], max_length=10)),
                ("host", models.CharField(max_length=80)),
                ("planned_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("said", models.CharField(blank=True, max_length=1000)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "case_return_visit",
                "ordering": ["planned_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="SitInDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("place", models.CharField(max_length=80)),
                ("host", models.CharField(max_length=80)),
                ("slots", models.PositiveSmallIntegerField()),
                ("slot_minutes", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "case_sit_in_day",
                "ordering": ["starts_at"],
                "base_manager_name": "everything",
                "default_manager_name": "everything",
            },
            managers=[
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SitInBooking",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField()),
                ("booked_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("met_at", models.DateTimeField(null=True)),
                ("came", models.BooleanField(null=True)),
                ("notes", models.CharField(blank=True, max_length=1000)),
                (
                    "booked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.sitinday"
                    ),
                ),
            ],
            options={
                "db_table": "case_sit_in_booking",
                "ordering": ["slot"],
            },
        ),
        migrations.AddIndex(
            model_name="returnvisit",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["planned_on"], name="case_return_visit_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnvisit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("case",), name="case_return_visit_one_ahead"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnvisit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("passed", None)),
                    models.Q(("done_at__gte", models.F("planned_at")), ("passed__isnull", False)),
                    _connector="OR",
                ),
                name="case_return_visit_done_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitinday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("area", "starts_at"),
                name="case_sit_in_day_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitinday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("slot_minutes__gte", 5),
                    ("slot_minutes__lte", 120),
                    ("slots__gte", 1),
                    ("slots__lte", 48),
                ),
                name="case_sit_in_day_sensible",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitinbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("day", "slot"),
                name="case_sit_in_slot_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitinbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None), ("met_at", None)),
                fields=("case",),
                name="case_sit_in_one_ahead",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitinbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("came", None), ("met_at", None)),
                    models.Q(("came__isnull", False), ("met_at__isnull", False)),
                    _connector="OR",
                ),
                name="case_sit_in_met_is_said",
            ),
        ),
    ]
