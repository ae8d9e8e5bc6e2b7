-- What a conflict waits for that is not asked about yet.

-- +goose Up

ALTER TABLE proposals ADD COLUMN waits TEXT; -- JSON of forks.Waits, NULL for none
