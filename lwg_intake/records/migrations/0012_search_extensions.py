"""The extension behind a telephone number is no part of it: its last four digits are those before the x."""

from django.db import migrations

DIGITS = r"""
CREATE OR REPLACE FUNCTION search_digits(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace({number}, '\D', '', 'g'), '^1(?=\d{{10}}$)', '');

SELECT records_client_keys(array_agg(id)) FROM records_client WHERE phone ~ '[xX#]' OR guardian_phone ~ '[xX#]';
"""
WITHOUT_EXTENSION = r"regexp_replace(number, '\s*(x|ext\.?|extension|#)\s*\d+\s*$', '', 'i')"


class Migration(migrations.Migration):
    dependencies = [("records", "0011_holds_stand")]
    operations = [
        migrations.RunSQL(DIGITS.format(number=WITHOUT_EXTENSION), DIGITS.format(number="number")),
    ]
