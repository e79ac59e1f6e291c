-- Events with a deadline from now until the horizon, per group of areas and outcome.
SELECT $groups[area_ix + 1] AS area_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n
FROM selected
WHERE deadline_at BETWEEN $due_from AND $due_until
GROUP BY ALL
