-- Events per group of areas and set of repairs made to read them.
SELECT $groups[area_ix + 1] AS node, repairs::INTEGER AS repairs, count(*) AS n
FROM selected
WHERE repairs > 0
GROUP BY ALL
