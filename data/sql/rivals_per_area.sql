-- Rows that lost to another row of their id, per group of areas and reason; no reason where a later row replaced them.
SELECT $groups[area_ix + 1] AS node, coalesce(code, '') AS code, count(*) AS n
FROM rival
WHERE area_ix BETWEEN $scope_low AND $scope_high -- scope
  AND get_bit($scope_set::BIT, area_ix) = 1 -- scope_set
  AND day BETWEEN $first_day AND $last_day -- window
  AND (day > $first_day OR hour_of_week % 24 >= $day_begins) AND (day < $last_day OR hour_of_week % 24 < $day_begins) -- window_hours
  AND area_ix BETWEEN $area_low AND $area_high -- area
  AND get_bit($area_set::BIT, area_ix) = 1 -- area_set
  AND category_ix BETWEEN $domain_low AND $domain_high -- domain
  AND get_bit($domain_set::BIT, category_ix::INTEGER) = 1 -- domain_set
  AND source_ix BETWEEN $source_low AND $source_high -- source
  AND get_bit($source_set::BIT, source_ix::INTEGER) = 1 -- source_set
GROUP BY ALL
