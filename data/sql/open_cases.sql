-- Cases that wait: by outcome, department, group of areas and how long ago their last step was, as the number of edges (hours) passed.
SELECT
  outcome_ix::INTEGER AS outcome_ix, department_ix::INTEGER AS department_ix, $groups[area_ix + 1] AS node,
  ((hours >= $edges[1])::INTEGER + (hours >= $edges[2])::INTEGER + (hours >= $edges[3])::INTEGER + (hours >= $edges[4])::INTEGER)::INTEGER AS wait,
  count(*) AS n
FROM (
  SELECT
    outcome_ix, department_ix, area_ix,
    (epoch_us($now::TIMESTAMP)
    - epoch_us(greatest(reported_at, accepted_at, registered_at, dispatched_at, disposed_at, verified_at))) / 3.6e9 AS hours
  FROM selected
  WHERE TRUE
    AND outcome_ix BETWEEN $waiting_low AND $waiting_high -- waiting
    AND get_bit($waiting_set::BIT, outcome_ix::INTEGER) = 1 -- waiting_set
)
GROUP BY ALL
