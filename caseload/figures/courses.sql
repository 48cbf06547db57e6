-- Assignments with the number of their kept visits and how they stand on a day: counted, never listed.
-- {window} is one of two conditions: began within the window, or ended on record within it.
WITH assigned AS (
    SELECT a.id, a.client_id, a.clinician_id, a.service, a.started_on, a.ended_on,
           t.ended_on AS terminated_on, t.category, lower(btrim(t.ground)) AS ground,
           least(t.ended_on, CASE WHEN a.ended_on <= %(today)s THEN a.ended_on END) AS closed_on
    FROM records_assignment a
    LEFT JOIN LATERAL (
        SELECT t.ended_on, t.category, t.ground
        FROM records_termination t
        WHERE t.client_id = a.client_id AND t.clinician_id = a.clinician_id AND t.service = a.service
          AND t.ended_on BETWEEN a.started_on AND least(a.ended_on, %(today)s)
        ORDER BY t.ended_on LIMIT 1
    ) t ON true
    WHERE a.started_on <= %(today)s AND a.service <> ALL(%(left_out)s)
      AND (%(service)s = '' OR a.service = %(service)s)
      AND (%(clinicians)s::bigint[] IS NULL OR a.clinician_id = ANY(%(clinicians)s))
),
course AS (
    SELECT *, started_on::timestamp AT TIME ZONE %(zone)s AS from_at,
           (coalesce(closed_on, %(today)s) + 1)::timestamp AT TIME ZONE %(zone)s AS until_at
    FROM assigned
    WHERE {window}
),
seen AS (
    SELECT c.id, count(*) AS visits, (max(v.starts_at) AT TIME ZONE %(zone)s)::date AS last_on
    FROM course c
    JOIN records_appointment v USING (client_id, clinician_id, service)
    WHERE v.state = 'kept' AND v.starts_at >= c.from_at AND v.starts_at < c.until_at
    GROUP BY c.id
),
standing AS (
    SELECT date_trunc('month', c.started_on)::date AS month, s.visits,
           CASE
               WHEN c.terminated_on IS NOT NULL THEN
                   CASE WHEN c.category = ANY(%(planned_categories)s)
                          OR c.category = 'none' AND c.ground LIKE ANY(%(planned_grounds)s)
                        THEN 'planned' ELSE 'unplanned' END
               -- Ended without a termination: a change of clinician where somebody else went on, else no reason known.
               WHEN c.closed_on IS NOT NULL THEN
                   CASE WHEN EXISTS (
                       SELECT FROM records_assignment other
                       WHERE other.client_id = c.client_id AND other.service = c.service AND other.id <> c.id
                         AND other.started_on BETWEEN c.started_on AND %(today)s
                         AND coalesce(other.ended_on, 'infinity') > c.closed_on
                   ) THEN 'planned' ELSE 'unplanned' END
               -- Nobody closed it, but TherapyNotes itself no longer calls the client active.
               WHEN s.last_on <= %(lapsed_by)s AND NOT EXISTS (
                   SELECT FROM records_appointment v
                   WHERE v.client_id = c.client_id AND v.clinician_id = c.clinician_id AND v.service = c.service
                     AND v.state = 'scheduled' AND v.starts_at >= %(today_at)s
               ) THEN 'unplanned'
               ELSE 'ongoing'
           END AS standing,
           c.started_on <= %(settled_by)s AS settled
    FROM course c
    JOIN seen s USING (id)
)
SELECT month, visits, standing, settled, count(*) FROM standing GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
