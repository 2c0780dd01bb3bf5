"""Which token brought a case, and whether it may be listed."""

import django.db.models.deletion
from django.db import migrations, models

import minqing.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_api_tokens"),
        ("cases", "0005_handover"),
    ]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_listed", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.apitoken"
                    ),
                ),
            ],
            options={
                "db_table": "case_submission",
                "indexes": [
                    models.Index(fields=["token", "made_at"], name="case_submission_token"),
                    models.Index(
                        condition=models.Q(("is_listed", True)),
                        fields=["made_at"],
                        name="case_submission_listed",
                    ),
                ],
            },
        ),
    ]
