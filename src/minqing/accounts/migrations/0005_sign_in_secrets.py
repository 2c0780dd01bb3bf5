"""The secrets behind second factors in a table of ours, sealed for their person, and sealed anew with new keys."""

from django.db import migrations, models

import minqing.kernel.ids
import minqing.kernel.sealed


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sessions_and_second_factors")]

    operations = [
        migrations.CreateModel(
            name="SignInSecret",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("app", minqing.kernel.sealed.SealedField()),
                ("recovery", minqing.kernel.sealed.SealedField()),
            ],
            options={"db_table": "sign_in_secret"},
        ),
    ]
