"""An assisting unit's “not ours” is kept and ruled on like any other return, beside those of the case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_sources"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="return", name="case_return_number"),
        migrations.RemoveConstraint(model_name="return", name="case_return_one_open"),
        migrations.AddField(
            model_name="return",
            name="part",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.part"
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(
                fields=("case", "part", "number"), name="case_return_number", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ruling", "")),
                fields=("case", "part"),
                name="case_return_one_open",
                nulls_distinct=False,
            ),
        ),
    ]
