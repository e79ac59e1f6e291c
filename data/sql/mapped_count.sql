-- How many selected events have a usable position.
SELECT count(*) AS n FROM selected WHERE cell IS NOT NULL
