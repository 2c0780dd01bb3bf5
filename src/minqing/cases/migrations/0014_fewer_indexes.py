"""No index that repeats another: a step writes an entry into each of them."""

import django.db.models.deletion
from django.db import migrations, models


def unindexed(name, to, *, null=True):
    return migrations.AlterField(
        "case",
        name,
        models.ForeignKey(
            db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_posts"), ("areas", "0002_nearest"), ("cases", "0013_open_cases")]
    operations = [
        unindexed("area", "areas.area", null=False),
        unindexed("unit", "accounts.unit"),
        unindexed("topic", "cases.topic"),
        unindexed("master", "cases.case"),
    ]
