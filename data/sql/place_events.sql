-- Some events, for the list of places that call again.
SELECT
  event_ix, event_id, reported_at, closed_at, deadline_at, title, address, area_ix, category_ix::INTEGER AS category_ix,
  outcome_ix::INTEGER AS outcome_ix, lon, lat
FROM selected
WHERE event_ix IN (SELECT unnest($wanted::INTEGER[]))
