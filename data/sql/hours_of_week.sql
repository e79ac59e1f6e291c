-- Events per hour of the week, Monday 00 h = 0.
SELECT hour_of_week::INTEGER AS hour_of_week, count(*) AS n
FROM selected
GROUP BY ALL
