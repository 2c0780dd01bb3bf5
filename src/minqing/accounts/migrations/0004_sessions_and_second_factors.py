"""Sessions found by the hash of their key, and what people are told of their own account."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import minqing.kernel.clock
import minqing.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_three_administrators_exclude_one_another"),
    ]

    operations = [
        # Django's own sessions, by their keys: everybody signs in anew after the upgrade.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="person",
            name="must_change_password",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="person",
            name="password_set_at",
            field=models.DateTimeField(default=minqing.kernel.clock.now),
        ),
        migrations.CreateModel(
            name="SecurityNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sentence", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("shown_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "security_notice",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key_hash", models.BinaryField(max_length=32, unique=True)),
                ("data", models.TextField()),
                ("device", models.CharField(default="", max_length=60)),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("idle_until", models.DateTimeField(db_index=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "signed_in_session",
            },
        ),
    ]
