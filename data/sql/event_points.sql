-- Events with a usable position; in no order, since more than the limit are not drawn as points.
SELECT
  event_ix, event_id, title, lon, lat, area_ix, category_ix::INTEGER AS category_ix, outcome_ix::INTEGER AS outcome_ix,
  reported_at, deadline_at
FROM selected
WHERE cell IS NOT NULL
LIMIT $most
