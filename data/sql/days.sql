-- Events per local day, as days since 1970.
SELECT (day - DATE '1970-01-01')::INTEGER AS day, count(*) AS n
FROM selected
GROUP BY ALL
