-- Events with a deadline from now until the horizon, per outcome.
SELECT outcome_ix::INTEGER AS outcome_ix, count(*) AS n
FROM selected
WHERE deadline_at BETWEEN $due_from AND $due_until
GROUP BY ALL
