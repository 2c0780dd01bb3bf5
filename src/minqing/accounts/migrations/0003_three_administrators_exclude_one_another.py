"""Three administrators exclude one another, and business: also in the database, for every day there is."""

import django.contrib.postgres.constraints
from django.db import migrations, models

import minqing.accounts.models

# The county's administrator of old could appoint themselves to anything: what came second stands, and begins the day
# after the administrator's time ended.
ENDED = """
UPDATE appointment a SET ends_on = b.starts_on - 1 FROM appointment b
WHERE b.person_id = a.person_id AND a.role = 'system_administrator' AND b.role <> a.role
AND a.starts_on < b.starts_on AND (a.ends_on IS NULL OR a.ends_on >= b.starts_on)
"""
SIDE = models.Case(
    *(
        models.When(role=role, then=models.Value(role))
        for role in ("auditor", "security_administrator", "system_administrator")
    ),
    default=models.Value("business"),
    output_field=models.CharField(),
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_three_administrators")]

    operations = [
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                name="appointment_sides_never_meet",
                expressions=[
                    ("person", "="),
                    (minqing.accounts.models.Days("starts_on", "ends_on", models.Value("[]")), "&&"),
                    (SIDE, "<>"),
                ],
            ),
        ),
    ]
