-- Events per area and outcome, only the outcomes a weighted score asks about (not rolled up).
SELECT area_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n
FROM selected
WHERE TRUE
  AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
  AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
GROUP BY ALL
