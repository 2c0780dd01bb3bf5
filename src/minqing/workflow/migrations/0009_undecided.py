"""What waits for a decision is found without what was decided; the index of runs repeated the foreign key's."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workflow", "0008_open_by_state")]
    operations = [
        migrations.RemoveIndex("clockrequest", "workflow_request_of_run"),
        migrations.AddIndex(
            "clockrequest",
            models.Index(
                fields=["run"], condition=Q(("decided_at", None)), name="workflow_request_undecided"
            ),
        ),
    ]
