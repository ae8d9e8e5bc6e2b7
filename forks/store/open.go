package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jonboulle/clockwork"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"github.com/auxolotl/auxsync/forks"
)

// FileName is what the database is called in the state directory.
const FileName = "auxsync.db"

// readers is the number of connections that read at the same time.
const readers = 4

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	path  string
	clock clockwork.Clock
	write *sql.DB // one connection; nil if opened read-only
	read  *sql.DB
}

// Open opens the database for reading and writing, makes it (and its folder,
// mode 0700) if it is not there, and brings it to the current schema. The caller
// holds the folder's lock, see [Lock].
func Open(ctx context.Context, path string, clock clockwork.Clock) (*Store, error) {
	s := &Store{path: path, clock: clock}
	if err := makeFile(path); err != nil {
		return nil, s.failed("make", err)
	}
	var err error
	if s.write, err = connect(path, 1, "journal_mode(WAL)", "synchronous(FULL)"); err != nil {
		return nil, s.failed("open", err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.read, err = connect(path, readers, "query_only(1)"); err != nil {
		return nil, errors.Join(s.failed("open", err), s.Close())
	}
	return s, nil
}

// OpenReadOnly opens the database for reading while another process may be
// writing it. The error is [fs.ErrNotExist] if there is none yet.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path}
	if _, err := os.Stat(path); err != nil {
		return nil, s.failed("open", err)
	}
	var err error
	if s.read, err = connect(path, readers, "query_only(1)"); err != nil {
		return nil, s.failed("open", err)
	}
	if err := s.checkSchema(ctx); err != nil {
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
// more.
//
// Readers, too, open the file for writing, and are held back by query_only: else
// the last one to close would leave the log's files behind.
func connect(path string, most int, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}}
	query["_pragma"] = append([]string{"busy_timeout(10000)", "foreign_keys(1)", "trusted_schema(0)"}, pragmas...)
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// migrate brings the tables to the schema that this program knows.
func (s *Store) migrate(ctx context.Context) error {
	migrations, err := s.provider(s.write)
	if err != nil {
		return s.failed("read the migrations of", err)
	}
	have, want, err := migrations.GetVersions(ctx)
	if err != nil {
		return s.failed("read the schema of", err)
	}
	if have > want {
		return s.newer(have, want)
	}
	if _, err := migrations.Up(ctx); err != nil {
		return s.failed("upgrade", err)
	}
	return nil
}

func (s *Store) provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// checkSchema refuses what a read-only connection cannot read, without a change.
func (s *Store) checkSchema(ctx context.Context) error {
	migrations, err := s.provider(s.read)
	if err != nil {
		return s.failed("read the migrations of", err)
	}
	sources := migrations.ListSources()
	want := sources[len(sources)-1].Version

	var tables int
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, goose.DefaultTablename).Scan(&tables)
	if err != nil {
		return s.failed("read the schema of", err)
	}
	var have int64
	if tables > 0 {
		err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&have)
		if err != nil {
			return s.failed("read the schema of", err)
		}
	}
	switch {
	case have > want:
		return s.newer(have, want)
	case have == 0:
		// Its writer was stopped before the first table.
		return s.failed("open", fmt.Errorf("it is empty: %w", fs.ErrNotExist))
	case have < want:
		return forks.AskPerson("start this auxsync once with `sync`, which upgrades it",
			"database %s has schema %d, and this auxsync needs %d", s.path, have, want)
	}
	return nil
}

func (s *Store) newer(have, want int64) error {
	return forks.AskPerson("run the newer auxsync that wrote it, or move the file away: a new one is made from the forks' refs, without the history of passes",
		"database %s has schema %d, and this auxsync knows %d", s.path, have, want)
}

// inTx runs fn in one transaction, which is on disk when inTx returns nil. what
// is a verb with its object, for the error.
func (s *Store) inTx(ctx context.Context, what string, fn func(tx *sql.Tx) error) error {
	if s.write == nil {
		return s.failed(what, errors.New("it is open for reading only"))
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.failed(what, err)
	}
	if err := fn(tx); err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, rollback)
		}
		return s.failed(what, err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed(what, err)
	}
	return nil
}
