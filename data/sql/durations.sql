-- Quantiles of the hours from report to closing, by linear interpolation.
SELECT unnest($shares::DOUBLE[]) AS share, unnest(quantile_cont(duration_s, $shares::DOUBLE[])) / 3600 AS hours
FROM selected
WHERE get_bit($asked::BIT, outcome_ix::INTEGER) = 1 AND duration_s IS NOT NULL
