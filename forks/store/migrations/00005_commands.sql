-- What commands name besides a conflict, and what pauses a track.

-- +goose Up

ALTER TABLE requests ADD COLUMN patch TEXT NOT NULL DEFAULT ''; -- of a request about a patch
-- The ref of the fork that pauses the track, '' where a person does.
ALTER TABLE tracks ADD COLUMN paused_ref TEXT NOT NULL DEFAULT '';
