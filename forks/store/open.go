package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// FileName is what the database is called in the state directory.
const FileName = "auxsync.db"

// readers is the number of connections that read at the same time.
const readers = 4

// patience is how long one who writes waits for another.
const patience = 10 * time.Second

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	path     string
	clock    clockwork.Clock
	patience time.Duration
	damaged  atomic.Bool // damage was met since it was opened
	write    *sql.DB     // one connection; nil if opened read-only
	read     *sql.DB
}

// Open opens the database for reading and writing, makes it (and its folder,
// mode 0700) if it is not there, and brings it to the current schema. The caller
// holds the folder's lock, see [Lock].
func Open(ctx context.Context, path string, clock clockwork.Clock) (*Store, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, clock: clock, patience: patience}
	if err := s.open(ctx, files); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open opens a store for writing. The caller closes it after an error, too.
func (s *Store) open(ctx context.Context, files fs.FS) error {
	if err := makeFile(s.path); err != nil {
		return s.failed("make", err)
	}
	var err error
	// The log is cut back to this many bytes when a backup or a slow reader let it grow.
	s.write, err = connect(s.path, 1, s.patience, "journal_mode(WAL)", "synchronous(FULL)", "journal_size_limit(16777216)")
	if err != nil {
		return s.failed("open", err)
	}
	if err := s.upgrade(ctx, files); err != nil {
		return err
	}
	if s.read, err = connect(s.path, readers, s.patience, "query_only(1)"); err != nil {
		return s.failed("open", err)
	}
	return nil
}

// OpenReadOnly opens the database for reading while another process may be
// writing it. The error is [fs.ErrNotExist] if there is none yet.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, patience: patience}
	if _, err := os.Stat(path); err != nil {
		return nil, s.failed("open", err)
	}
	if s.read, err = connect(path, readers, s.patience, "query_only(1)"); err != nil {
		return nil, s.failed("open", err)
	}
	if err := s.checkSchema(ctx, files); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends all connections. What was written is on disk already.
func (s *Store) Close() error {
	var errs []error
	// The writer last: the last connection tidies the log away.
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return s.failed("close", err)
	}
	return nil
}

// makeFile makes an empty file that only its owner can read; SQLite gives its
// other files the same mode.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect prepares connections with the settings that hold for all of them, and
// more. One that has to wait for another process gives up after wait.
//
// Readers, too, open the file for writing, and are held back by query_only: else
// the last one to close would leave the log's files behind.
func connect(path string, most int, wait time.Duration, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}}
	busy := fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds())
	query["_pragma"] = append([]string{busy, "foreign_keys(1)", "trusted_schema(0)"}, pragmas...)
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}
