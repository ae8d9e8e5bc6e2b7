-- Proposals that ask about several patches at once.

-- +goose Up

ALTER TABLE proposals ADD COLUMN members TEXT NOT NULL DEFAULT '[]'; -- JSON of forks.Member
ALTER TABLE proposals ADD COLUMN split INTEGER NOT NULL DEFAULT 0;
