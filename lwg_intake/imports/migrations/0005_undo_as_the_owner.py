from django.db import migrations

# Contacts are append-only, and the program's own account may not delete there at all. An import that is taken back
# deletes those it brought, and only those (the trigger asks), as the owner of the table.
TAKE_BACK = """
CREATE FUNCTION imports_take_back_contacts(undone bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    count bigint;
BEGIN
    DELETE FROM records_contact t USING imports_change c, imports_runfile f
    WHERE f.run_id = undone AND c.file_id = f.id AND c."table" = 'records_contact' AND c.former IS NULL
      AND t.id = c.record_id;
    GET DIAGNOSTICS count = ROW_COUNT;
    RETURN count;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0004_taken_back_at_once")]
    operations = [migrations.RunSQL(TAKE_BACK, "DROP FUNCTION imports_take_back_contacts(bigint)")]
