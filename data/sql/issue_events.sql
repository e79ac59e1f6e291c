-- Selected events that have an issue; the line of one is in force.
SELECT event_ix
FROM marked
WHERE TRUE
  AND coord_missing -- coord_missing
  AND coord_invalid -- coord_invalid
  AND coord_zero -- coord_zero
  AND coord_swapped -- coord_swapped
  AND coord_out_of_area -- coord_out_of_area
  AND coord_crs -- coord_crs
  AND nowhere -- nowhere
  AND by_code -- by_code
  AND declares_none -- declares_none
  AND fk_street -- fk_street
  AND fk_grid -- fk_grid
  AND code_parent -- code_parent
  AND code_position -- code_position
  AND before_report -- before_report
  AND dispatched_early -- dispatched_early
  AND disposed_early -- disposed_early
  AND after_closing -- after_closing
  AND deadline_early -- deadline_early
  AND closed_untimed -- closed_untimed
  AND disposed_untimed -- disposed_untimed
  AND duplicates -- duplicates
  AND unclassified -- unclassified
  AND no_title -- no_title
  AND no_address -- no_address
  AND no_description -- no_description
  AND no_department -- no_department
  AND no_deadline -- no_deadline
  AND no_handle_level -- no_handle_level
  AND no_updated -- no_updated
  AND repair_half_width -- repair_half_width
  AND repair_invisible_removed -- repair_invisible_removed
  AND repair_float_code -- repair_float_code
  AND repair_text_formula -- repair_text_formula
  AND repair_serial_date -- repair_serial_date
  AND repair_epoch -- repair_epoch
  AND repair_month_first -- repair_month_first
  AND repair_glued_position -- repair_glued_position
  AND repair_degree_minutes -- repair_degree_minutes
  AND repair_thousands -- repair_thousands
  AND repair_computed_deadline -- repair_computed_deadline
  AND repair_day_first -- repair_day_first
