-- Events per day (counted from 1970), group of areas and group of categories.
SELECT (day - DATE '1970-01-01')::INTEGER AS day, $groups[area_ix + 1] AS node, $kinds[category_ix + 1] AS kind, count(*) AS n
FROM selected
GROUP BY ALL
