-- Events of days (counted from 1970) that follow each other, both ends included.
SELECT event_id, event_ix, area_ix, (day - DATE '1970-01-01')::INTEGER AS day
FROM selected
WHERE (day - DATE '1970-01-01')::INTEGER BETWEEN $first AND $last
  AND outcome_ix BETWEEN $counted_low AND $counted_high -- counted
  AND get_bit($counted_set::BIT, outcome_ix::INTEGER) = 1 -- counted_set
