-- One page of cases, newest first, after a given case.
SELECT
  event_id, reported_at, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix,
  title, address, lon, lat, deadline_at, closed_at, is_supervised
FROM selected
WHERE reported_at < $after_at OR (reported_at = $after_at AND event_id < $after_id)
ORDER BY reported_at DESC, event_id DESC
LIMIT $most
