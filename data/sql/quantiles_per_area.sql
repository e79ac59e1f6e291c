-- Quantiles of the hours from report to closing per group of areas, by linear interpolation.
SELECT
  area_ix,
  unnest($shares::DOUBLE[]) AS share,
  unnest(hours) / 3600 AS hours
FROM (
  SELECT $groups[area_ix + 1] AS area_ix, quantile_cont(duration_s, $shares::DOUBLE[]) AS hours
  FROM selected
  WHERE duration_s IS NOT NULL
    AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
    AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
  GROUP BY ALL
)
