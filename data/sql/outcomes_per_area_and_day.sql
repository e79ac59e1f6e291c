-- Events of some days (counted from 1970) per group of areas and outcome, and how many of them were found before a complaint.
SELECT
  (day - DATE '1970-01-01')::INTEGER AS day, $groups[area_ix + 1] AS node, outcome_ix::INTEGER AS outcome_ix, count(*) AS n,
  count(*) FILTER (get_bit($chosen::BIT, source_ix::INTEGER) = 1) AS proactive
FROM selected
WHERE (day - DATE '1970-01-01')::INTEGER IN (SELECT unnest($days)) AND outcome_ix IS NOT NULL
GROUP BY ALL
