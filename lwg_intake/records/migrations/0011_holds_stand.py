from django.db import migrations

from lwg_intake.audit.triggers import append_only, never_deleted

# An import says all of a client's flags; a hold that was set here outlives it.
HOLD_STANDS = """
CREATE FUNCTION records_hold_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM records_legalhold h WHERE h.client_id = NEW.id AND h.lifted_at IS NULL) THEN
        NEW.flags := array_append(NEW.flags, 'hold');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_client_hold_stands BEFORE UPDATE OF flags ON records_client
    FOR EACH ROW WHEN ('hold' = ANY(OLD.flags) AND NOT 'hold' = ANY(NEW.flags))
    EXECUTE FUNCTION records_hold_stands();
"""
NO_MORE = """
DROP TRIGGER records_client_hold_stands ON records_client;
DROP FUNCTION records_hold_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0010_keeping")]
    operations = [
        never_deleted("records_legalhold"),
        append_only("records_recorddecision"),
        migrations.RunSQL(HOLD_STANDS, NO_MORE),
    ]
