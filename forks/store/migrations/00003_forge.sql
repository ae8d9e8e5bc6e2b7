-- What a forge with pages needs. Times are UTC milliseconds, NULL for none.

-- +goose Up

-- What the newest state says of pull requests, and who paused the track.
ALTER TABLE tracks ADD COLUMN paused_by TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN paused_because TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN paused_at INTEGER; -- NULL unless it is paused
ALTER TABLE proposals ADD COLUMN taken INTEGER NOT NULL DEFAULT 0; -- number of the pass
ALTER TABLE proposals ADD COLUMN published INTEGER NOT NULL DEFAULT 0; -- number of the pass
ALTER TABLE proposals ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE proposals ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN claimed TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN not_for TEXT NOT NULL DEFAULT '[]'; -- JSON list

-- Where a request was made, and what became of it. source is '' on the host.
ALTER TABLE requests ADD COLUMN proposal TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN result TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN taken_at INTEGER;
CREATE INDEX requests_by_source ON requests (source) WHERE source != '';
CREATE INDEX requests_untaken ON requests (track_id) WHERE taken_by_pass IS NULL;

-- Intents, now also on a forge, and there also of a fork without a track.
CREATE TABLE wider_intents (
  id         INTEGER PRIMARY KEY,
  fork       TEXT NOT NULL,
  track      TEXT NOT NULL, -- '' for what is the fork's, such as its dashboard
  kind       TEXT NOT NULL
    CHECK (kind IN ('push', 'delete', 'open', 'update', 'close', 'comment', 'status',
      'edit', 'stage', 'label', 'ask', 'suggest', 'react', 'end')),
  pass       INTEGER NOT NULL,
  payload    TEXT NOT NULL, -- JSON
  created_at INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('open', 'done', 'forgotten', 'unexplained')),
  settled_at INTEGER,
  note       TEXT NOT NULL,
  CHECK (fork != ''),
  CHECK (track != '' OR kind NOT IN ('push', 'delete'))
) STRICT;
INSERT INTO wider_intents (id, fork, track, kind, pass, payload, created_at, status, settled_at, note)
  SELECT intents.id, fork, name, kind, intents.pass, payload, created_at, status, settled_at, note
  FROM intents JOIN tracks ON tracks.id = track_id ORDER BY intents.id;
DROP TABLE intents;
ALTER TABLE wider_intents RENAME TO intents;
CREATE INDEX intents_open ON intents (fork, track) WHERE status = 'open';

-- What is remembered of each pull request, and of a fork's dashboard: that has neither
-- track nor id.
CREATE TABLE pull_records (
  fork       TEXT NOT NULL,
  track      TEXT NOT NULL,
  id         TEXT NOT NULL,
  number     INTEGER NOT NULL, -- 0 if it is not known to be open
  record     TEXT NOT NULL, -- JSON
  written_at INTEGER NOT NULL,
  PRIMARY KEY (fork, track, id)
) STRICT;

-- Until when a fork's forge wants to be left alone, as it said.
CREATE TABLE forge_waits (
  fork       TEXT PRIMARY KEY,
  not_before INTEGER NOT NULL,
  reason     TEXT NOT NULL
) STRICT;

-- To find the oldest answers.
CREATE INDEX forge_cache_by_age ON forge_cache (at);
