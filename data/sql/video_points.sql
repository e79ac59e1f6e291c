-- Cameras with their derived status. Online only if in use, reported ON, seen within the limit, and no parent is down; a device
-- is not down for want of a report, and a parent that is not in the snapshot says nothing. The status is the first that applies.
WITH RECURSIVE own AS (
  SELECT
    *,
    CASE
      WHEN coalesce(state, 'in_use') <> 'in_use' THEN state
      WHEN reported_status = 'OFF' THEN 'reported_off'
      WHEN reported_status IS NULL AND NOT is_device THEN 'not_reported'
      WHEN last_seen_at < $seen_after THEN 'stale'
      WHEN last_seen_at IS NULL AND NOT is_device THEN 'never_seen'
    END AS reason
  FROM video_point
),
down AS (
  SELECT child.point_id FROM own AS child JOIN own AS parent ON parent.point_id = child.parent_id WHERE parent.reason IS NOT NULL
  UNION
  SELECT child.point_id FROM own AS child JOIN down ON down.point_id = child.parent_id
)
SELECT
  point_id, name, area_ix, lon, lat, kind, category, owner, reported_status, state, heading, last_seen_at, is_device,
  coalesce(reason, CASE WHEN point_id IN (SELECT point_id FROM down) THEN 'parent_down' ELSE 'online' END) AS status
FROM own
WHERE area_ix BETWEEN $scope_low AND $scope_high -- scope
  AND get_bit($scope_set::BIT, area_ix) = 1 -- scope_set
  AND area_ix BETWEEN $area_low AND $area_high -- area
  AND get_bit($area_set::BIT, area_ix) = 1 -- area_set
ORDER BY point_ix
