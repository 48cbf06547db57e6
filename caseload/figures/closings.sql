-- Terminations of the window, by days since the client was last seen (by this clinician, for this service) or in contact.
WITH closed AS (
    SELECT t.client_id, t.clinician_id, t.service, t.ended_on,
           (t.ended_on + 1)::timestamp AT TIME ZONE %(zone)s AS until_at,
           CASE WHEN t.category = ANY(%(planned_categories)s)
                  OR t.category = 'none' AND lower(btrim(t.ground)) LIKE ANY(%(planned_grounds)s)
                THEN 'planned' ELSE 'unplanned' END AS standing
    FROM records_termination t
    WHERE t.ended_on BETWEEN %(since)s AND %(today)s AND t.service <> ALL(%(left_out)s)
      AND (%(service)s = '' OR t.service = %(service)s)
      AND (%(clinicians)s::bigint[] IS NULL OR t.clinician_id = ANY(%(clinicians)s))
),
dated AS (
    SELECT c.standing, c.ended_on - (greatest(seen.at, spoke.at) AT TIME ZONE %(zone)s)::date AS days
    FROM closed c
    LEFT JOIN LATERAL (
        SELECT max(v.starts_at) AS at
        FROM records_appointment v
        WHERE v.client_id = c.client_id AND v.clinician_id = c.clinician_id AND v.service = c.service
          AND v.state = 'kept' AND v.starts_at < c.until_at
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT max(k.at) AS at
        FROM records_contact k
        WHERE k.client_id = c.client_id AND k.at < c.until_at
          AND (k.direction = 'in' OR k.outcome = ANY(%(answered)s))
          AND NOT EXISTS (SELECT FROM records_contact later WHERE later.corrects_id = k.id)
    ) spoke ON true
)
SELECT standing, days, count(*) FROM dated WHERE days IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
