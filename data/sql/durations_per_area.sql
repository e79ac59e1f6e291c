-- Hours from report to closing per group of areas: how many, and a quantile by linear interpolation.
SELECT
  $groups[area_ix + 1] AS area_ix,
  count(*) AS n,
  quantile_cont(duration_s, $share::DOUBLE) / 3600 AS hours
FROM selected
WHERE duration_s IS NOT NULL
  AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
  AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
GROUP BY ALL
