-- Events per value of every dimension but the days, each without the dimension's own filters, and per outcome with all of them.
WITH narrow AS MATERIALIZED (
  SELECT
    hour_of_week, area_ix, category_ix, source_ix, department_ix, urgency_ix, outcome_ix,
    CASE WHEN duration_s IS NOT NULL THEN greatest(0, least(duration_s // 900, 35040)) END AS duration,
    2 * outcome_ix + coalesce(deadline_at BETWEEN $due_from AND $due_until, false)::INTEGER AS due, failed
  FROM selected
  WHERE bit_count(failed) <= 1
)
SELECT 'outcomes' AS dimension, outcome_ix::INTEGER AS value, count(*) AS n FROM narrow WHERE failed IN (0, $outcomes) GROUP BY ALL
UNION ALL SELECT 'hours', hour_of_week::INTEGER, count(*) FROM narrow WHERE failed IN (0, $hours) GROUP BY ALL
UNION ALL SELECT 'areas', area_ix, count(*) FROM narrow WHERE failed IN (0, $areas) GROUP BY ALL
UNION ALL SELECT 'categories', category_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $categories) GROUP BY ALL
UNION ALL SELECT 'sources', source_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $sources) GROUP BY ALL
UNION ALL SELECT 'departments', department_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $departments) GROUP BY ALL
UNION ALL SELECT 'urgencies', urgency_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $urgencies) GROUP BY ALL
UNION ALL SELECT 'stages', outcome_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $stages) GROUP BY ALL
UNION ALL SELECT 'deadlines', due::INTEGER, count(*) FROM narrow WHERE failed IN (0, $deadlines) GROUP BY ALL
UNION ALL SELECT 'callbacks', outcome_ix::INTEGER, count(*) FROM narrow WHERE failed IN (0, $callbacks) GROUP BY ALL
UNION ALL SELECT 'durations', duration::INTEGER, count(*) FROM narrow WHERE failed IN (0, $durations) AND duration IS NOT NULL GROUP BY ALL
