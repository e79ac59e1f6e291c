-- Events of some days (counted from 1970) per group of areas and category.
SELECT (day - DATE '1970-01-01')::INTEGER AS day, $groups[area_ix + 1] AS node, category_ix::INTEGER AS category_ix, count(*) AS n
FROM selected
WHERE (day - DATE '1970-01-01')::INTEGER IN (SELECT unnest($days))
  AND outcome_ix BETWEEN $counted_low AND $counted_high -- counted
  AND get_bit($counted_set::BIT, outcome_ix::INTEGER) = 1 -- counted_set
GROUP BY ALL
