-- Events per step and area they were located in: a bucket of days from the window's first day on, or an hour of the day.
SELECT
  CASE WHEN $bucket_days > 0 THEN (day - $from_day) // $bucket_days ELSE hour_of_week % 24 END::INTEGER AS step,
  area_ix,
  count(*) AS n
FROM selected
GROUP BY ALL
