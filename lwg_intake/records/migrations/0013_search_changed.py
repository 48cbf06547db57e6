"""The search's triggers take as long for many rows as these want, whatever the connection did before.

A connection keeps the plan of a trigger's statements: one made for a single client joined old and new rows one by one,
and a later change of 20,000 clients took 40 seconds. So what was changed is found as a difference of sets, which is read
once in any plan, the statements about keys are planned for the clients at hand, and the new words are those of the keys
just written: they were looked for among all keys, dead ones included, which made an import of 100,000 clients take five
minutes instead of 20 seconds after the table had been emptied by deleting.
"""

from django.db import migrations

KEYS = r"""
CREATE OR REPLACE FUNCTION records_client_keys(ids bigint[]) RETURNS void {head}
    DELETE FROM records_searchkey WHERE client_id = ANY (ids);

    {made}
    INSERT INTO records_searchkey (client_id, kind, key)
    SELECT DISTINCT c.id, k.kind, k.key
    FROM records_client c
    CROSS JOIN LATERAL (SELECT regexp_replace(lower(c.ref), '[^a-z0-9]', '', 'g')) AS r (ref)
    CROSS JOIN LATERAL (SELECT ARRAY[search_digits(c.phone), search_digits(c.guardian_phone)]) AS n (numbers)
    CROSS JOIN LATERAL (
        SELECT 'name', unnest(search_words(c.first_name) || search_words(c.last_name) || search_words(c.preferred_name))
        UNION ALL SELECT 'ref', unnest(ARRAY[r.ref, ltrim(regexp_replace(r.ref, '\D', '', 'g'), '0')])
        UNION ALL SELECT 'mail', unnest(ARRAY[lower(c.email), lower(c.guardian_email)])
        UNION ALL SELECT 'dob', to_char(c.dob, 'YYYY-MM-DD')
        UNION ALL SELECT 'phone', unnest(ARRAY[number, right(number, 7)]) FROM unnest(n.numbers) number
        UNION ALL SELECT 'tail', reverse(number) FROM unnest(n.numbers) number
    ) AS k (kind, key)
    WHERE c.id = ANY (ids) AND k.key <> ''
    {kept}
    INSERT INTO records_searchword (word)
    SELECT DISTINCT k.key FROM {names}
      AND NOT EXISTS (SELECT FROM records_searchword w WHERE w.word = k.key)
    ORDER BY k.key
    ON CONFLICT DO NOTHING;
{tail};
"""

SEARCH = r"""
CREATE OR REPLACE FUNCTION records_client_search() RETURNS trigger LANGUAGE plpgsql {planned} AS $$
{declared}
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        PERFORM records_client_keys(array_agg(id)) FROM new_rows;
    WHEN 'UPDATE' THEN
        {updated}
    WHEN 'DELETE' THEN
        {deleted}
    WHEN 'TRUNCATE' THEN
        {emptied}
    END CASE;
    RETURN NULL;
END $$;
"""

PLANNED = "SET plan_cache_mode = force_custom_plan"
AFTER = KEYS.format(
    head=f"LANGUAGE plpgsql {PLANNED} AS $$ BEGIN",
    made="WITH made AS (",
    kept="RETURNING kind, key)",
    names="made k WHERE k.kind = 'name'",
    tail="END $$",
) + SEARCH.format(
    planned=PLANNED,
    declared="DECLARE gone bigint[];",
    updated="""
        PERFORM records_client_keys(array_agg(id)) FROM (
            SELECT id, ref, first_name, last_name, preferred_name, dob, email, phone, guardian_email, guardian_phone
            FROM new_rows
            EXCEPT ALL
            SELECT id, ref, first_name, last_name, preferred_name, dob, email, phone, guardian_email, guardian_phone
            FROM old_rows
        ) AS changed;
    """,
    deleted="""
        SELECT array_agg(id) INTO gone FROM old_rows;
        DELETE FROM records_searchkey WHERE client_id = ANY (gone);
    """,
    emptied="TRUNCATE records_searchkey, records_searchword;",
)
BEFORE = KEYS.format(
    head="LANGUAGE sql AS $$",
    made="",
    kept=";",
    names="records_searchkey k WHERE k.client_id = ANY (ids) AND k.kind = 'name'",
    tail="$$",
) + SEARCH.format(
    planned="",
    declared="",
    updated="""
        PERFORM records_client_keys(array_agg(id)) FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.ref, n.first_name, n.last_name, n.preferred_name, n.dob, n.email, n.phone, n.guardian_email,
               n.guardian_phone)
           IS DISTINCT FROM
              (o.ref, o.first_name, o.last_name, o.preferred_name, o.dob, o.email, o.phone, o.guardian_email,
               o.guardian_phone);
    """,
    deleted="DELETE FROM records_searchkey k USING old_rows o WHERE k.client_id = o.id;",
    emptied="DELETE FROM records_searchkey; DELETE FROM records_searchword;",
)


class Migration(migrations.Migration):
    dependencies = [("records", "0012_search_extensions")]
    operations = [migrations.RunSQL(AFTER, BEFORE)]
