-- Which events are selected, in the window and in the one before.
SELECT day < $from_day AS is_previous, event_ix, area_ix
FROM selected
