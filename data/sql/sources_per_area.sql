-- Events, and those from sources of one set, per area they were located in (not rolled up).
SELECT area_ix, count(*) AS n, sum(get_bit($chosen::BIT, source_ix::INTEGER))::BIGINT AS numerator
FROM selected
GROUP BY ALL
