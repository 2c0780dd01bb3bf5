"""Residents' numbers move into a table of their own behind row-level security, sealed for their row.

Boxes of the first layout (bound to their column only) are opened and sealed anew, batch by batch, in Python: the keys
are not in the database. There is no way back: a version that reads the old layout would not know the new one.
"""

from uuid import UUID

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import minqing.kernel.sealed
from minqing.kernel.resealing import SealedTable, reseal_all
from minqing.kernel.sealed import array_of, seal, unseal_unbound

BATCH = 5_000
# Not correlated: the areas under the paths are found once, by their index, also where all of the county is read.
REACHED = """
SELECT reached.id FROM unnest(string_to_array(current_setting('minqing.scopes', true), ',')::ltree[]) AS said (path)
JOIN area AS reached ON reached.path <@ said.path
"""
POLICY = f"""
ALTER TABLE resident_identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY under_the_scopes ON resident_identity FOR ALL
USING (area_id IN ({REACHED})) WITH CHECK (area_id IN ({REACHED}));
"""
READ = """
SELECT id, area_id, id_number, phone FROM resident
WHERE id > %s AND (id_number IS NOT NULL OR phone IS NOT NULL) ORDER BY id LIMIT %s
"""
WRITE = """
INSERT INTO resident_identity (resident_id, area_id, id_number, phone)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[])
"""


def _anew(box, old, new, row):
    return None if box is None else seal(unseal_unbound(bytes(box), place=old), place=new, row=row)


def into_the_vault(apps, schema_editor):
    after = UUID(int=0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [after, BATCH])
            rows = cursor.fetchall()
            if not rows:
                break
            after = rows[-1][0]
            boxes = [
                [_anew(row[n], f"resident.{name}", f"resident_identity.{name}", row[0]) for row in rows]
                for n, name in ((2, "id_number"), (3, "phone"))
            ]
            cursor.execute(WRITE, [[row[0] for row in rows], [row[1] for row in rows], *map(array_of, boxes)])
        for table in (
            SealedTable("enterprise", "id", ("phone",)),
            SealedTable("import_row", "id", ("sealed",)),
        ):
            for _ in reseal_all(
                cursor, table, opener=lambda box, place, row: unseal_unbound(box, place=place)
            ):
                pass


class Migration(migrations.Migration):
    dependencies = [("areas", "0002_nearest"), ("registry", "0002_tag_kinds")]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "resident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="registry.resident",
                    ),
                ),
                ("id_number", minqing.kernel.sealed.SealedField(blank=True, null=True)),
                ("phone", minqing.kernel.sealed.SealedField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
                    ),
                ),
            ],
            options={
                "db_table": "resident_identity",
                "base_manager_name": "everything",
                "default_manager_name": "everything",
            },
            managers=[("everything", django.db.models.manager.Manager())],
        ),
        migrations.RunPython(into_the_vault),
        migrations.RemoveField(model_name="resident", name="id_number"),
        migrations.RemoveField(model_name="resident", name="phone"),
        migrations.RunSQL(POLICY),
    ]
