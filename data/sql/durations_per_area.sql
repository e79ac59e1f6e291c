-- Hours from report to closing per group of areas: how many, and a quantile by linear interpolation.
SELECT
  $groups[area_ix + 1] AS area_ix,
  count(*) AS n,
  quantile_cont(duration_s, $share::DOUBLE) / 3600 AS hours
FROM selected
WHERE get_bit($asked::BIT, outcome_ix::INTEGER) = 1 AND duration_s IS NOT NULL
GROUP BY ALL
