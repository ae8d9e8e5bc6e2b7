package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// recovered is the JSON form of what recover found.
type recovered struct {
	Schema string `json:"schema"`
	Fork   string `json:"fork"`
	Track  string `json:"track"`
	Pass   int    `json:"pass"`
}

func (a *app) recoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "recover [TRACK]",
		Short: "Make the database anew from the forks' refs",
		Long: `Bring the database up to what the forks' refs say, without making a pass. It is
an index of them: patches, conflicts, decisions and the ledger of each pass come
back. What only this machine knew does not: times of passes that failed or found
nothing, and the history of events.

A damaged database is moved aside and made anew at every start; this command does
no more than to fill it at once instead of with the next passes.`,
		Example: "  auxsync recover\n  auxsync recover aux-main",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eachTrack(cmd.Context(), toWork, args, control.Request{Verb: verbRecover}, func(t forks.Track, out syncer.Outcome) error {
				if a.json {
					return a.printJSON(recovered{"auxsync.recover/1", t.Fork, t.Name, out.Plan.Pass})
				}
				_, err := fmt.Fprintf(a.out, "%s: the database knows everything up to pass %d\n", t.Name, out.Plan.Pass)
				return err
			})
		},
	}
}

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database to a new file, while everything goes on",
		Long: `Write a copy of the database, of one moment, to a new file. The daemon goes on
meanwhile. To use it, stop the daemon and put it into the state directory as
auxsync.db. A backup is a convenience: all that must not be lost is on the fork.`,
		Example: "  auxsync backup /srv/backup/auxsync-2026-11-22.db",
		Args:    exactly(1, "the name of a new file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.backupTo(cmd.Context(), args[0])
		},
	}
}

// backupTo writes the copy beside its name first: a file of that name is complete.
func (a *app) backupTo(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return usage("%s exists already; name a new file", forks.Inert(path))
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return usage("there is no folder for the backup: %w", err)
	}
	k, err := a.keeper(ctx, toWork)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	err = k.Backup(ctx, f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path) // fails if the name was taken meanwhile
	}
	return errors.Join(err, os.Remove(f.Name()))
}
