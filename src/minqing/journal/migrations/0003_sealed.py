"""The seal over the journal: places in the tree, kept subtrees, signed roots, and what verifications found."""

from django.db import migrations, models

import minqing.kernel.ids
from minqing.kernel.postgres.privileges import AppendOnly


def key():
    return (
        "id",
        models.UUIDField(default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False),
    )


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Leaf",
            fields=[
                key(),
                ("position", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "journal_leaf"},
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                key(),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "journal_node",
                "constraints": [
                    models.UniqueConstraint(fields=("level", "index"), name="journal_node_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                key(),
                ("number", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("previous", models.BinaryField(max_length=32)),
                ("peaks", models.BinaryField(max_length=2048)),
                ("horizon", models.BigIntegerField()),
                ("swept", models.BooleanField()),
                ("key_id", models.SmallIntegerField()),
                ("signature", models.BinaryField(max_length=65)),
            ],
            options={"db_table": "journal_seal"},
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                key(),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("size", models.BigIntegerField()),
                ("is_sound", models.BooleanField()),
                ("sentence", models.TextField()),
            ],
            options={
                "db_table": "journal_check",
                "indexes": [models.Index(fields=["-at"], name="journal_check_at")],
            },
        ),
        # Sealing walks a transaction's entries in the order of their ids; one index serves the feed as well.
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["xact", "id"], name="journal_xact_id")
        ),
        migrations.RemoveIndex(model_name="entry", name="journal_xact"),
        # A nameless entry has an id that tells no time (version 4): the hourly sweep looks for these alone.
        migrations.RunSQL(
            "CREATE INDEX journal_nameless ON journal_entry (xact) WHERE uuid_extract_version(id) = 4",
            "DROP INDEX journal_nameless",
        ),
        AppendOnly("journal_leaf"),
        AppendOnly("journal_node"),
        AppendOnly("journal_seal"),
        AppendOnly("journal_check"),
    ]
