-- The events a wall lists: about to be due, overdue (the latest to become so first), newest. One event may be in two lists.
WITH listed AS (
  (SELECT 'due_soon' AS list, event_ix FROM selected
   WHERE deadline_at BETWEEN $due_from AND $due_until AND get_bit($waiting::BIT, outcome_ix::INTEGER) = 1
   ORDER BY deadline_at, event_ix LIMIT $most)
  UNION ALL
  (SELECT 'overdue', event_ix FROM selected
   WHERE deadline_at < $due_from AND get_bit($overdue::BIT, outcome_ix::INTEGER) = 1
   ORDER BY deadline_at DESC, event_ix DESC LIMIT $most)
  UNION ALL
  (SELECT 'newest', event_ix FROM selected ORDER BY event_ix DESC LIMIT $most)
)
SELECT
  list, event_id, title, address, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix, is_supervised, reported_at, deadline_at, closed_at, lon, lat
FROM listed JOIN event USING (event_ix)
ORDER BY list, CASE list WHEN 'due_soon' THEN epoch(deadline_at) WHEN 'overdue' THEN -epoch(deadline_at) ELSE -event_ix END, event_ix DESC
