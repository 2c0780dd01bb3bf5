from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [migrations.RemoveField(model_name="pushattempt", name="by_hand")]
