-- Events per source and hour of the week: both margins in one pass.
SELECT source_ix::INTEGER AS source_ix, hour_of_week::INTEGER AS hour_of_week, count(*) AS n
FROM selected
GROUP BY ALL
