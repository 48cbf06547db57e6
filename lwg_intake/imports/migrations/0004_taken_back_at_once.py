from importlib import import_module

from django.db import migrations, models

from lwg_intake.audit.triggers import gone_at_once, tracked

# The tables that an import creates rows in, each with the column that names the client.
TABLES = {
    "client": "id",
    "clinician": "",
    "assignment": "client_id",
    "appointment": "client_id",
    "termination": "client_id",
    "insurancepolicy": "client_id",
    "balance": "client_id",
    "document": "client_id",
    "omhcassessment": "client_id",
}


before = import_module("lwg_intake.imports.migrations.0002_undo_alone_deletes")


def refusal(function: str, sentence: str) -> str:
    """The refusal with its exception, looked up for all deleted rows together instead of for each."""
    return f"""
        CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF NOT EXISTS (
                    SELECT FROM gone WHERE NOT EXISTS (
                        SELECT FROM imports_change c
                        JOIN imports_runfile f ON f.id = c.file_id JOIN imports_run r ON r.id = f.run_id
                        -- After a transaction that named one, the setting is empty, not absent.
                        WHERE r.id = nullif(current_setting('lwg.undoing_import', true), '')::bigint
                          AND r.status = 'undoing' AND c.record_id = gone.id AND c."table" = TG_TABLE_NAME
                          AND c.former IS NULL
                    )
                ) THEN
                    RETURN NULL;
                END IF;
            END IF;
            RAISE EXCEPTION '{sentence}', TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
    """


def trigger(table: str, name: str, when: str, function: str, drop: bool = True) -> str:
    dropped = f"DROP TRIGGER records_{table}_{name} ON records_{table};" if drop else ""
    how = when.format(f"records_{table}")
    return f"{dropped} CREATE TRIGGER records_{table}_{name} {how} EXECUTE FUNCTION records_{table}_{function}();"


AT_ONCE = "AFTER DELETE ON {} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"
ONE_BY_ONE = "BEFORE DELETE ON {} FOR EACH ROW"

FORWARD = "".join([
    *(
        refusal(f"records_{table}_keep", f"nothing is deleted from records_{table}: % is refused")
        + trigger(table, "never_deleted", AT_ONCE, "keep")
        for table in TABLES
    ),
    # Contacts refuse UPDATE too, for each row as before.
    refusal("records_contact_refuse", "records_contact is append-only: % is refused"),
    trigger("contact", "append_only", "BEFORE UPDATE ON {} FOR EACH ROW", "refuse"),
    trigger("contact", "never_deleted", AT_ONCE, "refuse", drop=False),
    "DROP FUNCTION imports_undoes;",
])
BACKWARD = "".join([
    before.UNDOES,
    before.all_refusals(with_undo=True),
    *(trigger(table, "never_deleted", ONE_BY_ONE, "keep") for table in TABLES),
    "DROP TRIGGER records_contact_never_deleted ON records_contact;",
    trigger("contact", "append_only", "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW", "refuse"),
])


class Migration(migrations.Migration):
    dependencies = [
        ("checklists", "0006_rows_tracked"),
        ("imports", "0003_kinds_and_persons"),
        ("records", "0011_holds_stand"),
    ]
    operations = [
        migrations.AddField(
            model_name="runfile",
            name="noted_up_to",
            field=models.BigIntegerField(
                help_text="The last row change's number when it had gone in: what changed its rows later has a higher.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="status",
            field=models.CharField(
                choices=[
                    ("checking", "Being checked"), ("checked", "Checked, waits for you"), ("applying", "Going in"),
                    ("applied", "Imported"), ("undoing", "Being taken back"), ("undone", "Taken back"),
                    ("failed", "Failed"), ("discarded", "Discarded"),
                ],
                default="checking",
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE imports_runfile f SET noted_up_to = (SELECT coalesce(max(r.id), 0) FROM audit_rowchange r "
            "WHERE r.at <= f.applied_at) WHERE f.applied_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        tracked("records_clinician"),
        *(gone_at_once(f"records_{table}", client) for table, client in TABLES.items()),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
