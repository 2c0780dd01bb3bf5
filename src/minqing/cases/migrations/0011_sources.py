"""What is brought as a petition or by the mayor's telephone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_express"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="source",
            field=models.CharField(
                choices=[
                    ("visit", "走访"),
                    ("door_code", "民情码"),
                    ("officer", "干部登记"),
                    ("hotline", "12345热线"),
                    ("api", "接口"),
                    ("rights", "本人请求"),
                    ("petition", "信访"),
                    ("express", "市长热线"),
                ],
                max_length=12,
            ),
        ),
    ]
