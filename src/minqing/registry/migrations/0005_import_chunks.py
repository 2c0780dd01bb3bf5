"""Spreadsheets of any size: kept in sealed pieces, judged and applied chunk by chunk, known again by keyed hashes.

After a bulk load the application refreshes the planner's statistics itself: PostgreSQL 17 and later have a privilege for
that (MAINTAIN); on an earlier one the server's own autovacuum does it some minutes later.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import minqing.kernel.ids
import minqing.kernel.sealed

ROLE = settings.APPLICATION_ROLE
GRANT = f"""
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON resident, resident_identity, household, household_member, enterprise, tag, import_mark TO "{ROLE}"';
    END IF;
END $$
"""
REVOKE = GRANT.replace("GRANT MAINTAIN", "REVOKE MAINTAIN").replace(" TO ", " FROM ")


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_tag_purposes"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="appointment_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="began_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="file_bytes",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="read_bytes",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="read_rows",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="refusal",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="status",
            field=models.CharField(
                choices=[
                    ("checking", "正在检查"),
                    ("staged", "待导入"),
                    ("applying", "正在导入"),
                    ("applied", "已导入"),
                    ("stopped", "导入停了"),
                    ("refused", "读不出来"),
                    ("expired", "已过期"),
                ],
                default="staged",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ImportMark",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="registry.household",
                    ),
                ),
                ("rows_hash", models.BinaryField(max_length=16)),
                ("state", models.BinaryField(max_length=16)),
            ],
            options={
                "db_table": "import_mark",
                "indexes": [models.Index(fields=["rows_hash"], name="import_mark_hash")],
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("is_checked", models.BooleanField(default=False)),
                ("is_applied", models.BooleanField(default=False)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.importbatch",
                    ),
                ),
            ],
            options={
                "db_table": "import_chunk",
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="import_chunk_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPiece",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.CharField(max_length=8)),
                ("chunk", models.PositiveIntegerField(default=0)),
                ("sealed", minqing.kernel.sealed.SealedField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.importbatch",
                    ),
                ),
            ],
            options={
                "db_table": "import_piece",
                "indexes": [models.Index(fields=["batch", "part", "chunk", "id"], name="import_piece_place")],
            },
        ),
        # Sealed bytes do not shrink: the server need not try.
        migrations.RunSQL(
            "ALTER TABLE import_piece ALTER COLUMN sealed SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        migrations.RunSQL(GRANT, REVOKE),
    ]
