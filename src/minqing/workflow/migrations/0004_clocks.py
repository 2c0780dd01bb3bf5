"""Clocks: of the whole way, paused, extended, by terms that offices set; and what a changed calendar did to them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import minqing.kernel.ids
from minqing.kernel.postgres.privileges import AppendOnly

# The list of what a version moved is read from the journal itself; only these entries are in the index.
_MOVED = """
CREATE INDEX journal_clock_moved ON journal_entry (((facts ->> 'calendar_version')::int), id)
WHERE kind = 'workflow.clock_moved' OR kind = 'workflow.verdict_changed'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_posts"),
        ("areas", "0002_nearest"),
        ("journal", "0003_sealed"),
        ("workflow", "0003_posts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("leg", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=[("pause", "挂起"), ("extension", "延期")], max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "等待批准"),
                            ("granted", "已同意"),
                            ("refused", "不同意"),
                            ("ended", "已结束"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("amount", models.PositiveIntegerField(null=True)),
                ("for_overall", models.BooleanField(default=False)),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("asked_name", models.CharField(max_length=60)),
                ("asked_label", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("decided_name", models.CharField(blank=True, max_length=60)),
                ("decided_label", models.CharField(blank=True, max_length=120)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "db_table": "workflow_clock_request",
                "ordering": ["asked_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("first_day", models.DateField(null=True)),
                ("last_day", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("running_seen", models.PositiveIntegerField(default=0)),
                ("running_moved", models.PositiveIntegerField(default=0)),
                ("closed_seen", models.PositiveIntegerField(default=0)),
                ("closed_moved", models.PositiveIntegerField(default=0)),
                ("verdicts_changed", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "workflow_recomputation",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="TermVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("procedure", models.CharField(max_length=40)),
                ("state", models.CharField(blank=True, max_length=40)),
                ("amount", models.PositiveIntegerField(null=True)),
                ("measure", models.CharField(blank=True, max_length=20)),
                ("yellow_percent", models.PositiveSmallIntegerField(null=True)),
                ("holds_from", models.DateTimeField()),
                ("why", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=60)),
            ],
            options={
                "db_table": "workflow_term",
                "ordering": ["-holds_from", "-number"],
            },
        ),
        migrations.AddField(
            model_name="leg",
            name="term_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="leg",
            name="yellow_percent",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="by_overall",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_amount",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_measure",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_overdue_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_provisional",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_term_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_yellow_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_yellow_percent",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="paused_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(
                    ("finished_at", None), ("overall_due_at__isnull", False), ("overall_overdue_since", None)
                ),
                fields=["overall_due_at"],
                name="workflow_run_whole_to_sweep",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("paused_until__isnull", False)),
                fields=["paused_until"],
                name="workflow_run_paused",
            ),
        ),
        migrations.AddField(
            model_name="clockrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="clockrequest",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflow.run"
            ),
        ),
        migrations.AddIndex(
            model_name="recomputation",
            index=models.Index(
                condition=models.Q(("settled_at", None)), fields=["number"], name="workflow_recomputing"
            ),
        ),
        migrations.AddConstraint(
            model_name="termversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("yellow_percent", None), ("yellow_percent__lte", 100), _connector="OR"),
                name="workflow_term_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="termversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("measure", "")),
                    models.Q(("amount__gte", 1), models.Q(("measure", ""), _negated=True)),
                    _connector="OR",
                ),
                name="workflow_term_span",
            ),
        ),
        migrations.AddIndex(
            model_name="clockrequest",
            index=models.Index(fields=["run"], name="workflow_request_of_run"),
        ),
        migrations.AddConstraint(
            model_name="clockrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("run", "leg"),
                name="workflow_request_one_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "pause"), ("state", "granted")),
                fields=("run",),
                name="workflow_request_one_pause",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("kind", "pause"), ("until__isnull", False)),
                    models.Q(("amount__gte", 1), ("kind", "extension"), ("since", None), ("until", None)),
                    _connector="OR",
                ),
                name="workflow_request_pause_or_extension",
            ),
        ),
        AppendOnly("workflow_term"),
        migrations.RunSQL(_MOVED, "DROP INDEX journal_clock_moved"),
    ]
