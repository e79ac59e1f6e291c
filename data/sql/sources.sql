-- Events per source, in the window and in the previous one.
SELECT source_ix::INTEGER AS source_ix, day < $from_day AS is_previous, count(*) AS n
FROM selected
GROUP BY ALL
