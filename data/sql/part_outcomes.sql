-- Events of one part of an indicator per outcome and source: how many cases its pages hold.
SELECT outcome_ix::INTEGER AS outcome_ix, source_ix::INTEGER AS source_ix, count(*) AS n
FROM selected
WHERE TRUE
  AND outcome_ix BETWEEN $asked_low AND $asked_high -- asked
  AND get_bit($asked_set::BIT, outcome_ix::INTEGER) = 1 -- asked_set
  AND source_ix BETWEEN $chosen_low AND $chosen_high -- chosen
  AND get_bit($chosen_set::BIT, source_ix::INTEGER) = 1 -- chosen_set
  AND event_ix BETWEEN $kept_low AND $kept_high -- kept
  AND get_bit($kept_set::BIT, event_ix) = 1 -- kept_set
GROUP BY ALL
