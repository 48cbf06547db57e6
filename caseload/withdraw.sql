-- Withdraw the open suggestions whose reason has gone, each with why. One that somebody is answering just now is left to
-- them, and to the next night.
WITH gone AS (
    SELECT s.id, s.assignment_id, s.ground, f.guards[1] AS guard, a.client_id, a.clinician_id, a.service, a.started_on,
           a.ended_on,
           coalesce(
               (s.evidence ->> 'last_seen_on')::date + 1, (s.evidence ->> 'written_on')::date, a.started_on
           )::timestamp AT TIME ZONE %(zone)s AS not_seen_at,
           coalesce((s.evidence ->> 'last_contact_on')::date + 1, a.started_on)::timestamp
               AT TIME ZONE %(zone)s AS silent_at
    FROM caseload_suggestion s
    JOIN records_assignment a ON a.id = s.assignment_id
    LEFT JOIN sweep_found f ON f.assignment_id = s.assignment_id AND f.ground = s.ground
    WHERE s.status = 'open' AND s.opened_on <= %(on)s AND (f.assignment_id IS NULL OR cardinality(f.guards) > 0)
    FOR UPDATE OF s SKIP LOCKED
),
explained AS (
    SELECT g.id, CASE
        WHEN g.ended_on <= %(on)s THEN 'The assignment has ended.'
        WHEN g.guard IS NOT NULL THEN %(sentences)s::jsonb ->> g.guard
        WHEN g.ground IN ('inactive', 'trying', 'lapsed', 'deadline_passed') AND EXISTS (
            SELECT FROM records_appointment v
            WHERE v.client_id = g.client_id AND v.clinician_id = g.clinician_id AND v.service = g.service
              AND v.state = 'kept' AND v.starts_at >= g.not_seen_at AND v.starts_at < %(tomorrow_at)s
        ) THEN 'The client came.'
        WHEN g.ground IN ('lapsed', 'deadline_passed') AND EXISTS (
            SELECT FROM records_appointment v
            WHERE v.client_id = g.client_id AND v.clinician_id = g.clinician_id AND v.service = g.service
              AND v.state = 'scheduled' AND v.starts_at >= %(today_at)s
        ) THEN %(sentences)s::jsonb ->> 'visit_ahead'
        WHEN g.ground IN ('inactive', 'lapsed') AND EXISTS (
            SELECT FROM records_contact c
            WHERE c.client_id = g.client_id AND c.at >= g.silent_at AND c.at < %(tomorrow_at)s
              AND (c.direction = 'in' OR c.outcome = ANY(%(answered)s))
              AND NOT EXISTS (SELECT FROM records_contact k WHERE k.corrects_id = c.id)
        ) THEN 'The client was in contact.'
        WHEN g.ground = 'trying' AND EXISTS (
            SELECT FROM sweep_found f WHERE f.assignment_id = g.assignment_id AND f.ground = 'inactive'
        ) THEN 'The client is no longer in contact.'
        WHEN g.ground = 'lapsed' AND EXISTS (
            SELECT FROM records_termination t
            WHERE t.client_id = g.client_id AND t.clinician_id = g.clinician_id AND t.service = g.service
              AND t.ended_on BETWEEN g.started_on AND %(on)s
        ) THEN 'A termination is on record.'
        WHEN g.ground = 'deadline_passed' THEN coalesce((
            SELECT CASE WHEN l.deadline_on < %(on)s THEN 'A visit was booked.' ELSE 'The letter has a later date.' END
            FROM caseload_deadlineletter l
            WHERE l.assignment_id = g.assignment_id AND (l.ended_on IS NULL OR l.ended_on > %(on)s)
            ORDER BY l.deadline_on DESC LIMIT 1
        ), 'The letter no longer stands.')
        WHEN g.ground = 'plan_due' AND EXISTS (
            SELECT FROM sweep_found f WHERE f.assignment_id = g.assignment_id AND f.ground = 'plan_overdue'
        ) THEN 'The plan is overdue now.'
        WHEN g.ground IN ('plan_due', 'plan_overdue') AND EXISTS (
            SELECT FROM records_client c WHERE c.id = g.client_id AND c.plan_updated_on BETWEEN %(due_by)s AND %(on)s
        ) THEN 'The plan was updated.'
        WHEN g.ground = 'unresolved' THEN 'Every past visit has an outcome.'
        ELSE 'The record or the practice''s numbers have changed.'
    END AS because
    FROM gone g
),
withdrawn AS (
    UPDATE caseload_suggestion s
    SET status = 'withdrawn', withdrawn_on = %(on)s, withdrawn_because = e.because
    FROM explained e
    WHERE s.id = e.id
    RETURNING s.assignment_id, s.ground, s.withdrawn_because
)
SELECT c.ref, k.ref, a.service, w.ground, w.withdrawn_because
FROM withdrawn w
JOIN records_assignment a ON a.id = w.assignment_id
JOIN records_client c ON c.id = a.client_id
JOIN records_clinician k ON k.id = a.clinician_id
ORDER BY 1, 2, 3, 4
