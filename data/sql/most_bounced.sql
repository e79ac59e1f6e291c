-- The cases that were bounced most often, the latest of equals first.
SELECT event_id, bounce_count::INTEGER AS bounce_count
FROM selected
WHERE bounce_count > 0
ORDER BY bounce_count DESC, reported_at DESC, event_id
LIMIT $most
