-- Events per area and outcome, only the outcomes a weighted score asks about (not rolled up).
SELECT area_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n
FROM selected
WHERE get_bit($asked::BIT, outcome_ix::INTEGER) = 1
GROUP BY ALL
