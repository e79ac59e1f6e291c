-- Cases that wait, whose last step was so many hours ago (half-open).
SELECT event_ix
FROM (
  SELECT
    event_ix, outcome_ix,
    (epoch_us($now::TIMESTAMP)
    - epoch_us(greatest(reported_at, accepted_at, registered_at, dispatched_at, disposed_at, verified_at))) / 3.6e9 AS hours
  FROM selected
)
WHERE hours >= $low AND hours < $high
