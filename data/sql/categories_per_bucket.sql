-- Events per bucket of days and category; buckets of the previous window are -1, -2, … from its first day on.
SELECT
  CASE
    WHEN day >= $from_day THEN (day - $from_day) // $bucket_days
    ELSE -1 - (day - $previous_day) // $bucket_days
  END::INTEGER AS bucket,
  category_ix::INTEGER AS category_ix,
  count(*) AS n
FROM selected
GROUP BY ALL
