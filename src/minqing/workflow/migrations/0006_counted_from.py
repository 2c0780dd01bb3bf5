"""A leg that was gone back to keeps the clock of the earlier one: from when that counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0005_follows")]
    operations = [migrations.AddField("leg", "counted_from", models.DateTimeField(null=True))]
