"""The vocabulary of tags a county starts with; ``load_tag_kinds`` adds what a later version brings."""

from django.db import migrations

from minqing.registry.rules import TAG_KINDS


def load(apps, schema_editor):
    kinds = apps.get_model("registry", "TagKind").objects.using(schema_editor.connection.alias)
    for position, one in enumerate(TAG_KINDS):
        kinds.update_or_create(
            key=one.key,
            defaults={
                "label": one.label,
                "for_kinds": list(one.for_kinds),
                "is_sensitive": one.is_sensitive,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
