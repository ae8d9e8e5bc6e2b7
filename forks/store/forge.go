package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// What is kept of a forge's answers, see [Store.Trim].
const (
	// KeepAnswer is for an answer that was not written again.
	KeepAnswer = 90 * 24 * time.Hour
	// KeepAnswers is for all of them, in bytes.
	KeepAnswers = 20 << 20
)

// maxAnswer is the largest answer that is kept, in bytes: one must not push out all
// the others.
const maxAnswer = 2 << 20

// ForgeCache holds answers of one fork's forge, with what it lets us ask by whether
// they still hold. All of it may be lost at any time.
type ForgeCache struct {
	store *Store
	fork  string
}

// ForgeCache returns the answers of a fork's forge.
func (s *Store) ForgeCache(fork string) ForgeCache { return ForgeCache{s, fork} }

// Get returns what Put wrote last under a key. An answer that cannot be read is none:
// the forge is asked for it again.
func (c ForgeCache) Get(ctx context.Context, key string) (etag string, body []byte, ok bool) {
	err := c.store.read.QueryRowContext(ctx, `SELECT etag, body FROM forge_cache WHERE forge = ? AND key = ?`, c.fork, key).Scan(&etag, &body)
	switch {
	case err == nil:
		return etag, body, true
	case !errors.Is(err, sql.ErrNoRows):
		_ = c.store.failed("read an answer from", err) // notes damage
	}
	return "", nil, false
}

// Put keeps an answer; it holds no secret, and nor does the key. One of more than
// 2 MiB is not kept, and what was kept under its key is dropped.
func (c ForgeCache) Put(ctx context.Context, key, etag string, body []byte) error {
	return c.store.inTx(ctx, "keep an answer in", func(tx *sql.Tx) error {
		if len(body) > maxAnswer {
			_, err := tx.ExecContext(ctx, `DELETE FROM forge_cache WHERE forge = ? AND key = ?`, c.fork, key)
			return err
		}
		if body == nil {
			body = []byte{}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO forge_cache (forge, key, etag, body, at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET etag = excluded.etag, body = excluded.body, at = excluded.at`,
			c.fork, key, etag, body, timeColumn(c.store.clock.Now()))
		return err
	})
}

// ForgeNotBefore returns until when a fork's forge wants to be left alone, and why, as
// [Store.SetForgeNotBefore] wrote it last; zero if it does not. The time may be past.
func (s *Store) ForgeNotBefore(ctx context.Context, fork string) (until time.Time, reason string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT not_before, reason FROM forge_waits WHERE fork = ?`, fork).Scan(timeInto(&until), &reason)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", s.failed("read a wait from", err)
	}
	return until, reason, nil
}

// SetForgeNotBefore records until when a fork's forge wants to be left alone, to the
// millisecond above, and why: redacted, for people. A zero time ends the wait.
func (s *Store) SetForgeNotBefore(ctx context.Context, fork string, until time.Time, reason string) error {
	return s.inTx(ctx, "write a wait to", func(tx *sql.Tx) error {
		if until.IsZero() {
			_, err := tx.ExecContext(ctx, `DELETE FROM forge_waits WHERE fork = ?`, fork)
			return err
		}
		if whole := until.Truncate(time.Millisecond); whole.Before(until) {
			until = whole.Add(time.Millisecond)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO forge_waits (fork, not_before, reason) VALUES (?, ?, ?)
				ON CONFLICT DO UPDATE SET not_before = excluded.not_before, reason = excluded.reason`, fork, timeColumn(until), reason)
		return err
	})
}
