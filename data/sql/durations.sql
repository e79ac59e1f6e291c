-- Quantiles of the hours from report to closing, by linear interpolation, in the window and in the previous one.
SELECT
  is_previous,
  unnest($shares::DOUBLE[]) AS share,
  unnest(hours) / 3600 AS hours
FROM (
  SELECT day < $from_day AS is_previous, quantile_cont(duration_s, $shares::DOUBLE[]) AS hours
  FROM selected
  WHERE duration_s IS NOT NULL
    AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
    AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
  GROUP BY ALL
)
