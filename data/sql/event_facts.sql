-- The facts of the events of some buckets, as event_digests numbers them; days are counted from 1970.
SELECT
  event_id, (day - DATE '1970-01-01')::INTEGER AS day, area_ix, category_ix::INTEGER AS category_ix, source_ix::INTEGER AS source_ix,
  outcome_ix::INTEGER AS outcome_ix, reported_at, closed_at, disposed_at, deadline_at
FROM selected
WHERE ((day - DATE '1970-01-01') * 64 + (hash(event_id) & 63)::INTEGER)::INTEGER IN (SELECT unnest($buckets))
