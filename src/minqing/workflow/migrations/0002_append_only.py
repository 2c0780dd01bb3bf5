"""Versions of the calendar are never changed: a clock names the one it was computed with."""

from django.db import migrations

from minqing.kernel.postgres.privileges import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [AppendOnly("workflow_calendar_version")]
