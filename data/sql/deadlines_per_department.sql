-- Cases with a deadline by department and outcome, and the earliest deadline among them with its case.
SELECT
  department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n, min(deadline_at) AS earliest,
  arg_min(event_id, (deadline_at, event_id)) AS earliest_id
FROM selected
GROUP BY ALL
