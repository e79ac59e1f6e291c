-- How many events are selected.
SELECT count(*) AS n FROM selected
