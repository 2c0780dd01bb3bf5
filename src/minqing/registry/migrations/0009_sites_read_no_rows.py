"""Lists of enterprises and places read no row either, in the county and inside an area: see docs/decisions/0115.

Each index takes the place of the one that held the same order.
"""

from django.db import migrations

BEFORE = 'DROP INDEX {0}_in_order; CREATE INDEX {0}_in_order ON {0} (name COLLATE "C", id)'
IN_ORDER = f"{BEFORE} INCLUDE (area_id, closed_on)"
IN_AREAS = 'CREATE INDEX {0}_area_in_order ON {0} (area_id, name COLLATE "C", id) INCLUDE (closed_on)'


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_search_reads_no_rows")]
    operations = [
        operation
        for name in ("enterprise", "place")
        for operation in (
            migrations.RunSQL(IN_ORDER.format(name), BEFORE.format(name)),
            migrations.RunSQL(IN_AREAS.format(name), f"DROP INDEX {name}_area_in_order"),
            migrations.RemoveIndex(model_name=name, name=f"{name}_area_name"),
        )
    ]
