-- One page of the cases of one part of an indicator, after a given case: by rank of their outcome, then as the indicator orders them.
WITH placed AS (
  SELECT
    event_ix, event_id, $ranks[outcome_ix + 1] AS place,
    coalesce(
      CASE $order
        WHEN 'disposal' THEN epoch_us(deadline_at) - epoch_us(coalesce(disposed_at, closed_at, $now))
        WHEN 'closing' THEN epoch_us(deadline_at) - epoch_us(coalesce(closed_at, $now))
        WHEN 'duration' THEN -duration_s
        ELSE -epoch_us(reported_at)
      END,
      9000000000000000000
    )::BIGINT AS distance
  FROM selected
  WHERE TRUE
    AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
    AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
    AND source_ix BETWEEN $chosen_low AND $chosen_high -- chosen
    AND get_bit($chosen_set::BIT, source_ix::INTEGER) = 1 -- chosen_set
    AND event_ix BETWEEN $kept_low AND $kept_high -- kept
    AND get_bit($kept_set::BIT, event_ix) = 1 -- kept_set
),
listed AS MATERIALIZED (
  SELECT event_ix, place, distance FROM placed
  WHERE place > $after_place
    OR (place = $after_place AND (distance > $after_distance OR (distance = $after_distance AND event_id > $after_id)))
  ORDER BY place, distance, event_id
  LIMIT $most
)
SELECT
  place, distance, event_ix, event_id, reported_at, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix,
  title, address, lon, lat, deadline_at, disposed_at, closed_at, duration_s, is_supervised
FROM listed JOIN event USING (event_ix)
ORDER BY place, distance, event_id
