SELECT
    count(*) || '-' || coalesce(sum(r.version), 0) AS people,
    md5(string_agg(
        concat_ws(
            ':', r.id, m.status,
            CASE WHEN r.claimed_until_at > %(now)s THEN r.claimed_by_id END,
            (SELECT concat(c.status, c.version) FROM checklists_case c
             WHERE c.assignment_id = r.assignment_id AND c.procedure = 'reassignment' ORDER BY c.id DESC LIMIT 1),
            (SELECT string_agg(concat(a.id, n.status), ',' ORDER BY a.id) FROM reassignment_attempt a
             LEFT JOIN outbox_message n ON n.id = a.message_id WHERE a.row_id = r.id),
            (SELECT max(k.id) FROM records_contact k WHERE k.client_id = s.client_id AND k.at >= r.ladder_from_at),
            s.ended_on, h.taken_up_at
        ), ',' ORDER BY r.id
    )) AS beside
FROM reassignment_rosterrow r
JOIN records_assignment s ON s.id = r.assignment_id
LEFT JOIN outbox_message m ON m.id = r.mail_id
LEFT JOIN records_handover h ON h.id = r.handover_id
WHERE r.departure_id = ANY (%(departures)s)
