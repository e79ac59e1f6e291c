-- Seconds from one step of a case to the next, median and 90 %: of those with both times in order; how many lack one or have them reversed.
WITH reached AS (
  SELECT
    *,
    get_bit($closed::BIT, outcome_ix::INTEGER) = 1 AS has_closed,
    get_bit($disposed::BIT, outcome_ix::INTEGER) = 1 AS has_disposed,
    get_bit($dispatched::BIT, outcome_ix::INTEGER) = 1 AS has_dispatched,
    get_bit($registered::BIT, outcome_ix::INTEGER) = 1 AS has_registered,
    has_closed OR verified_at IS NOT NULL AS has_verified,
    has_registered OR accepted_at IS NOT NULL AS has_accepted
  FROM selected
)
SELECT
  count(*) AS n,
  count(*) FILTER (accepted_at >= reported_at) AS accepted_n,
  quantile_cont(((epoch_us(accepted_at) - epoch_us(reported_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (accepted_at >= reported_at) AS accepted_seconds,
  count(*) FILTER (has_accepted AND (accepted_at IS NULL OR reported_at IS NULL)) AS accepted_untimed,
  count(*) FILTER (accepted_at < reported_at) AS accepted_disordered,
  count(accepted_at) AS accepted_given,
  count(*) FILTER (registered_at >= accepted_at) AS registered_n,
  quantile_cont(((epoch_us(registered_at) - epoch_us(accepted_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (registered_at >= accepted_at) AS registered_seconds,
  count(*) FILTER (has_registered AND (registered_at IS NULL OR accepted_at IS NULL)) AS registered_untimed,
  count(*) FILTER (registered_at < accepted_at) AS registered_disordered,
  count(registered_at) AS registered_given,
  count(*) FILTER (dispatched_at >= registered_at) AS dispatched_n,
  quantile_cont(((epoch_us(dispatched_at) - epoch_us(registered_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (dispatched_at >= registered_at) AS dispatched_seconds,
  count(*) FILTER (has_dispatched AND (dispatched_at IS NULL OR registered_at IS NULL)) AS dispatched_untimed,
  count(*) FILTER (dispatched_at < registered_at) AS dispatched_disordered,
  count(dispatched_at) AS dispatched_given,
  count(*) FILTER (disposed_at >= dispatched_at) AS disposed_n,
  quantile_cont(((epoch_us(disposed_at) - epoch_us(dispatched_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (disposed_at >= dispatched_at) AS disposed_seconds,
  count(*) FILTER (has_disposed AND (disposed_at IS NULL OR dispatched_at IS NULL)) AS disposed_untimed,
  count(*) FILTER (disposed_at < dispatched_at) AS disposed_disordered,
  count(disposed_at) AS disposed_given,
  count(*) FILTER (verified_at >= disposed_at) AS verified_n,
  quantile_cont(((epoch_us(verified_at) - epoch_us(disposed_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (verified_at >= disposed_at) AS verified_seconds,
  count(*) FILTER (has_verified AND (verified_at IS NULL OR disposed_at IS NULL)) AS verified_untimed,
  count(*) FILTER (verified_at < disposed_at) AS verified_disordered,
  count(verified_at) AS verified_given,
  count(*) FILTER (closed_at >= verified_at) AS closed_n,
  quantile_cont(((epoch_us(closed_at) - epoch_us(verified_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (closed_at >= verified_at) AS closed_seconds,
  count(*) FILTER (has_closed AND (closed_at IS NULL OR verified_at IS NULL)) AS closed_untimed,
  count(*) FILTER (closed_at < verified_at) AS closed_disordered,
  count(closed_at) AS closed_given,
  count(*) FILTER (closed_at >= reported_at) AS whole_n,
  quantile_cont(((epoch_us(closed_at) - epoch_us(reported_at)) // 1000000)::INTEGER, [0.5, 0.9]) FILTER (closed_at >= reported_at) AS whole_seconds,
  count(*) FILTER (has_closed AND (closed_at IS NULL OR reported_at IS NULL)) AS whole_untimed,
  count(*) FILTER (closed_at < reported_at) AS whole_disordered
FROM reached
