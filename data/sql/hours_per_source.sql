-- Events per source and hour of the week, in the window and in the previous one: both margins in one pass.
SELECT day < $from_day AS is_previous, source_ix::INTEGER AS source_ix, hour_of_week::INTEGER AS hour_of_week, count(*) AS n
FROM selected
GROUP BY ALL
