-- Every selected case in the order in which they were reported, with what may leave the house and nothing else.
SELECT
  event_ix, event_id, title, address, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix, handle_level,
  is_supervised, reported_at, accepted_at, registered_at, dispatched_at, disposed_at, verified_at, closed_at, deadline_at,
  duration_s, rework_count, postpone_count, bounce_count, lon, lat, position_code
FROM selected
