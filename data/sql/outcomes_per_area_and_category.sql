-- Events per group of areas, group of categories and outcome, and those of chosen sources: what a mix of categories is made of.
SELECT
  $areas[area_ix + 1] AS area_ix,
  $categories[category_ix + 1] AS category_ix,
  outcome_ix::INTEGER AS outcome_ix,
  count(*) AS n,
  sum(get_bit($chosen::BIT, source_ix::INTEGER))::BIGINT AS chosen
FROM selected
WHERE TRUE
  AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
  AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
GROUP BY ALL
