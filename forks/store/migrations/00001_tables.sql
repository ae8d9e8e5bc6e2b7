-- Commit ids are 40 hex digits, or '' for none. Times are UTC milliseconds, NULL
-- for none. Columns named position give the order of a list, from 0.

-- +goose Up

-- A track, with what its newest indexed state says.
CREATE TABLE tracks (
  id           INTEGER PRIMARY KEY,
  fork         TEXT NOT NULL,
  name         TEXT NOT NULL,
  state_commit TEXT NOT NULL DEFAULT '',
  pass         INTEGER NOT NULL DEFAULT 0,
  state_at     INTEGER,
  upstream     TEXT NOT NULL DEFAULT '',
  follow       TEXT NOT NULL DEFAULT '',
  branch       TEXT NOT NULL DEFAULT '',
  history      TEXT NOT NULL DEFAULT '',
  adopted_by   TEXT NOT NULL DEFAULT '',
  adopted_at   INTEGER,
  base         TEXT NOT NULL DEFAULT '',
  tip          TEXT NOT NULL DEFAULT '',
  upstream_tip TEXT NOT NULL DEFAULT '',
  hold_commit  TEXT NOT NULL DEFAULT '',
  hold_reason  TEXT NOT NULL DEFAULT '',
  stop_reason  TEXT NOT NULL DEFAULT '',
  stop_next    TEXT NOT NULL DEFAULT '',
  stop_tip     TEXT NOT NULL DEFAULT '',
  stop_at      INTEGER,
  -- of all refs after the last complete pass, to know a quiet one by
  fingerprint  TEXT NOT NULL DEFAULT '',
  UNIQUE (fork, name)
) STRICT;

-- standing: 'stack' for the stack, 'ended' for those kept on record, 'gone' for
-- those that the newest state does not mention.
CREATE TABLE patches (
  track_id       INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  id             TEXT NOT NULL,
  standing       TEXT NOT NULL CHECK (standing IN ('stack', 'ended', 'gone')),
  position       INTEGER NOT NULL,
  subject        TEXT NOT NULL,
  author_name    TEXT NOT NULL,
  author_email   TEXT NOT NULL,
  author_date    INTEGER,
  first_commit   TEXT NOT NULL,
  commit_id      TEXT NOT NULL,
  out_outcome    TEXT, -- NULL if it is not left out
  out_by         TEXT,
  out_reason     TEXT,
  out_clean_base TEXT,
  out_pass       INTEGER,
  out_at         INTEGER,
  end_outcome    TEXT, -- NULL if it has not ended
  end_by         TEXT,
  end_reason     TEXT,
  end_pass       INTEGER,
  end_at         INTEGER,
  folded         TEXT NOT NULL, -- JSON list
  ahead          TEXT NOT NULL,
  published      TEXT NOT NULL,
  PRIMARY KEY (track_id, id)
) STRICT;

CREATE TABLE patch_versions (
  track_id  INTEGER NOT NULL,
  patch     TEXT NOT NULL,
  position  INTEGER NOT NULL,
  commit_id TEXT NOT NULL,
  pin       TEXT NOT NULL,
  proposal  TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at INTEGER,
  PRIMARY KEY (track_id, patch, position),
  FOREIGN KEY (track_id, patch) REFERENCES patches (track_id, id) ON DELETE CASCADE
) STRICT;

-- One run of a pass, or one state commit that was made without this database.
CREATE TABLE passes (
  id            INTEGER PRIMARY KEY,
  track_id      INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,
  state_commit  TEXT, -- NULL if the run left none
  measured      INTEGER NOT NULL DEFAULT 0, -- 1 if the facts of the run are here
  old_base      TEXT NOT NULL,
  new_base      TEXT NOT NULL,
  old_tip       TEXT NOT NULL,
  new_tip       TEXT NOT NULL,
  upstream_tip  TEXT NOT NULL,
  behind        INTEGER NOT NULL DEFAULT 0, -- upstream commits
  upstream_time INTEGER,
  started       INTEGER,
  seconds       REAL NOT NULL DEFAULT 0,
  bytes         INTEGER NOT NULL DEFAULT 0,
  outcome       TEXT NOT NULL
    CHECK (outcome IN ('published', 'unchanged', 'state', 'quiet', 'failed', 'stopped')),
  error         TEXT NOT NULL DEFAULT '',
  UNIQUE (track_id, state_commit)
) STRICT;
CREATE INDEX passes_by_number ON passes (track_id, number);

CREATE TABLE ledger (
  pass_id      INTEGER NOT NULL REFERENCES passes (id) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  patch        TEXT NOT NULL,
  subject      TEXT NOT NULL,
  author_name  TEXT NOT NULL,
  author_email TEXT NOT NULL,
  old_commit   TEXT NOT NULL,
  new_commit   TEXT NOT NULL,
  ahead        TEXT NOT NULL,
  published    TEXT NOT NULL,
  by           TEXT NOT NULL,
  reason       TEXT NOT NULL,
  PRIMARY KEY (pass_id, position)
) STRICT;
CREATE INDEX ledger_by_patch ON ledger (patch);

