-- Events of some time with what says where they are: the address as a number that is the same wherever the address is, 0 without one.
SELECT
  event_ix, epoch_us(reported_at) AS at_us, area_ix, category_ix::INTEGER AS category_ix, lon, lat,
  CASE WHEN address IS NULL OR trim(address) = '' THEN 0 ELSE hash(lower(replace(address, ' ', ''))) END::UBIGINT AS address
FROM selected
WHERE reported_at >= $since AND reported_at < $until
  AND outcome_ix BETWEEN $counted_low AND $counted_high -- counted
  AND get_bit($counted_set::BIT, outcome_ix::INTEGER) = 1 -- counted_set
