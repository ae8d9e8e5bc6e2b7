-- What a process that runs for months keeps. Times are UTC milliseconds, NULL for
-- none.

-- +goose Up

-- How the passes of a track go; NULL and '' until the first one.
ALTER TABLE tracks ADD COLUMN first_good INTEGER;
ALTER TABLE tracks ADD COLUMN last_good INTEGER;
ALTER TABLE tracks ADD COLUMN first_bad INTEGER;
ALTER TABLE tracks ADD COLUMN last_bad INTEGER;
ALTER TABLE tracks ADD COLUMN trouble TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN condition TEXT NOT NULL DEFAULT '';
ALTER TABLE tracks ADD COLUMN calm_condition TEXT NOT NULL DEFAULT ''; -- the last that was no trouble

-- Which database this is, for as long as it lives. One row.
CREATE TABLE instance (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  id      TEXT NOT NULL, -- 32 random hex digits
  made_at INTEGER NOT NULL
) STRICT;

-- The policy of a fork: the last good version, and the one that was refused.
CREATE TABLE policies (
  fork           TEXT PRIMARY KEY,
  source         TEXT NOT NULL,
  text           BLOB NOT NULL,
  taken_at       INTEGER,
  refused_source TEXT NOT NULL,
  problems       TEXT NOT NULL,
  refused_at     INTEGER
) STRICT;

-- The upstream branches that matched the pattern of a track.
CREATE TABLE found_branches (
  fork       TEXT NOT NULL,
  pattern    TEXT NOT NULL, -- name of the track
  branch     TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  gone_at    INTEGER,
  PRIMARY KEY (fork, pattern, branch)
) STRICT;

-- To read the newest runs of a track, and to delete old ones.
CREATE INDEX passes_by_track ON passes (track_id);
CREATE INDEX resolution_uses_by_pass ON resolution_uses (pass_id);
