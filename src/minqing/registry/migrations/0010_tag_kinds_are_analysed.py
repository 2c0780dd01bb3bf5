"""Let the database count the kinds of tags: fewer than fifty rows are never analysed, unless the table says so.

Without, the planner guesses one kind, and asks for every row of a list and every kind whether it carries that.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_sites_read_no_rows")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE tag_kind SET (autovacuum_analyze_threshold = 1)",
            "ALTER TABLE tag_kind RESET (autovacuum_analyze_threshold)",
        ),
    ]
