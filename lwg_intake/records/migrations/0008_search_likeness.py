"""How near a word on record is to one that was typed, as one number, whichever way it was missed.

Each letter that differs costs 3; where both sound alike (double metaphone) the cost is less by a third, since a name
that is only heard is spelt in good faith. The share of common trigrams decides between equals. A word that begins with
the one typed is worth 30 and a nickname 27 (records/search_terms.py), so that a single slip stands about there, too.
"""

from django.db import migrations

LIKE = """
DROP FUNCTION search_alike;

-- Of long words up to one letter in three may be wrong. The default threshold of 0.3 would lose such words; lower
-- ones cost little among distinct words.
CREATE FUNCTION search_like(typed text) RETURNS TABLE (word text, score real) LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET pg_trgm.similarity_threshold = 0.2
BEGIN ATOMIC
    WITH heard AS MATERIALIZED (SELECT search_sounds(typed) AS sounds, search_near(typed) AS near)
    SELECT found.word,
        greatest(29 - levenshtein(found.word, typed) * (CASE WHEN found.same_sound THEN 2 ELSE 3 END)
                 + 1.9 * similarity(found.word, typed), 1)::real
    FROM (
        SELECT w.word, w.sounds && heard.sounds AS same_sound FROM records_searchword w, heard
        WHERE w.near && heard.near AND levenshtein_less_equal(w.word, typed, 2) <= 2
        UNION
        SELECT w.word, w.sounds && heard.sounds FROM records_searchword w, heard
        WHERE w.word % typed AND levenshtein_less_equal(w.word, typed, 3) <= length(typed) / 3
        UNION
        SELECT w.word, true FROM records_searchword w, heard
        WHERE w.sounds && heard.sounds AND levenshtein(w.word, typed) <= (greatest(length(w.word), length(typed)) + 1) / 2
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
    operations = [migrations.RunSQL(LIKE, BEFORE)]
