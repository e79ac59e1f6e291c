-- One case with its whole timeline.
SELECT
  event_ix, event_id, title, description, address, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix, handle_level,
  located_by::INTEGER AS located_by, lon, lat, coalesce(given_lon, lon) AS given_lon, coalesce(given_lat, lat) AS given_lat, datum, position_code,
  reported_at, accepted_at, registered_at, dispatched_at, disposed_at, verified_at, closed_at, deadline_at, updated_at,
  duration_s, rework_count, postpone_count, bounce_count, is_supervised, duplicate_of
FROM selected
WHERE event_id = $event_id
ORDER BY reported_at
LIMIT 1
