"""Each kind of tag says what it is for and why one may know it; a tag says who agreed; sensitive kinds have a category."""

from django.db import migrations, models
from django.db.models import Q

from minqing.registry.rules import TAG_KINDS


def fill(apps, schema_editor):
    kinds = apps.get_model("registry", "TagKind").objects.using(schema_editor.connection.alias)
    for one in TAG_KINDS:
        kinds.filter(key=one.key).update(
            is_sensitive=one.is_sensitive, category=one.category, purpose=one.purpose, basis=one.basis,
            basis_words=one.basis_words,
        )  # fmt: skip
    # A county's own sensitive kinds: seen by the fewest until somebody says more.
    kinds.filter(is_sensitive=True, category="").update(category="health")


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_vault")]

    operations = [
        migrations.AddField(
            "tagkind", "category",
            models.CharField(
                blank=True, choices=[("health", "健康"), ("poverty", "困难救助"), ("minors", "未成年人")], default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField("tagkind", "purpose", models.CharField(default="", max_length=60)),
        migrations.AddField(
            "tagkind", "basis",
            models.CharField(choices=[("consent", "本人同意"), ("duty", "法定职责")], default="consent", max_length=8),
        ),
        migrations.AddField("tagkind", "basis_words", models.CharField(default="", max_length=60)),
        migrations.AddField(
            "tag", "consent",
            models.CharField(
                blank=True, choices=[("self", "本人同意"), ("guardian", "监护人同意")], default="", max_length=8
            ),
            preserve_default=False,
        ),
        migrations.AddField("tag", "consent_on", models.DateField(blank=True, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "tagkind",
            models.CheckConstraint(
                condition=Q(is_sensitive=False, category="") | (Q(is_sensitive=True) & ~Q(category="")),
                name="tag_kind_sensitive_has_a_category",
            ),
        ),
    ]  # fmt: skip
