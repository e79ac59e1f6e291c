-- Events, numerator and denominator of a 0/1 rate per area they were located in (not rolled up).
SELECT
  area_ix,
  count(*) AS n,
  sum(get_bit($denominator::BIT, outcome_ix::INTEGER))::BIGINT AS denominator,
  sum(get_bit($numerator::BIT, outcome_ix::INTEGER))::BIGINT AS numerator
FROM selected
GROUP BY ALL
