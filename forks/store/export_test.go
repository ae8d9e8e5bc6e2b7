package store

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jonboulle/clockwork"
)

// Migrations returns the migrations up to a version, with more files.
func Migrations(upTo string, more fstest.MapFS) fstest.MapFS {
	files := fstest.MapFS{}
	entries, err := fs.ReadDir(migrationFiles, "migrations")
	for _, e := range entries {
		if e.Name()[:len(upTo)] > upTo {
			continue
		}
		data, readErr := fs.ReadFile(migrationFiles, "migrations/"+e.Name())
		err = errors.Join(err, readErr)
		files[e.Name()] = &fstest.MapFile{Data: data}
	}
	if err != nil {
		panic(err)
	}
	maps.Copy(files, more)
	return files
}

// Versions lists the versions of the schema, as a database that has all of them does.
func Versions() []string {
	list := []string{"0"}
	for _, name := range slices.Sorted(maps.Keys(Migrations("99998", nil))) {
		number, _, _ := strings.Cut(name, "_")
		list = append(list, strings.TrimLeft(number, "0"))
	}
	return list
}

// OpenWith is Open with other migrations.
func OpenWith(ctx context.Context, path string, clock clockwork.Clock, files fs.FS) (*Store, error) {
	s := &Store{path: path, clock: clock, patience: patience}
	if err := s.open(ctx, files); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// MakeSchema makes a database with the tables of an earlier version of auxsync.
func MakeSchema(ctx context.Context, path, upTo string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	db, err := connect(path, 1, patience, "journal_mode(WAL)")
	if err != nil {
		return err
	}
	p, _, err := migrations(db, Migrations(upTo, nil))
	if err == nil {
		_, err = p.Up(ctx)
	}
	return errors.Join(err, db.Close())
}

// OpenHasty is Open for one who does not wait long.
func OpenHasty(ctx context.Context, path string, clock clockwork.Clock, patience time.Duration) (*Store, error) {
	s := &Store{path: path, clock: clock, patience: patience}
	if err := s.open(ctx, Migrations("99998", nil)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// IsDamage reports whether OpenOrReplace would replace a database.
func IsDamage(err error) bool { return isDamage(err) }
