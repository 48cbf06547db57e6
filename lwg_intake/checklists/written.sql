-- Everything written on one case, with its client and its people, as one JSON value: each kind by a statement of its
-- own took the page twice as long.
WITH ticked AS (
  SELECT * FROM checklists_tick WHERE case_id = %(case)s
), asked AS (
  SELECT * FROM checklists_question WHERE case_id = %(case)s
), told AS (
  SELECT * FROM checklists_entry WHERE case_id = %(case)s ORDER BY at DESC, id DESC LIMIT %(entries)s
)
SELECT json_build_object(
  'ticks', (SELECT json_agg(ticked ORDER BY id) FROM ticked),
  'questions', (SELECT json_agg(asked ORDER BY asked_at, id) FROM asked),
  'entries', (SELECT json_agg(told ORDER BY at DESC, id DESC) FROM told),
  'drafts', (SELECT json_agg(d) FROM checklists_draft d WHERE case_id = %(case)s),
  'client', (SELECT json_agg(c) FROM records_client c WHERE id = %(client)s),
  'staff', (
    SELECT json_agg(json_build_object('id', id, 'first_name', first_name, 'last_name', last_name, 'email', email))
    FROM access_user WHERE id IN (
      VALUES (%(opened_by)s), (%(closed_by)s) UNION SELECT by_id FROM ticked UNION SELECT by_id FROM told
      UNION SELECT asked_by_id FROM asked UNION SELECT answered_by_id FROM asked
    )
  )
)::text
