import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import minqing.diary.models
import minqing.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("areas", "0002_nearest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit", "日常走访"),
                            ("care", "关爱探访"),
                            ("safety", "安全检查"),
                            ("policy", "政策宣传"),
                            ("dispute", "矛盾了解"),
                            ("missed", "未遇到人"),
                        ],
                        default="visit",
                        max_length=20,
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField()),
                ("visited_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("accuracy_m", models.FloatField(blank=True, null=True)),
                ("met", models.CharField(blank=True, max_length=500)),
                ("heard", models.TextField(blank=True, max_length=4000)),
                ("done", models.TextField(blank=True, max_length=4000)),
                ("content_hash", models.BinaryField(max_length=32)),
                ("version", models.PositiveIntegerField(default=1)),
                ("amended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "visit",
                "base_manager_name": "everything",
                "default_manager_name": "everything",
            },
            managers=[
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=500)),
                ("solved_on_spot", models.BooleanField(default=False)),
                ("solution", models.CharField(blank=True, max_length=500)),
                ("added_at", models.DateTimeField()),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="diary.visit"
                    ),
                ),
            ],
            options={
                "db_table": "visit_finding",
                "ordering": ["visit", "number"],
            },
        ),
        migrations.CreateModel(
            name="VisitPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("file", models.FileField(max_length=120, upload_to=minqing.diary.models.photo_name)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="diary.visit"
                    ),
                ),
            ],
            options={
                "db_table": "visit_photo",
                "ordering": ["visit", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["subject_kind", "subject_id", "visited_at"], name="visit_subject"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["officer", "visited_at"], name="visit_officer"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["area", "visited_at"], name="visit_area"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["visited_at", "id"], name="visit_time"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat", None), ("lon", None)),
                    models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                    _connector="OR",
                ),
                name="visit_place_is_on_the_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("visited_at__lte", models.F("recorded_at"))),
                name="visit_is_recorded_after_it_was_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(fields=("visit", "number"), name="visit_finding_number"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(fields=("visit", "text"), name="visit_finding_once"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("solved_on_spot", True), ("solution", ""), _connector="OR"),
                name="visit_finding_solution_only_if_solved",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitphoto",
            constraint=models.UniqueConstraint(fields=("visit", "number"), name="visit_photo_number"),
        ),
    ]
