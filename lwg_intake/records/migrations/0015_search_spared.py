"""A change of a client that leaves what one finds them by alone asks nothing of the search's keys.

It called their function for nobody, which planned two statements anew: half of what a change of an address took.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION records_client_search() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE ids bigint[];
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        SELECT array_agg(id) INTO ids FROM new_rows;
    WHEN 'UPDATE' THEN
        SELECT array_agg(id) INTO ids FROM (
            SELECT id, ref, first_name, last_name, preferred_name, dob, email, phone, guardian_email, guardian_phone
            FROM new_rows
            EXCEPT ALL
            SELECT id, ref, first_name, last_name, preferred_name, dob, email, phone, guardian_email, guardian_phone
            FROM old_rows
        ) AS changed;
    WHEN 'DELETE' THEN
        SELECT array_agg(id) INTO ids FROM old_rows;
        DELETE FROM records_searchkey WHERE client_id = ANY (ids);
        ids := NULL;
    WHEN 'TRUNCATE' THEN
        TRUNCATE records_searchkey, records_searchword;
    END CASE;
    IF ids IS NOT NULL THEN
        PERFORM records_client_keys(ids);
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0014_rows_tracked")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
