"""A list of things to do finds the runs in its states, not all that are under way."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workflow", "0007_fewer_indexes")]
    operations = [
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["procedure", "state"],
                condition=Q(("finished_at", None)),
                name="workflow_run_open_state",
            ),
        )
    ]
