"""A count of everything in an area reads the index alone: what it asks for, the source, stands there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_fewer_indexes")]
    operations = [
        migrations.RemoveIndex("case", "case_area_opened"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["area", "opened_at"], include=["source"], name="case_area_opened"),
        ),
    ]
