-- The one definition of "selected". A line ends in the key that owns it; lines of inactive filters are left out,
-- the scope line never is. <key>_set lines are added where a set of positions is not one contiguous range.
SELECT *
REPLACE (day + CASE WHEN hour_of_week % 24 >= $day_begins THEN $days_after ELSE $days_before END AS day) -- window_day
FROM event
WHERE area_ix BETWEEN $scope_low AND $scope_high -- scope
  AND get_bit($scope_set::BIT, area_ix) = 1 -- scope_set
  AND day BETWEEN $first_day AND $last_day -- window
  AND (day > $first_day OR hour_of_week % 24 >= $day_begins) AND (day < $last_day OR hour_of_week % 24 < $day_begins) -- window_hours
  AND (reported_at >= $from_at OR reported_at < $cut_at) -- window_cut
  AND outcome_ix BETWEEN $cohort_low AND $cohort_high -- cohort
  AND get_bit($cohort_set::BIT, outcome_ix::INTEGER) = 1 -- cohort_set
  AND area_ix BETWEEN $area_low AND $area_high -- area
  AND get_bit($area_set::BIT, area_ix) = 1 -- area_set
  AND area_ix BETWEEN $grid_low AND $grid_high -- grid
  AND get_bit($grid_set::BIT, area_ix) = 1 -- grid_set
  AND category_ix BETWEEN $domain_low AND $domain_high -- domain
  AND get_bit($domain_set::BIT, category_ix::INTEGER) = 1 -- domain_set
  AND category_ix BETWEEN $category_low AND $category_high -- category
  AND get_bit($category_set::BIT, category_ix::INTEGER) = 1 -- category_set
  AND category_ix BETWEEN $subcategory_low AND $subcategory_high -- subcategory
  AND get_bit($subcategory_set::BIT, category_ix::INTEGER) = 1 -- subcategory_set
  AND source_ix BETWEEN $source_low AND $source_high -- source
  AND get_bit($source_set::BIT, source_ix::INTEGER) = 1 -- source_set
  AND department_ix BETWEEN $department_low AND $department_high -- department
  AND get_bit($department_set::BIT, department_ix::INTEGER) = 1 -- department_set
  AND urgency_ix BETWEEN $urgency_low AND $urgency_high -- urgency
  AND get_bit($urgency_set::BIT, urgency_ix::INTEGER) = 1 -- urgency_set
  AND outcome_ix BETWEEN $stage_low AND $stage_high -- stage
  AND get_bit($stage_set::BIT, outcome_ix::INTEGER) = 1 -- stage_set
  AND outcome_ix BETWEEN $callback_low AND $callback_high -- callback
  AND get_bit($callback_set::BIT, outcome_ix::INTEGER) = 1 -- callback_set
  AND outcome_ix BETWEEN $deadline_low AND $deadline_high -- deadline
  AND get_bit($deadline_set::BIT, outcome_ix::INTEGER) = 1 -- deadline_set
  AND deadline_at >= $due_from -- deadline_from
  AND deadline_at <= $due_until -- deadline_until
  AND (get_bit($deadline_other::BIT, outcome_ix::INTEGER) = 1 OR deadline_at BETWEEN $due_from AND $due_until) -- deadline_soon
  AND hour_of_week BETWEEN $hours_low AND $hours_high -- hours
  AND get_bit($hours_set::BIT, hour_of_week::INTEGER) = 1 -- hours_set
  AND hour_of_week BETWEEN $weekday_low AND $weekday_high -- weekday
  AND get_bit($weekday_set::BIT, hour_of_week::INTEGER) = 1 -- weekday_set
  AND duration_s >= $duration_from AND duration_s < $duration_until -- duration
  AND contains(lower(concat_ws(' ', event_id, title, address, description)), lower($q)) -- q
  AND lon BETWEEN $bbox_west AND $bbox_east AND lat BETWEEN $bbox_south AND $bbox_north -- bbox
  AND lon BETWEEN $polygon_west AND $polygon_east AND lat BETWEEN $polygon_south AND $polygon_north AND list_sum(list_transform($polygon_edges, lambda edge: CASE WHEN (edge.y1 > lat) <> (edge.y2 > lat) AND lon < edge.x1 + (edge.x2 - edge.x1) * (lat - edge.y1) / (edge.y2 - edge.y1) THEN 1 ELSE 0 END)) % 2 = 1 -- polygon
