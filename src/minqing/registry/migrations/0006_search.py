"""Indexes that find any part of a name or an address, two characters too, and those that hold the order of lists.

``text_parts`` is plain PL/pgSQL: an expression over a set costs twenty times as much a row (measured). It names
nothing but built-in functions, so a restore, which has no search path, can use it.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION text_parts(given text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    letters text[] := string_to_array(given, NULL);
    parts text[] := letters;
BEGIN
    FOR i IN 2 .. cardinality(letters) LOOP
        parts := parts || (letters[i - 1] || letters[i]);
    END LOOP;
    RETURN parts;
END $$
"""
INDEXES = {
    # Names from their second character on: what begins with the word is a range of resident_in_order.
    "resident_name_parts": "resident USING gin (text_parts(substring(name, 2)))",
    "resident_in_order": 'resident (name COLLATE "C", id) INCLUDE (area_id, closed_on)',
    "resident_initials_in_order": (
        'resident (name_initials COLLATE "C", name COLLATE "C", id) INCLUDE (area_id, closed_on)'
    ),
    "household_address_parts": "household USING gin (text_parts(address))",
    "household_in_order": 'household (address COLLATE "C", id) INCLUDE (area_id, closed_on)',
    "household_area_in_order": 'household (area_id, address COLLATE "C")',
    "enterprise_name_parts": "enterprise USING gin (text_parts(name))",
    "enterprise_address_parts": "enterprise USING gin (text_parts(address))",
    "enterprise_in_order": 'enterprise (name COLLATE "C", id)',
    "place_name_parts": "place USING gin (text_parts(name))",
    "place_address_parts": "place USING gin (text_parts(address))",
    "place_in_order": 'place (name COLLATE "C", id)',
}


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_import_chunks")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION text_parts(text)"),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}")
            for name, what in INDEXES.items()
        ),
        migrations.RemoveIndex(model_name="resident", name="resident_name_trgm"),
        migrations.RemoveIndex(model_name="resident", name="resident_initials"),
        migrations.RemoveIndex(model_name="household", name="household_address_trgm"),
        migrations.RemoveIndex(model_name="enterprise", name="enterprise_name_trgm"),
        migrations.RemoveIndex(model_name="place", name="place_name_trgm"),
    ]
