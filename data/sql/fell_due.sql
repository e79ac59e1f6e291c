-- Cases in force and not closed whose deadline passed in a span of time.
SELECT event_id, area_ix, category_ix::INTEGER AS category_ix
FROM selected
WHERE deadline_at >= $since AND deadline_at < $until
  AND outcome_ix BETWEEN $waiting_low AND $waiting_high -- waiting
  AND get_bit($waiting_set::BIT, outcome_ix::INTEGER) = 1 -- waiting_set
