-- Some cases, for a table of them.
SELECT
  event_ix, event_id, reported_at, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix,
  title, address, lon, lat, deadline_at, closed_at, is_supervised, duration_s
FROM selected
WHERE event_ix IN (SELECT unnest($wanted::INTEGER[]))
