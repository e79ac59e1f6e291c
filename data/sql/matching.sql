-- Which events are selected, by number.
SELECT event_ix FROM selected
