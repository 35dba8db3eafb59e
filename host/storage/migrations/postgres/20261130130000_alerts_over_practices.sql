ALTER TABLE alerts ADD COLUMN urgency BIGINT NOT NULL DEFAULT 1;

COMMENT ON COLUMN alerts.urgency IS 'How urgent: 1 vital, 2 very urgent.';

UPDATE alerts SET urgency = 2 WHERE doc::json ->> 'level' <> 'vital';

-- Over practices, most urgent and oldest first.
CREATE INDEX alerts_urgent_idx ON alerts (state, urgency, raised_at, id);
