-- The events a wall lists: about to be due, soonest first; overdue and newest, latest reported first. One may be in two lists.
WITH listed AS MATERIALIZED (
  (SELECT 'due_soon' AS list, event_ix FROM selected
  WHERE deadline_at BETWEEN $due_from AND $due_until
    AND outcome_ix BETWEEN $waiting_low AND $waiting_high -- waiting
    AND get_bit($waiting_set::BIT, outcome_ix::INTEGER) = 1 -- waiting_set
  ORDER BY deadline_at, event_id DESC LIMIT $most)
  UNION ALL
  (SELECT 'overdue', event_ix FROM selected
  WHERE day >= $overdue_from
    AND outcome_ix BETWEEN $overdue_low AND $overdue_high -- overdue
    AND get_bit($overdue_set::BIT, outcome_ix::INTEGER) = 1 -- overdue_set
  ORDER BY reported_at DESC, event_id DESC LIMIT $most)
  UNION ALL
  (SELECT 'newest', event_ix FROM selected WHERE day >= $newest_from ORDER BY reported_at DESC, event_id DESC LIMIT $most)
)
SELECT
  list, event_ix, event_id, title, address, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix,
  outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix, is_supervised, reported_at, deadline_at, closed_at, lon, lat
FROM listed JOIN event USING (event_ix)
ORDER BY list, CASE list WHEN 'due_soon' THEN epoch(deadline_at) ELSE -epoch(reported_at) END, event_id DESC
