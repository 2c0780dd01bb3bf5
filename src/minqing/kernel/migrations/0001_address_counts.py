"""Counts by address, for all processes: UNLOGGED, so that no log, replica or backup keeps them."""

from django.db import migrations, models

import minqing.kernel.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AddressCount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(db_index=True)),
                ("used", models.PositiveIntegerField()),
            ],
            options={"db_table": "address_count"},
        ),
        migrations.CreateModel(
            name="AddressSalt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("salt", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "address_salt"},
        ),
        migrations.RunSQL("ALTER TABLE address_count SET UNLOGGED", "ALTER TABLE address_count SET LOGGED"),
        migrations.RunSQL("ALTER TABLE address_salt SET UNLOGGED", "ALTER TABLE address_salt SET LOGGED"),
    ]
