-- Everything on record of one client, as one JSON value: a dozen statements would cost a page more than the reading.
WITH ended AS (
  SELECT * FROM records_termination WHERE client_id = %(client)s
), assigned AS (
  SELECT * FROM records_assignment WHERE client_id = %(client)s
), paper AS (
  SELECT * FROM records_document WHERE client_id = %(client)s
), episode AS (
  SELECT * FROM records_episode WHERE client_id = %(client)s ORDER BY started_on DESC LIMIT 1
)
SELECT json_build_object(
  'terminations', (SELECT json_agg(ended ORDER BY ended_on DESC, id DESC) FROM ended),
  'assignments', (SELECT json_agg(assigned ORDER BY started_on DESC, id) FROM assigned),
  'documents', (SELECT json_agg(paper ORDER BY kind, sent_on DESC) FROM paper),
  'clinicians', (
    SELECT json_agg(c) FROM records_clinician c WHERE c.id IN (
      SELECT clinician_id FROM ended UNION SELECT clinician_id FROM assigned UNION SELECT clinician_id FROM paper
    )
  ),
  'insurance', (
    SELECT json_agg(p ORDER BY priority, starts_on DESC, id) FROM records_insurancepolicy p
    WHERE client_id = %(client)s
  ),
  'balance', (SELECT json_agg(b) FROM records_balance b WHERE client_id = %(client)s),
  'arrangement', (
    SELECT json_agg(r) FROM records_arrangement r WHERE client_id = %(client)s AND ended_at IS NULL
  ),
  'removals', (SELECT json_agg(r ORDER BY asked_at) FROM records_removal r WHERE client_id = %(client)s),
  'held', (SELECT json_agg(id) FROM records_placehold WHERE client_id = %(client)s AND released_at IS NULL),
  'episode', (SELECT json_agg(episode) FROM episode),
  'misses', (
    SELECT json_agg(m ORDER BY starts_at DESC) FROM records_appointment m
    WHERE client_id = %(client)s AND state = ANY(%(misses)s) AND (starts_at AT TIME ZONE %(zone)s)::date >= coalesce(
      (SELECT started_on FROM episode), '-infinity'
    )
  ),
  'omhc_on', (SELECT max(completed_on) FROM records_omhcassessment WHERE client_id = %(client)s),
  'last_contact_on', (
    SELECT (max(at) AT TIME ZONE %(zone)s)::date FROM records_contact WHERE client_id = %(client)s
  ),
  'visits', (
    SELECT json_build_object(
      'seen', (max(starts_at) FILTER (WHERE state = 'kept') AT TIME ZONE %(zone)s)::date,
      'ahead', (min(starts_at) FILTER (WHERE state = 'scheduled' AND starts_at >= %(now)s) AT TIME ZONE %(zone)s)::date,
      'intake', (
        max(starts_at) FILTER (WHERE state = 'kept' AND kind = 'intake' AND service = 'therapy')
        AT TIME ZONE %(zone)s
      )::date
    )
    FROM records_appointment WHERE client_id = %(client)s
  )
)::text
