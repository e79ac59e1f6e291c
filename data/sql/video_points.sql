-- Cameras with their derived status. Online only if in use, reported ON, seen within the limit, and no parent is down; a device
-- is not down for want of a report, and a parent that is not in the snapshot says nothing. The status is the first that applies.
WITH RECURSIVE own AS (
  SELECT
    point_id,
    parent_id,
    CASE
      WHEN coalesce(state, 'in_use') <> 'in_use' THEN state
      WHEN reported_status = 'OFF' THEN 'reported_off'
      WHEN reported_status IS NULL AND NOT is_device THEN 'not_reported'
      WHEN last_seen_at < $seen_after THEN 'stale'
      WHEN last_seen_at IS NULL AND NOT is_device THEN 'never_seen'
    END AS reason
  FROM video_point
),
above AS (
  SELECT own.point_id, parent.parent_id, parent.reason IS NOT NULL AS is_down, 1 AS steps
  FROM own JOIN own AS parent ON parent.point_id = own.parent_id
  UNION ALL
  SELECT above.point_id, parent.parent_id, parent.reason IS NOT NULL, steps + 1
  FROM above JOIN own AS parent ON parent.point_id = above.parent_id
  WHERE NOT above.is_down AND above.steps < 8
),
down AS (SELECT DISTINCT point_id FROM above WHERE is_down)
SELECT
  point_id, name, video_point.area_ix, lon, lat, kind, category, owner, reported_status, state, heading, last_seen_at, is_device,
  coalesce(own.reason, CASE WHEN down.point_id IS NOT NULL THEN 'parent_down' ELSE 'online' END) AS status
FROM video_point JOIN own USING (point_id) LEFT JOIN down USING (point_id)
WHERE area_ix BETWEEN $scope_low AND $scope_high -- scope
  AND get_bit($scope_set::BIT, area_ix) = 1 -- scope_set
  AND area_ix BETWEEN $area_low AND $area_high -- area
  AND get_bit($area_set::BIT, area_ix) = 1 -- area_set
ORDER BY point_ix
