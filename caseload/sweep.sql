-- What the night finds, as of one day: one row per open assignment and ground, with its evidence and what holds it back.
-- Its cost follows the open assignments and the recent window, not the length of the history: absence is the set
-- difference between the open assignments and the recent visits, the last visit is looked up only for the absent, and
-- misses are counted no further than the least that any rule asks before they are listed.
WITH open AS MATERIALIZED (
    SELECT a.id, a.client_id, a.clinician_id, a.service, a.started_on,
           a.started_on::timestamp AT TIME ZONE %(zone)s AS started_at
    FROM records_assignment a
    WHERE a.started_on <= %(on)s AND (a.ended_on IS NULL OR a.ended_on > %(on)s)
),
recently_seen AS MATERIALIZED (
    SELECT DISTINCT v.client_id, v.clinician_id, v.service
    FROM records_appointment v
    WHERE v.state = 'kept' AND v.starts_at >= %(window_at)s AND v.starts_at < %(tomorrow_at)s
),
recently_in_contact AS MATERIALIZED (
    SELECT DISTINCT c.client_id
    FROM records_contact c
    WHERE c.at >= %(window_at)s AND c.at < %(tomorrow_at)s
      AND (c.direction = 'in' OR c.outcome = ANY(%(answered)s))
      AND NOT EXISTS (SELECT 1 FROM records_contact k WHERE k.corrects_id = c.id)
),
ahead AS MATERIALIZED (
    SELECT v.client_id, v.clinician_id, v.service, min(v.starts_at) AS starts_at
    FROM records_appointment v
    WHERE v.state = 'scheduled' AND v.starts_at >= %(today_at)s
    GROUP BY 1, 2, 3
),
unseen AS MATERIALIZED (
    SELECT o.*, r.client_id IS NOT NULL AS in_contact
    FROM open o
    LEFT JOIN recently_seen s USING (client_id, clinician_id, service)
    LEFT JOIN recently_in_contact r ON r.client_id = o.client_id
    WHERE s.client_id IS NULL AND o.started_on <= %(unseen_by)s
),
absent AS MATERIALIZED (
    SELECT u.*, seen.last_on AS seen_on, spoke.last_on AS contact_on,
           greatest(u.started_on, seen.last_on) AS counted_from
    FROM unseen u
    LEFT JOIN LATERAL (
        SELECT (v.starts_at AT TIME ZONE %(zone)s)::date AS last_on
        FROM records_appointment v
        WHERE v.client_id = u.client_id AND v.clinician_id = u.clinician_id AND v.service = u.service
          AND v.state = 'kept' AND v.starts_at >= u.started_at AND v.starts_at < %(tomorrow_at)s
        ORDER BY v.starts_at DESC LIMIT 1
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT (c.at AT TIME ZONE %(zone)s)::date AS last_on
        FROM records_contact c
        WHERE c.client_id = u.client_id AND c.at < %(tomorrow_at)s
          AND (c.direction = 'in' OR c.outcome = ANY(%(answered)s))
          AND NOT EXISTS (SELECT 1 FROM records_contact k WHERE k.corrects_id = c.id)
        ORDER BY c.at DESC LIMIT 1
    ) spoke ON true
),
often AS MATERIALIZED (
    SELECT o.*
    FROM open o
    WHERE %(least)s > 0 AND EXISTS (
        SELECT FROM records_appointment v
        WHERE v.client_id = o.client_id AND v.clinician_id = o.clinician_id AND v.service = o.service
          AND v.state IN ('no_show', 'late_cancel') AND v.state = ANY(%(misses)s)
          AND v.starts_at >= o.started_at AND v.starts_at < %(tomorrow_at)s
        OFFSET greatest(%(least)s, 1) - 1 LIMIT 1
    )
),
missing AS MATERIALIZED (
    SELECT o.id, o.client_id, o.clinician_id, o.service, o.started_at, count(*) AS misses,
           count(*) FILTER (WHERE v.starts_at >= %(within_at)s) AS within,
           jsonb_agg(
               jsonb_build_object('on', (v.starts_at AT TIME ZONE %(zone)s)::date, 'state', v.state) ORDER BY v.starts_at
           ) AS listed
    FROM often o
    JOIN records_appointment v USING (client_id, clinician_id, service)
    WHERE v.state IN ('no_show', 'late_cancel') AND v.state = ANY(%(misses)s) AND v.starts_at >= o.started_at AND v.starts_at < %(tomorrow_at)s
    GROUP BY o.id, o.client_id, o.clinician_id, o.service, o.started_at
),
missed AS (
    SELECT m.id, m.listed, m.misses, fired.which
    FROM missing m
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE n <= %(last_n)s AND was_missed) AS of_last,
               coalesce(min(n) FILTER (WHERE NOT was_missed) - 1, count(*)) AS in_a_row
        FROM (
            SELECT v.state = ANY(%(misses)s) AS was_missed, row_number() OVER (ORDER BY v.starts_at DESC) AS n
            FROM records_appointment v
            WHERE v.client_id = m.client_id AND v.clinician_id = m.clinician_id AND v.service = m.service
              AND (v.state = 'kept' OR v.state = ANY(%(misses)s))
              AND v.starts_at >= m.started_at AND v.starts_at < %(tomorrow_at)s
            ORDER BY v.starts_at DESC LIMIT greatest(%(last_n)s, %(in_a_row)s, 1)
        ) latest
    ) recent
    CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
            CASE WHEN %(total)s > 0 AND m.misses >= %(total)s THEN 'total' END,
            CASE WHEN %(of_last)s > 0 AND recent.of_last >= %(of_last)s THEN 'of_last' END,
            CASE WHEN %(in_a_row)s > 0 AND recent.in_a_row >= %(in_a_row)s THEN 'in_a_row' END,
            CASE WHEN %(within)s > 0 AND m.within >= %(within)s THEN 'within' END
        ], NULL) AS which
    ) fired
    WHERE cardinality(fired.which) > 0
),
planned AS (
    SELECT DISTINCT ON (o.client_id) o.id, o.started_on,
           CASE WHEN c.plan_updated_on <= %(on)s THEN c.plan_updated_on END AS plan_on
    FROM open o JOIN records_client c ON c.id = o.client_id
    WHERE o.service = 'therapy'
    ORDER BY o.client_id, o.started_on, o.id
),
found AS (
    SELECT id, CASE WHEN in_contact THEN 'trying' ELSE 'inactive' END AS ground,
           jsonb_build_object(
               'last_seen_on', seen_on, 'days_unseen', %(on)s - counted_from,
               'last_contact_on', contact_on, 'days_without_contact', %(on)s - coalesce(contact_on, started_on)
           ) AS evidence
    FROM absent
    UNION ALL
    SELECT b.id, 'lapsed',
           jsonb_build_object(
               'last_seen_on', b.seen_on, 'days_unseen', %(on)s - b.counted_from, 'last_contact_on', b.contact_on,
               'days_without_contact', %(on)s - coalesce(b.contact_on, b.started_on)
           )
    FROM absent b
    LEFT JOIN ahead a USING (client_id, clinician_id, service)
    WHERE NOT b.in_contact AND a.client_id IS NULL AND greatest(b.counted_from, b.contact_on) < %(lapsed_by)s
      AND NOT EXISTS (
          SELECT 1 FROM records_termination t
          WHERE t.client_id = b.client_id AND t.clinician_id = b.clinician_id AND t.service = b.service
            AND t.ended_on BETWEEN b.started_on AND %(on)s
      )
    UNION ALL
    SELECT id, 'missed', jsonb_build_object('misses', listed, 'count', misses, 'fired', to_jsonb(which)) FROM missed
    UNION ALL
    SELECT o.id, 'deadline_passed',
           jsonb_build_object('deadline_on', l.deadline_on, 'written_on', (l.written_at AT TIME ZONE %(zone)s)::date)
    FROM caseload_deadlineletter l
    JOIN open o ON o.id = l.assignment_id
    WHERE l.deadline_on < %(on)s AND l.written_at < %(tomorrow_at)s AND (l.ended_on IS NULL OR l.ended_on > %(on)s)
      AND NOT EXISTS (
          SELECT 1 FROM records_appointment v
          WHERE v.client_id = o.client_id AND v.clinician_id = o.clinician_id AND v.service = o.service
            AND v.starts_at >= l.written_at AND v.state NOT IN ('client_cancel', 'clinician_cancel')
            AND (v.starts_at < %(tomorrow_at)s OR v.state = 'scheduled')
      )
    UNION ALL
    SELECT id, CASE WHEN coalesce(plan_on, started_on) <= %(overdue_by)s THEN 'plan_overdue' ELSE 'plan_due' END,
           jsonb_build_object('plan_on', plan_on, 'counted_from', coalesce(plan_on, started_on))
    FROM planned
    WHERE coalesce(plan_on, started_on) <= %(due_by)s
    UNION ALL
    SELECT o.id, 'unresolved',
           jsonb_build_object('visits', jsonb_agg(
               jsonb_build_object('on', (v.starts_at AT TIME ZONE %(zone)s)::date, 'state', v.state) ORDER BY v.starts_at
           ), 'count', count(*))
    FROM open o
    JOIN records_appointment v USING (client_id, clinician_id, service)
    WHERE v.state IN ('scheduled', 'unresolved') AND v.starts_at < %(today_at)s
    GROUP BY o.id
)
INSERT INTO sweep_found (assignment_id, ground, evidence, guards, notes, stands)
SELECT f.id, f.ground, f.evidence,
       array_remove(ARRAY[
           CASE WHEN f.ground IN ('inactive', 'trying') AND a.client_id IS NOT NULL THEN 'visit_ahead' END,
           CASE WHEN EXISTS (
               SELECT FROM checklists_case k
               WHERE k.client_id = o.client_id AND k.opened_at < %(tomorrow_at)s
                 AND (k.status IN ('open', 'waitlist') OR k.closed_at >= %(tomorrow_at)s)
                 AND (k.procedure <> 'closing' OR k.assignment_id = o.id OR EXISTS (
                     SELECT FROM caseload_closure d WHERE d.case_id = k.id AND d.assignment_id = o.id
                 ))
           ) OR EXISTS (
               SELECT FROM records_handover h
               WHERE h.assignment_id = o.id AND h.asked_at < %(tomorrow_at)s
                 AND (h.taken_up_at IS NULL OR h.taken_up_at >= %(tomorrow_at)s)
           ) THEN 'open_case' END,
           CASE WHEN 'hold' = ANY(c.flags) THEN 'hold' END,
           CASE WHEN EXISTS (
               SELECT FROM caseload_snooze z
               WHERE z.assignment_id = o.id AND z.ground = f.ground AND z.until_on > %(on)s
                 AND z.at < %(tomorrow_at)s
           ) THEN 'snooze' END
       ], NULL),
       array_remove(ARRAY[
           CASE WHEN EXISTS (
               SELECT FROM records_assignment x
               WHERE x.client_id = o.client_id AND x.service <> o.service AND x.started_on <= %(on)s
                 AND (x.ended_on IS NULL OR x.ended_on > %(on)s)
           ) THEN 'other_service' END,
           CASE WHEN c.dob > %(minor_after)s THEN 'minor' END,
           CASE WHEN 'risk' = ANY(c.flags) THEN 'risk' END,
           CASE WHEN EXISTS (
               SELECT FROM records_termination t
               WHERE t.client_id = o.client_id AND t.clinician_id = o.clinician_id AND t.service = o.service
                 AND t.ended_on BETWEEN o.started_on AND %(on)s
           ) THEN 'terminated' END
       ], NULL),
       s.id IS NOT NULL
FROM found f
JOIN open o ON o.id = f.id
JOIN records_client c ON c.id = o.client_id
LEFT JOIN ahead a USING (client_id, clinician_id, service)
LEFT JOIN caseload_suggestion s ON s.assignment_id = f.id AND s.ground = f.ground AND s.status = 'open'
