"""What a client can be found by, kept by the database itself, so that no bulk update or import can pass it by.

records_searchkey holds every key of every client: the words of the names, the phone's digits from the front and from
the back, e-mail, record number and birth date. A search is a range of keys, and one index serves them all; keys are
compared byte by byte (COLLATE "C"), which is what lets an index answer "begins with". records_searchword holds each
distinct word once, beside its sound and its spellings with one letter left out: two words that share such a spelling
differ by one slip. Misspelt and misheard names are thus looked up among some ten thousand words, not among all clients.

Neither table is a model: nothing but this trigger writes them, and records/search.py alone reads them.
"""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION search_plain(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, normalize($1)) COLLATE "C");

-- The parts of a name, and the whole without its gaps: "O'Brien-Smith" is obrien, smith and obriensmith.
CREATE FUNCTION search_words(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_remove(regexp_split_to_array(bare, gap) || regexp_replace(bare, gap, '', 'g'), '')
    FROM (SELECT regexp_replace(search_plain(name), '[''`]', '', 'g'), '[ -/:-@[-`{-~]+') AS n (bare, gap);
END;

CREATE FUNCTION search_digits(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace(number, '\D', '', 'g'), '^1(?=\d{10}$)', '');

CREATE FUNCTION search_near(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(DISTINCT overlay(word PLACING '' FROM i FOR 1)) || word FROM generate_series(1, length(word)) i;
END;

CREATE FUNCTION search_sounds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_remove(ARRAY[dmetaphone(letters), dmetaphone_alt(letters)], '')
    FROM regexp_replace(word, '[^a-z]', '', 'g') letters;
END;
"""

TABLES = """
CREATE TABLE records_searchkey (
    client_id bigint NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('name', 'phone', 'tail', 'mail', 'ref', 'dob')),
    key text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, key, client_id)
);
CREATE INDEX records_searchkey_client ON records_searchkey (client_id, kind, key);

CREATE TABLE records_searchword (
    word text COLLATE "C" PRIMARY KEY,
    near text[] NOT NULL GENERATED ALWAYS AS (search_near(word)) STORED,
    sounds text[] NOT NULL GENERATED ALWAYS AS (search_sounds(word)) STORED
);
CREATE INDEX records_searchword_near ON records_searchword USING gin (near) WITH (fastupdate = off);
CREATE INDEX records_searchword_sounds ON records_searchword USING gin (sounds) WITH (fastupdate = off);
CREATE INDEX records_searchword_alike ON records_searchword USING gin (word gin_trgm_ops) WITH (fastupdate = off);

-- Of long words up to one letter in three may be wrong. The default threshold of 0.3 would lose such words; lower
-- ones cost little among distinct words. Without fastupdate above: a pending list made each look-up ten times slower.
CREATE FUNCTION search_alike(typed text) RETURNS SETOF text LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET pg_trgm.similarity_threshold = 0.2
BEGIN ATOMIC
    SELECT word FROM records_searchword
    WHERE word % typed AND levenshtein_less_equal(word, typed, 3) <= length(typed) / 3;
END;
"""

# No foreign key to the client: clients are never deleted, and the last two triggers keep tests clean.
TRIGGERS = r"""
CREATE FUNCTION records_client_keys(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM records_searchkey WHERE client_id = ANY (ids);

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
    WHERE c.id = ANY (ids) AND k.key <> '';

    INSERT INTO records_searchword (word)
    SELECT DISTINCT k.key FROM records_searchkey k
    WHERE k.client_id = ANY (ids) AND k.kind = 'name'
      AND NOT EXISTS (SELECT FROM records_searchword w WHERE w.word = k.key)
    ORDER BY k.key
    ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION records_client_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        PERFORM records_client_keys(array_agg(id)) FROM new_rows;
    WHEN 'UPDATE' THEN
        PERFORM records_client_keys(array_agg(id)) FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.ref, n.first_name, n.last_name, n.preferred_name, n.dob, n.email, n.phone, n.guardian_email,
               n.guardian_phone)
           IS DISTINCT FROM
              (o.ref, o.first_name, o.last_name, o.preferred_name, o.dob, o.email, o.phone, o.guardian_email,
               o.guardian_phone);
    WHEN 'DELETE' THEN
        DELETE FROM records_searchkey k USING old_rows o WHERE k.client_id = o.id;
    WHEN 'TRUNCATE' THEN
        DELETE FROM records_searchkey;
        DELETE FROM records_searchword;
    END CASE;
    RETURN NULL;
END $$;

CREATE TRIGGER records_client_search_insert AFTER INSERT ON records_client
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION records_client_search();
CREATE TRIGGER records_client_search_update AFTER UPDATE ON records_client
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION records_client_search();
CREATE TRIGGER records_client_search_delete AFTER DELETE ON records_client
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION records_client_search();
CREATE TRIGGER records_client_search_truncate AFTER TRUNCATE ON records_client
    FOR EACH STATEMENT EXECUTE FUNCTION records_client_search();

SELECT records_client_keys(array_agg(id)) FROM records_client;
"""

UNDO = """
DROP TRIGGER records_client_search_insert ON records_client;
DROP TRIGGER records_client_search_update ON records_client;
DROP TRIGGER records_client_search_delete ON records_client;
DROP TRIGGER records_client_search_truncate ON records_client;
DROP FUNCTION records_client_search;
DROP FUNCTION records_client_keys;
DROP FUNCTION search_alike;
DROP TABLE records_searchkey, records_searchword;
DROP FUNCTION search_sounds, search_near, search_digits, search_words, search_plain;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_contacts_append_only")]
    operations = [
        CreateExtension("pg_trgm"),
        CreateExtension("unaccent"),
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTIONS + TABLES + TRIGGERS, UNDO),
    ]
