-- Events with a usable position; in no order, since more than the limit are not drawn as points.
SELECT event_ix, lon, lat, category_ix::INTEGER AS category_ix, outcome_ix::INTEGER AS outcome_ix, deadline_at
FROM selected
WHERE cell IS NOT NULL AND day >= $since
LIMIT $most
