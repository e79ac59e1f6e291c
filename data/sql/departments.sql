-- Events per department; 0 is "not given".
SELECT department_ix::INTEGER AS department_ix, count(*) AS n
FROM selected
GROUP BY ALL
