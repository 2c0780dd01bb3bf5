"""What residents ask about their own file is a source of cases too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_sealed_for_their_row")]

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
                ],
                max_length=12,
            ),
        ),
    ]
