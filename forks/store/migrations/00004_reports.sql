-- What the weekly report reads and writes. Times are UTC milliseconds, NULL for none.

-- +goose Up

-- What a pass found out for those who read about it later.
ALTER TABLE passes ADD COLUMN digest TEXT; -- JSON of forks.Digest, NULL for none
-- To read the runs of a track in order of time, and of them those that tell most.
CREATE INDEX passes_by_time ON passes (track_id, started);
CREATE INDEX passes_with_digest ON passes (track_id, started) WHERE digest IS NOT NULL;
CREATE INDEX passes_with_state ON passes (track_id, started) WHERE state_commit IS NOT NULL;

-- The published outcome of the patch in the row of its track before, '' if there is
-- none; NULL where it is the same. Rows follow each other in the order in which their
-- states were indexed, which is that of the chain of states, whatever the clock did.
ALTER TABLE ledger ADD COLUMN was TEXT;
DROP INDEX ledger_by_patch;
CREATE INDEX ledger_by_patch ON ledger (patch, pass_id, position);
UPDATE ledger SET was = coalesce(before, '')
  FROM (SELECT ledger.rowid AS id, published AS now, lag(published) OVER (
      PARTITION BY track_id, patch ORDER BY pass_id, position) AS before
    FROM ledger JOIN passes ON passes.id = pass_id)
  WHERE ledger.rowid = id AND before IS NOT now;
CREATE INDEX ledger_turns ON ledger (pass_id, position) WHERE was IS NOT NULL;

-- The questions of the newest state.
CREATE TABLE decisions (
  track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  patch    TEXT NOT NULL,
  proposal TEXT NOT NULL,
  question TEXT NOT NULL,
  asked    INTEGER,
  PRIMARY KEY (track_id, position)
) STRICT;
ALTER TABLE tracks ADD COLUMN hold_until INTEGER;

-- Which rows were made of the newest state: a version that knows more has it indexed
-- again, in the next pass. That one must not be quiet.
ALTER TABLE tracks ADD COLUMN rows_version INTEGER NOT NULL DEFAULT 0;
UPDATE tracks SET fingerprint = '';

-- What is measured about once an hour. fork is '' for the service.
CREATE TABLE samples (
  at    INTEGER NOT NULL,
  fork  TEXT NOT NULL,
  name  TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (at, fork, name)
) STRICT;

-- The reports of weeks that are over, as they were made first.
CREATE TABLE reports (
  fork    TEXT NOT NULL,
  week    TEXT NOT NULL, -- such as 2026-W47
  made_at INTEGER NOT NULL,
  text    BLOB NOT NULL,
  PRIMARY KEY (fork, week)
) STRICT;

-- How far each report is on its way to each place. It stands in for sink_state, which
-- nothing has ever used.
DROP TABLE sink_state;
CREATE TABLE deliveries (
  fork       TEXT NOT NULL,
  week       TEXT NOT NULL,
  sink       TEXT NOT NULL,
  part       TEXT NOT NULL, -- '' for all of the sink
  status     TEXT NOT NULL CHECK (status IN ('begun', 'done', 'failed', 'given up')),
  tries      INTEGER NOT NULL,
  not_before INTEGER,
  error      TEXT NOT NULL,
  ref        TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (fork, week, sink, part)
) STRICT;

-- What a report asks of the history of a fork and of the service.
CREATE INDEX events_by_time ON events (at);
