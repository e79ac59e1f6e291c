-- Cases that have the times of a step and of the one before, in order; the line of one step is in force.
SELECT event_ix
FROM selected
WHERE TRUE
  AND accepted_at >= reported_at -- accepted
  AND registered_at >= accepted_at -- registered
  AND dispatched_at >= registered_at -- dispatched
  AND disposed_at >= dispatched_at -- disposed
  AND verified_at >= disposed_at -- verified
  AND closed_at >= verified_at -- closed
  AND closed_at >= reported_at -- whole
