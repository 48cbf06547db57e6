from django.db import migrations

from lwg_intake.audit.triggers import append_only

# The tables that an import creates rows in. Nothing is ever deleted from them, with one exception: while an import is
# being undone, in that transaction, the rows which that very import created.
TABLES = (
    "client",
    "clinician",
    "assignment",
    "appointment",
    "termination",
    "insurancepolicy",
    "balance",
    "document",
    "omhcassessment",
)

UNDOES = """
CREATE FUNCTION imports_undoes(deleted_from text, deleted_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM imports_change c JOIN imports_runfile f ON f.id = c.file_id JOIN imports_run r ON r.id = f.run_id
        -- After a transaction that named one, the setting is empty, not absent.
        WHERE r.id = nullif(current_setting('lwg.undoing_import', true), '')::bigint AND r.status = 'undoing'
          AND c.record_id = deleted_id AND c."table" = deleted_from AND c.former IS NULL
    );
$$;
"""


def refusing(function: str, sentence: str, with_undo: bool) -> str:
    """The refusal as it stands elsewhere, with or without the exception. (A statement's trigger has no OLD.)"""
    undo = """
            IF TG_OP = 'DELETE' THEN
                IF imports_undoes(TG_TABLE_NAME, OLD.id) THEN
                    RETURN OLD;
                END IF;
            END IF;""" if with_undo else ""
    return f"""
        CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN{undo}
            RAISE EXCEPTION '{sentence}', TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
    """


def all_refusals(with_undo: bool) -> str:
    kept = [
        refusing(f"records_{name}_keep", f"nothing is deleted from records_{name}: % is refused", with_undo)
        for name in TABLES
    ]
    return "".join([
        *kept, refusing("records_contact_refuse", "records_contact is append-only: % is refused", with_undo)
    ])


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_runs_and_changes"),
        ("records", "0006_never_deleted"),
    ]
    operations = [
        append_only("imports_change"),
        migrations.RunSQL(
            UNDOES + all_refusals(with_undo=True), all_refusals(with_undo=False) + "DROP FUNCTION imports_undoes;"
        ),
    ]
