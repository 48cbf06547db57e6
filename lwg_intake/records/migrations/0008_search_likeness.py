"""How near a word on record is to one that was typed, as one number, whichever way it was missed.

Each letter that differs costs 3; where both sound alike (double metaphone) the cost is less by a third, since a name
that is only heard is spelt in good faith. The share of common trigrams decides between equals. A word that begins with
the one typed is worth 30 and a nickname 27 (records/search_terms.py), so that a single slip stands about there, too.
"""

from django.db import migrations

SOUNDS = """
ALTER TABLE records_searchword DROP COLUMN sounds;
{function}
ALTER TABLE records_searchword
    ADD COLUMN sounds text[] NOT NULL GENERATED ALWAYS AS (search_sounds(word)) STORED;
CREATE INDEX records_searchword_sounds ON records_searchword USING gin (sounds) WITH (fastupdate = off);
"""

# A w counts as a v, too, as in Kowalczyk: double metaphone passes over it.
BOTH_W = """
CREATE OR REPLACE FUNCTION search_sounds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_remove(ARRAY[dmetaphone(letters), dmetaphone_alt(letters)]
        || CASE WHEN letters LIKE '%w%'
                THEN ARRAY[dmetaphone(translate(letters, 'w', 'v')), dmetaphone_alt(translate(letters, 'w', 'v'))]
           END, '')
    FROM regexp_replace(word, '[^a-z]', '', 'g') letters;
END;
"""

ENGLISH_W = """
CREATE OR REPLACE FUNCTION search_sounds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_remove(ARRAY[dmetaphone(letters), dmetaphone_alt(letters)], '')
    FROM regexp_replace(word, '[^a-z]', '', 'g') letters;
END;
"""

LIKE = """
DROP FUNCTION search_alike;

-- Neither STRICT nor with settings of its own, so that the planner puts it in place: called, it took 2 ms to plan. Words
-- of six letters and more may have two slips, or one letter in three wrong, for which their trigrams are asked.
CREATE FUNCTION search_like(typed text) RETURNS TABLE (word text, score real) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT found.word,
        greatest(29 - levenshtein(found.word, typed) * (CASE WHEN found.same_sound THEN 2 ELSE 3 END)
                 + 1.9 * similarity(found.word, typed), 1)::real
    FROM (
        SELECT w.word, w.sounds && search_sounds(typed) AS same_sound FROM records_searchword w
        WHERE w.near && search_near(typed) AND levenshtein_less_equal(w.word, typed, 2) <= 2
        UNION
        SELECT w.word, w.sounds && search_sounds(typed) FROM records_searchword w
        WHERE w.word % typed AND levenshtein_less_equal(w.word, typed, 3) <= length(typed) / 3 AND length(typed) > 5
        UNION
        SELECT w.word, true FROM records_searchword w
        WHERE w.sounds && search_sounds(typed)
          AND levenshtein(w.word, typed) <= (greatest(length(w.word), length(typed)) + 1) / 2
    ) AS found
    WHERE length(typed) > 2;
END;
"""

BEFORE = """
DROP FUNCTION search_like;

CREATE FUNCTION search_alike(typed text) RETURNS SETOF text LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET pg_trgm.similarity_threshold = 0.2
BEGIN ATOMIC
    SELECT word FROM records_searchword
    WHERE word % typed AND levenshtein_less_equal(word, typed, 3) <= length(typed) / 3;
END;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0007_what_the_sweep_reads")]
    operations = [
        migrations.RunSQL(SOUNDS.format(function=BOTH_W), SOUNDS.format(function=ENGLISH_W)),
        migrations.RunSQL(LIKE, BEFORE),
    ]
