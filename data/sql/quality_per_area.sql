-- What is missing, disagrees or stands in a wrong order in the selected events, per group of areas; one column per issue.
WITH own AS MATERIALIZED (
  SELECT
    declared_ix, d.area_ix AS own_ix, named.last_ix AS own_last, coalesce(d.area_ix, -1) <= 0 AND coalesce(len(codes), 0) = 0 AS is_none,
    list_contains(codes, 'E_FK_STREET') AS is_street, list_contains(codes, 'E_FK_GRID') AS is_grid,
    list_contains(codes, 'E_GRID_MISMATCH') AS is_mismatch
  FROM declared AS d LEFT JOIN area AS named ON named.area_ix = d.area_ix
),
lies AS MATERIALIZED (SELECT area_ix, last_ix AS here_last FROM area),
over AS MATERIALIZED (SELECT outcome_ix, is_closed FROM outcome)
SELECT
  $groups[e.area_ix + 1] AS node, count(*) AS n,
  count(*) FILTER (is_closed) AS closed,
  count(*) FILTER (located_by = 2 AND own_ix > 0) AS placed,
  count(*) FILTER (position_code = 'E_COORD_MISSING') AS coord_missing,
  count(*) FILTER (position_code = 'E_COORD_INVALID') AS coord_invalid,
  count(*) FILTER (position_code = 'E_COORD_ZERO') AS coord_zero,
  count(*) FILTER (position_code = 'E_COORD_SWAPPED') AS coord_swapped,
  count(*) FILTER (position_code = 'E_COORD_OUT_OF_AREA') AS coord_out_of_area,
  count(*) FILTER (position_code = 'E_COORD_CRS') AS coord_crs,
  count(*) FILTER (coalesce(located_by, 0) = 0) AS nowhere,
  count(*) FILTER (located_by = 1) AS by_code,
  count(*) FILTER (coalesce(is_none, true)) AS declares_none,
  count(*) FILTER (is_street) AS fk_street,
  count(*) FILTER (is_grid) AS fk_grid,
  count(*) FILTER (is_mismatch) AS code_parent,
  count(*) FILTER (
    located_by = 2 AND own_ix > 0 AND e.area_ix > 0 AND e.area_ix NOT BETWEEN own_ix AND own_last AND own_ix NOT BETWEEN e.area_ix AND here_last
  ) AS code_position,
  count(*) FILTER (least(accepted_at, registered_at, dispatched_at, disposed_at, verified_at) < reported_at) AS before_report,
  count(*) FILTER (dispatched_at < coalesce(registered_at, accepted_at)) AS dispatched_early,
  count(*) FILTER (disposed_at < coalesce(dispatched_at, registered_at, accepted_at)) AS disposed_early,
  count(*) FILTER (greatest(dispatched_at, disposed_at, verified_at) > closed_at) AS after_closing,
  count(*) FILTER (deadline_at < reported_at) AS deadline_early,
  count(*) FILTER (is_closed AND closed_at IS NULL) AS closed_untimed,
  count(*) FILTER (is_closed AND disposed_at IS NULL) AS disposed_untimed,
  count(*) FILTER (duplicate_of IS NOT NULL) AS duplicates,
  count(*) FILTER (get_bit($unclassified::BIT, category_ix::INTEGER) = 1) AS unclassified,
  count(*) FILTER (title IS NULL) AS no_title,
  count(*) FILTER (address IS NULL) AS no_address,
  count(*) FILTER (description IS NULL) AS no_description,
  count(*) FILTER (coalesce(department_ix, 0) = 0) AS no_department,
  count(*) FILTER (deadline_at IS NULL) AS no_deadline,
  count(*) FILTER (handle_level IS NULL AND is_closed) AS no_handle_level,
  count(*) FILTER (updated_at IS NULL) AS no_updated,
  count(*) FILTER (repairs & 1 > 0) AS repair_half_width,
  count(*) FILTER (repairs & 2 > 0) AS repair_invisible_removed,
  count(*) FILTER (repairs & 4 > 0) AS repair_float_code,
  count(*) FILTER (repairs & 8 > 0) AS repair_text_formula,
  count(*) FILTER (repairs & 16 > 0) AS repair_serial_date,
  count(*) FILTER (repairs & 32 > 0) AS repair_epoch,
  count(*) FILTER (repairs & 64 > 0) AS repair_month_first,
  count(*) FILTER (repairs & 128 > 0) AS repair_glued_position,
  count(*) FILTER (repairs & 256 > 0) AS repair_degree_minutes,
  count(*) FILTER (repairs & 512 > 0) AS repair_thousands,
  count(*) FILTER (repairs & 1024 > 0) AS repair_computed_deadline,
  count(*) FILTER (repairs & 2048 > 0) AS repair_day_first
FROM selected AS e
LEFT JOIN over USING (outcome_ix)
LEFT JOIN own USING (declared_ix)
LEFT JOIN lies ON lies.area_ix = e.area_ix
GROUP BY ALL
