-- Events per area they were located in (not rolled up), in the window and in the previous one.
SELECT area_ix, day < $from_day AS is_previous, count(*) AS n
FROM selected
GROUP BY ALL
