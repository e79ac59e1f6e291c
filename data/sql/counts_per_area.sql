-- Events per area they were located in (not rolled up).
SELECT area_ix, count(*) AS n
FROM selected
GROUP BY ALL
