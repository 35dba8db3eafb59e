-- How urgent: 1 vital, 2 very urgent.
ALTER TABLE alerts ADD COLUMN urgency INTEGER NOT NULL DEFAULT 1;

UPDATE alerts SET urgency = 2 WHERE json_extract(doc, '$.level') <> 'vital';

-- Over practices, most urgent and oldest first.
CREATE INDEX alerts_urgent_idx ON alerts (state, urgency, raised_at, id);
