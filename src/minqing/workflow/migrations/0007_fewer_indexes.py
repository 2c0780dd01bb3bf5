"""Fewer indexes to write when clocks move: none that repeats another, and of rare names only the rows that have one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_PERSON, _UNIT, _AREA = settings.AUTH_USER_MODEL, "accounts.unit", "areas.area"


def unindexed(model, name, to, *, null=True):
    return migrations.AlterField(
        model,
        name,
        models.ForeignKey(
            db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
        ),
    )


def named(model, name, index):
    return migrations.AddIndex(
        model, models.Index(fields=[name], condition=Q((f"{name}__isnull", False)), name=index)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_posts"),
        ("areas", "0002_nearest"),
        ("workflow", "0006_counted_from"),
        migrations.swappable_dependency(_PERSON),
    ]
    operations = [
        migrations.RemoveIndex("run", "workflow_run_unit_due"),
        migrations.RemoveIndex("run", "workflow_run_sponsored"),
        # Recomputing walks through runs by their ids and reads the version there.
        migrations.RemoveIndex("run", "workflow_run_clock"),
        unindexed("leg", "run", "workflow.run", null=False),
        unindexed("leg", "unit", _UNIT),
        unindexed("run", "area", _AREA, null=False),
        unindexed("run", "unit", _UNIT),
        unindexed("run", "holder", _PERSON),
        unindexed("run", "sponsor", _PERSON),
        unindexed("run", "listed_area", _AREA),
        unindexed("run", "stand_in_area", _AREA),
        unindexed("run", "follows", "workflow.run"),
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["unit", "next_due_at"],
                condition=Q(finished_at=None, unit__isnull=False),
                name="workflow_run_unit_due",
            ),
        ),
        named("leg", "unit", "workflow_leg_unit"),
        named("run", "sponsor", "workflow_run_sponsored"),
        named("run", "holder", "workflow_run_holder"),
        named("run", "listed_area", "workflow_run_listed"),
        named("run", "follows", "workflow_run_follows"),
    ]
