-- Every selected case in the order in which they were reported, with what another order goes by.
SELECT
  event_ix,
  CASE $by
    WHEN 'deadline_at' THEN epoch_us(deadline_at)
    WHEN 'closed_at' THEN epoch_us(closed_at)
    WHEN 'hours_taken' THEN duration_s
    WHEN 'area' THEN area_ix
    WHEN 'category' THEN category_ix
    WHEN 'source' THEN source_ix
    WHEN 'department' THEN $departments[department_ix + 1]
    WHEN 'stage' THEN $stages[outcome_ix + 1]
    WHEN 'urgency' THEN urgency_ix
  END::BIGINT AS place
FROM selected
