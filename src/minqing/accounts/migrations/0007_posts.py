"""More posts: group leaders, secretaries of towns, the county's duty desk, supervisors and others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_api_tokens"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="role",
            field=models.CharField(
                choices=[
                    ("grid_worker", "网格员"),
                    ("village_clerk", "村（社区）受理员"),
                    ("village_secretary", "村（社区）书记"),
                    ("town_dispatcher", "镇街调度员"),
                    ("handler", "承办人"),
                    ("reviewer", "审核员"),
                    ("follow_up_caller", "回访员"),
                    ("group_leader", "村民小组长"),
                    ("town_secretary", "镇街书记"),
                    ("county_dispatcher", "县级调度员"),
                    ("supervisor", "督查员"),
                    ("petition_officer", "信访专员"),
                    ("express_officer", "市长直通车专员"),
                    ("surveyor", "第三方回访员"),
                    ("discipline_officer", "纪检监督员"),
                    ("registrar", "档案管理员"),
                    ("system_administrator", "系统管理员"),
                    ("security_administrator", "安全管理员"),
                    ("auditor", "审计管理员"),
                ],
                max_length=30,
            ),
        ),
    ]
