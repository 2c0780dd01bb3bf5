"""Indexes that hold what search asks of a row, so that it reads none: see docs/decisions/0115.

Those that begin with the area have the order of the lists inside it; each takes the place of one or two narrower ones.
"""

from django.db import migrations, models

Q = models.Q
CURRENT, NOT_ENDED = Q(("ends_on", None)), Q(("ended_at", None))
RESIDENTS = 'resident (area_id, name COLLATE "C", id) INCLUDE (closed_on, name_initials)'
HOUSEHOLDS = 'household (area_id, address COLLATE "C", id) INCLUDE (closed_on)'
HOUSEHOLDS_BEFORE = 'household (area_id, address COLLATE "C")'


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_duplicates")]
    operations = [
        migrations.RunSQL(
            f"CREATE INDEX resident_area_in_order ON {RESIDENTS}", "DROP INDEX resident_area_in_order"
        ),
        migrations.RemoveIndex(model_name="resident", name="resident_area_name"),
        migrations.RunSQL(
            f"DROP INDEX household_area_in_order; CREATE INDEX household_area_in_order ON {HOUSEHOLDS}",
            f"DROP INDEX household_area_in_order; CREATE INDEX household_area_in_order ON {HOUSEHOLDS_BEFORE}",
        ),
        migrations.RemoveIndex(model_name="household", name="household_area_address"),
        migrations.RemoveIndex(model_name="householdmember", name="member_current"),
        migrations.AddIndex(
            model_name="householdmember",
            index=models.Index(
                fields=["household"], condition=CURRENT, include=["resident"], name="member_current"
            ),
        ),
        migrations.RemoveConstraint(model_name="householdmember", name="member_of_one_household"),
        migrations.AddConstraint(
            model_name="householdmember",
            constraint=models.UniqueConstraint(
                fields=["resident"],
                condition=CURRENT,
                include=["household", "relation"],
                name="member_of_one_household",
            ),
        ),
        migrations.RemoveIndex(model_name="tag", name="tag_kind_area"),
        migrations.AddIndex(
            model_name="tag",
            index=models.Index(
                fields=["kind", "area"],
                condition=NOT_ENDED,
                include=["subject_id", "subject_kind", "starts_on", "ends_on"],
                name="tag_kind_area",
            ),
        ),
        migrations.RemoveConstraint(model_name="tag", name="tag_once_on_a_subject"),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                fields=["subject_id", "kind"],
                condition=NOT_ENDED,
                include=["area", "starts_on", "ends_on"],
                name="tag_once_on_a_subject",
            ),
        ),
    ]
