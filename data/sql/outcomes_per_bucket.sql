-- Events per bucket of days and outcome; buckets of the previous window are -1, -2, … from its first day on.
SELECT
  CASE
    WHEN day >= $from_day THEN (day - $from_day) // $bucket_days
    ELSE -1 - (day - $previous_day) // $bucket_days
  END::INTEGER AS bucket,
  outcome_ix::INTEGER AS outcome_ix,
  count(*) AS n
FROM selected
GROUP BY ALL
