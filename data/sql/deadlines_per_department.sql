-- Cases with a deadline by department and outcome, and the earliest deadline among them.
SELECT department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n, min(deadline_at) AS earliest
FROM selected
GROUP BY ALL
