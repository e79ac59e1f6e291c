-- Events per department and outcome; department 0 is "not given".
SELECT department_ix::INTEGER AS department_ix, outcome_ix::INTEGER AS outcome_ix, count(*) AS n
FROM selected
GROUP BY ALL
