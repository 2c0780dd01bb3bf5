"""A run may go along with another's: what several reported is handled once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0004_clocks")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="follows",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflow.run"
            ),
        ),
    ]
