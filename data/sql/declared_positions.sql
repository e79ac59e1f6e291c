-- Positions of one source as they were given, beside the area each event names itself: the first of them by what they say.
SELECT given_lon, given_lat, datum, declared.area_ix AS named_ix
FROM selected JOIN declared USING (declared_ix) JOIN file USING (file_ix)
WHERE file.feed_ix = $feed_ix AND given_lon IS NOT NULL AND position_code IS NULL
  AND declared.area_ix BETWEEN $named_low AND $named_high -- named
  AND get_bit($named_set::BIT, declared.area_ix) = 1 -- named_set
ORDER BY hash(reported_at, given_lon, given_lat), event_id
LIMIT $most
