package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/auxolotl/auxsync/forks"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations reads the schema's versions for db. They are SQL only, and goose makes
// no transaction of its own: see upgrade.
func migrations(db *sql.DB, files fs.FS) (*goose.Provider, int64, error) {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()), goose.WithIsolateDDL(true))
	if err != nil {
		return nil, 0, err
	}
	sources := p.ListSources()
	return p, sources[len(sources)-1].Version, nil
}

// upgrade brings the tables to the newest schema of files in one transaction.
// However it ends, the database has either the old schema or the new one. Another
// process that upgrades at the same time waits, and finds the work done.
//
// After an error the caller closes s, which rolls back.
func (s *Store) upgrade(ctx context.Context, files fs.FS) error {
	p, want, err := migrations(s.write, files)
	if err != nil {
		return s.failed("read the migrations of", err)
	}
	// The writer is one connection, so all that follows belongs to this transaction.
	if _, err := s.write.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return s.failed("open", err)
	}
	have, err := schemaVersion(ctx, s.write)
	if err != nil {
		return s.failed("read the schema of", err)
	}
	if have > want {
		return s.newer(have, want)
	}
	if have < 0 {
		err = makeVersionTable(ctx, s.write)
	}
	if err == nil {
		_, err = p.Up(ctx)
	}
	if err == nil {
		err = s.makeInstance(ctx)
	}
	if err == nil {
		// It fails if SQLite itself gave the transaction up.
		_, err = s.write.ExecContext(ctx, `COMMIT`)
	}
	if err != nil {
		return s.failed("upgrade", err)
	}
	return nil
}

// makeVersionTable makes goose's table. Goose would make it too, but tries again
// after a failure, when there may be no transaction any more.
func makeVersionTable(ctx context.Context, db *sql.DB) error {
	versions, err := database.NewStore(goose.DialectSQLite3, goose.DefaultTablename)
	if err != nil {
		return err
	}
	if err := versions.CreateVersionTable(ctx, db); err != nil {
		return err
	}
	return versions.Insert(ctx, db, database.InsertRequest{Version: 0})
}

// schemaVersion reads the version of the schema without a change: 0 if its writer
// made no table yet, -1 if it has not even the table of versions.
func schemaVersion(ctx context.Context, db *sql.DB) (have int64, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, goose.DefaultTablename).Scan(&tables)
	if err != nil || tables == 0 {
		return -1, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&have)
	return have, err
}

// makeInstance gives a new database its id.
func (s *Store) makeInstance(ctx context.Context) error {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	_, err := s.write.ExecContext(ctx, `INSERT INTO instance (one, id, made_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING`,
		hex.EncodeToString(id[:]), timeColumn(s.clock.Now()))
	return err
}

// checkSchema refuses what a read-only connection cannot read, without a change.
func (s *Store) checkSchema(ctx context.Context, files fs.FS) error {
	_, want, err := migrations(s.read, files)
	if err != nil {
		return s.failed("read the migrations of", err)
	}
	have, err := schemaVersion(ctx, s.read)
	switch {
	case err != nil:
		return s.failed("read the schema of", err)
	case have > want:
		return s.newer(have, want)
	case have <= 0:
		// Its writer was stopped before the first table.
		return s.failed("open", fmt.Errorf("it is empty: %w", fs.ErrNotExist))
	case have < want:
		return forks.AskPerson("restart the service with this auxsync, or run its `sync` once: that upgrades the database",
			"database %s has schema %d, and this auxsync needs %d", s.path, have, want)
	}
	return nil
}

func (s *Store) newer(have, want int64) error {
	return forks.AskPerson("run the newer auxsync that wrote it, or move the file away: a new one is made from the forks' refs, without the history of passes",
		"database %s has schema %d, and this auxsync knows %d", s.path, have, want)
}
