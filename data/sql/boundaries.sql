-- Areas of one level with their simplified outline.
SELECT area_ix, parent_ix, level, area_code, name, population, outline
FROM area
WHERE depth = $depth
  AND area_ix BETWEEN $scope_low AND $scope_high -- scope
  AND get_bit($scope_set::BIT, area_ix) = 1 -- scope_set
ORDER BY area_ix
