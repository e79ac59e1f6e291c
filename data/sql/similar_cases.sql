-- Cases around one: of its category in a box around its place, or at its address; both within some days of it.
SELECT
  event_ix, event_id, reported_at, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, urgency_ix::INTEGER AS urgency_ix,
  title, address, lon, lat, deadline_at, closed_at, is_supervised,
  lower(replace(address, ' ', '')) = $address AS is_same_address
FROM selected
WHERE reported_at BETWEEN $since AND $until
  AND event_id <> $event_id
  AND outcome_ix BETWEEN $counted_low AND $counted_high -- counted
  AND get_bit($counted_set::BIT, outcome_ix::INTEGER) = 1 -- counted_set
  AND (
    (category_ix BETWEEN $kind_low AND $kind_high
      AND lon BETWEEN $box_west AND $box_east AND lat BETWEEN $box_south AND $box_north)
    OR lower(replace(address, ' ', '')) = $address
  )
ORDER BY reported_at DESC, event_id DESC
LIMIT $most
