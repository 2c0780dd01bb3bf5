"""Entries and marks are append-only for the application's role; personal details may be emptied, never deleted."""

from django.conf import settings
from django.db import migrations

ROLE = settings.APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f'REVOKE UPDATE, DELETE, TRUNCATE ON journal_entry, journal_reaction_done FROM "{ROLE}"',
            f'GRANT UPDATE, DELETE ON journal_entry, journal_reaction_done TO "{ROLE}"',
        ),
        migrations.RunSQL(
            f'REVOKE DELETE, TRUNCATE ON journal_detail FROM "{ROLE}"',
            f'GRANT DELETE ON journal_detail TO "{ROLE}"',
        ),
    ]