CREATE TABLE proposals (
  track_id  INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  id        TEXT NOT NULL,
  position  INTEGER NOT NULL, -- -1 if the newest state does not mention it
  patch     TEXT NOT NULL,
  round     INTEGER NOT NULL,
  status    TEXT NOT NULL,
  reason    TEXT NOT NULL,
  onto      TEXT NOT NULL,
  fix       TEXT NOT NULL,
  picked    TEXT NOT NULL,
  touched   INTEGER NOT NULL,
  opened    INTEGER,
  closed    INTEGER,
  closed_by TEXT NOT NULL,
  PRIMARY KEY (track_id, id)
) STRICT;

-- The conflict that a proposal asks about.
CREATE TABLE conflicts (
  id                 INTEGER PRIMARY KEY,
  track_id           INTEGER NOT NULL,
  proposal           TEXT NOT NULL,
  patch              TEXT NOT NULL,
  cause              TEXT NOT NULL,
  cause_patch        TEXT NOT NULL,
  inner_commit       TEXT NOT NULL,
  cause_subject      TEXT NOT NULL,
  cause_author_name  TEXT NOT NULL,
  cause_author_email TEXT NOT NULL,
  clean              TEXT NOT NULL,
  suggest_drop       TEXT NOT NULL,
  UNIQUE (track_id, proposal),
  FOREIGN KEY (track_id, proposal) REFERENCES proposals (track_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX conflicts_by_cause ON conflicts (cause);

CREATE TABLE conflict_files (
  conflict_id INTEGER NOT NULL REFERENCES conflicts (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  path        BLOB NOT NULL,
  kind        TEXT NOT NULL,
  stages      TEXT NOT NULL, -- JSON list of stage, mode and id
  message     TEXT NOT NULL,
  PRIMARY KEY (conflict_id, position)
) STRICT;

-- What people decided, and the passes in which a decision was used.
CREATE TABLE resolutions (
  id         INTEGER PRIMARY KEY,
  track_id   INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  patch      TEXT NOT NULL,
  proposal   TEXT NOT NULL,
  commit_id  TEXT NOT NULL,
  pin        TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at INTEGER,
  revoked_at INTEGER,
  UNIQUE (track_id, patch, proposal, commit_id)
) STRICT;

CREATE TABLE resolution_uses (
  resolution_id INTEGER NOT NULL REFERENCES resolutions (id) ON DELETE CASCADE,
  pass_id       INTEGER NOT NULL REFERENCES passes (id) ON DELETE CASCADE,
  patch         TEXT NOT NULL,
  PRIMARY KEY (resolution_id, pass_id, patch)
) STRICT;

-- What people asked for by command, until a pass takes it.
CREATE TABLE requests (
  id            INTEGER PRIMARY KEY,
  track_id      INTEGER REFERENCES tracks (id) ON DELETE CASCADE,
  who           TEXT NOT NULL,
  verb          TEXT NOT NULL,
  args          TEXT NOT NULL, -- JSON list
  because       TEXT NOT NULL,
  made_at       INTEGER NOT NULL,
  taken_by_pass INTEGER
) STRICT;

-- Each outside effect, announced before it and settled after it.
CREATE TABLE intents (
  id         INTEGER PRIMARY KEY,
  track_id   INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL
    CHECK (kind IN ('push', 'open', 'update', 'close', 'delete', 'comment', 'status')),
  pass       INTEGER NOT NULL,
  payload    TEXT NOT NULL, -- JSON
  created_at INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('open', 'done', 'forgotten', 'unexplained')),
  settled_at INTEGER,
  note       TEXT NOT NULL
) STRICT;
CREATE INDEX intents_open ON intents (track_id) WHERE status = 'open';

CREATE TABLE events (
  id       INTEGER PRIMARY KEY,
  track_id INTEGER REFERENCES tracks (id) ON DELETE CASCADE, -- NULL for the service
  pass     INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_track ON events (track_id, id);

-- The life of one process of the service.
CREATE TABLE runs (
  id      INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  pid     INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended   INTEGER,
  how     TEXT NOT NULL DEFAULT ''
) STRICT;

-- What each place that reports go to has received.
CREATE TABLE sink_state (
  sink  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (sink, key)
) STRICT;

-- Answers of a forge that it lets us ask for again cheaply.
CREATE TABLE forge_cache (
  forge TEXT NOT NULL,
  key   TEXT NOT NULL,
  etag  TEXT NOT NULL,
  body  BLOB NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (forge, key)
) STRICT;
