-- Positions of one source as they were given, beside the area each event names itself: the first of them by what they say.
SELECT coalesce(given_lon, lon) AS given_lon, coalesce(given_lat, lat) AS given_lat, datum, declared.area_ix AS named_ix
FROM selected JOIN declared USING (declared_ix) JOIN file USING (file_ix)
WHERE file.feed_ix = $feed_ix AND lon IS NOT NULL AND position_code IS NULL
  AND declared.area_ix BETWEEN $named_low AND $named_high -- named
  AND get_bit($named_set::BIT, declared.area_ix) = 1 -- named_set
ORDER BY hash(reported_at, lon, lat), event_id
LIMIT $most
