-- Per bucket (64 * local days since 1970 + part of the ids): how many events, and a sum that differs where a fact of any of them does.
-- The lists give each position in a dictionary the number of what stands there, which is the same in every snapshot compared.
SELECT
  ((day - DATE '1970-01-01') * 64 + (hash(event_id) & 63)::INTEGER)::INTEGER AS bucket, count(*) AS n,
  bit_xor(hash(
    event_id, reported_at, closed_at, disposed_at, deadline_at,
    $areas[area_ix + 1], $categories[category_ix + 1], $sources[source_ix + 1], $outcomes[outcome_ix + 1]
  )) AS digest
FROM selected
WHERE day IS NOT NULL
GROUP BY ALL
