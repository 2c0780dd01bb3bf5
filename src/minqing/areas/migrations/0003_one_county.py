"""A database has one county: whoever is appointed there sees every row without being asked for its area."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("areas", "0002_nearest")]
    operations = [
        migrations.AddConstraint(
            "area",
            models.UniqueConstraint(
                fields=["level"], condition=Q(("level", "county")), name="area_one_county"
            ),
        )
    ]
