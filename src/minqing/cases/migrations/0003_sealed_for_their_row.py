"""Reporters' names and phones are sealed for their row: boxes of the first layout are sealed anew."""

from django.db import migrations

from minqing.kernel.resealing import SealedTable, reseal_all
from minqing.kernel.sealed import unseal_unbound


def bind(apps, schema_editor):
    table = SealedTable("case_contact", "id", ("name", "phone"))
    with schema_editor.connection.cursor() as cursor:
        for _ in reseal_all(cursor, table, opener=lambda box, place, row: unseal_unbound(box, place=place)):
            pass


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_who_asked")]
    operations = [migrations.RunPython(bind)]
