"""The county's administrator becomes the system administrator, one of three (GB/T 22239-2019, 8.1.5)."""

from django.db import migrations, models

ROLES = [
    ("grid_worker", "网格员"),
    ("village_clerk", "村（社区）受理员"),
    ("village_secretary", "村（社区）书记"),
    ("town_dispatcher", "镇街调度员"),
    ("handler", "承办人"),
    ("reviewer", "审核员"),
    ("follow_up_caller", "回访员"),
    ("registrar", "档案管理员"),
    ("system_administrator", "系统管理员"),
    ("security_administrator", "安全管理员"),
    ("auditor", "审计管理员"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="appointment", name="role", field=models.CharField(choices=ROLES, max_length=30)
        ),
        migrations.RunSQL(
            "UPDATE appointment SET role = 'system_administrator' WHERE role = 'county_administrator'",
            "UPDATE appointment SET role = 'county_administrator' WHERE role = 'system_administrator'",
        ),
    ]
