-- What is missing, disagrees or stands in a wrong order in each selected event: a truth value, or null, for every issue.
SELECT
  e.event_ix, e.area_ix,
  is_closed AS closed,
  located_by = 2 AND own_ix > 0 AS placed,
  position_code = 'E_COORD_MISSING' AS coord_missing,
  position_code = 'E_COORD_INVALID' AS coord_invalid,
  position_code = 'E_COORD_ZERO' AS coord_zero,
  position_code = 'E_COORD_SWAPPED' AS coord_swapped,
  position_code = 'E_COORD_OUT_OF_AREA' AS coord_out_of_area,
  position_code = 'E_COORD_CRS' AS coord_crs,
  coalesce(located_by, 0) = 0 AS nowhere,
  located_by = 1 AS by_code,
  coalesce(is_none, true) AS declares_none,
  is_street AS fk_street,
  is_grid AS fk_grid,
  is_mismatch AS code_parent,
  located_by = 2 AND own_ix > 0 AND e.area_ix > 0
    AND e.area_ix NOT BETWEEN own_ix AND own_last AND own_ix NOT BETWEEN e.area_ix AND here_last AS code_position,
  least(accepted_at, registered_at, dispatched_at, disposed_at, verified_at) < reported_at AS before_report,
  dispatched_at < coalesce(registered_at, accepted_at) AS dispatched_early,
  disposed_at < coalesce(dispatched_at, registered_at, accepted_at) AS disposed_early,
  greatest(dispatched_at, disposed_at, verified_at) > closed_at AS after_closing,
  deadline_at < reported_at AS deadline_early,
  is_closed AND closed_at IS NULL AS closed_untimed,
  is_closed AND disposed_at IS NULL AS disposed_untimed,
  duplicate_of IS NOT NULL AS duplicates,
  get_bit($unknown_kinds::BIT, category_ix::INTEGER) = 1 AS unclassified,
  title IS NULL AS no_title,
  address IS NULL AS no_address,
  description IS NULL AS no_description,
  coalesce(department_ix, 0) = 0 AS no_department,
  deadline_at IS NULL AS no_deadline,
  handle_level IS NULL AND is_closed AS no_handle_level,
  updated_at IS NULL AS no_updated,
  repairs & 1 > 0 AS repair_half_width,
  repairs & 2 > 0 AS repair_invisible_removed,
  repairs & 4 > 0 AS repair_float_code,
  repairs & 8 > 0 AS repair_text_formula,
  repairs & 16 > 0 AS repair_serial_date,
  repairs & 32 > 0 AS repair_epoch,
  repairs & 64 > 0 AS repair_month_first,
  repairs & 128 > 0 AS repair_glued_position,
  repairs & 256 > 0 AS repair_degree_minutes,
  repairs & 512 > 0 AS repair_thousands,
  repairs & 1024 > 0 AS repair_computed_deadline,
  repairs & 2048 > 0 AS repair_day_first
FROM selected AS e
LEFT JOIN (SELECT outcome_ix, is_closed FROM outcome) USING (outcome_ix)
LEFT JOIN (
  SELECT
    declared_ix, d.area_ix AS own_ix, named.last_ix AS own_last, coalesce(d.area_ix, -1) <= 0 AND coalesce(len(codes), 0) = 0 AS is_none,
    list_contains(codes, 'E_FK_STREET') AS is_street, list_contains(codes, 'E_FK_GRID') AS is_grid,
    list_contains(codes, 'E_GRID_MISMATCH') AS is_mismatch
  FROM declared AS d LEFT JOIN area AS named ON named.area_ix = d.area_ix
) USING (declared_ix)
LEFT JOIN (SELECT area_ix, last_ix AS here_last FROM area) AS lies ON lies.area_ix = e.area_ix
