"""Notices moved to the domain of their own below cases. What they said of a title goes: no notice holds words."""

from django.db import migrations

MOVE = """
INSERT INTO notice (id, person_id, kind, subject_kind, subject_id, sentence, key, made_at, read_at)
SELECT id, person_id, 'cases.closed', 'case', case_id, regexp_replace(sentence, '“.*”', ''), 'moved ' || id::text,
       made_at, read_at
FROM case_notice
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_joint"),
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="Notice"),
    ]
