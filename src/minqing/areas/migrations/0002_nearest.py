"""The index by which the nearest area to a point is found (nearest-neighbour GiST over ``point``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("areas", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX area_point_gist ON area USING gist (point(lon, lat)) WHERE closed_at IS NULL AND lon IS NOT NULL",
            "DROP INDEX area_point_gist",
        )
    ]
