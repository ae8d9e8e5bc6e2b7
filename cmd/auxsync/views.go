package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// views tells what is known of all tracks, or of the one that is named, as the last
// pass left it. It asks no remote.
func (s *session) views(ctx context.Context, name string) ([]control.View, error) {
	tracks, err := s.named(ctx, name)
	if err != nil {
		return nil, err
	}
	views := []control.View{}
	for _, t := range tracks {
		v, err := s.view(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("look at %s/%s: %w", t.Fork, t.Name, err)
		}
		views = append(views, v)
	}
	return views, nil
}

// named returns the track of a name, all without one.
func (s *session) named(ctx context.Context, name string) ([]forks.Track, error) {
	if name == "" {
		tracks, _ := s.catalog.tracks()
		return tracks, nil
	}
	t, err := s.catalog.track(ctx, name)
	return []forks.Track{t}, err
}

func (s *session) view(ctx context.Context, t forks.Track) (control.View, error) {
	v := control.View{Track: t, Policy: s.catalog.policyTrouble(t.Fork)}
	var err error
	if s.store != nil {
		if v.Health, err = s.store.Health(ctx, t.Fork, t.Name); err != nil {
			return v, err
		}
		if v.Forge, err = s.forges.health(ctx, t); err != nil {
			return v, err
		}
	}
	var damaged *repo.DamagedError
	switch v.State, err = s.syncer.Read(ctx, t); {
	case errors.As(err, &damaged):
		v.Health.Trouble = damaged.Error() + "; the next pass fetches it again"
	case err != nil && ctx.Err() == nil:
		v.Health.Trouble = err.Error() // one track's trouble hides no other track
	case err != nil:
		return v, err
	}
	if s.store != nil {
		if err := lastPass(ctx, s.store, &v); err != nil {
			return v, err
		}
	}
	if s.loop != nil {
		if l, ok := s.loop.View(t.Fork, t.Name); ok {
			v.Running, v.Next, v.Words = !l.Running.IsZero(), l.Due, l.Words
		}
	} else if !v.Health.LastGood.IsZero() || !v.Health.LastBad.IsZero() {
		// Without a daemon nobody promised the next pass.
		v.Words = v.Health.Words(s.clock.Now(), 0)
	}
	return v, nil
}

// lastPass adds what only the database knows: when a pass ran last and how it
// ended.
func lastPass(ctx context.Context, db *store.Store, v *control.View) error {
	passes, err := db.Passes(ctx, v.Track.Fork, v.Track.Name, 20)
	if err != nil || len(passes) == 0 {
		return err
	}
	last := passes[0]
	trouble, _, _ := strings.Cut(last.Error, "\n")
	v.LastPass = &control.Pass{Number: last.Number, At: last.Started.UTC(), Outcome: last.Outcome, Error: trouble}
	if v.State == nil {
		return nil
	}
	if last.Number == 0 {
		v.LastPass.Number = v.State.Pass
	}
	// That upstream moved alone is not written into the state each time.
	for _, p := range passes {
		if !p.UpstreamTip.IsZero() && p.NewBase == v.State.Base {
			v.Behind, v.State.UpstreamTip = &p.Behind, p.UpstreamTip
			break
		}
	}
	return nil
}

// statusOf is a view as reports show it.
func statusOf(v control.View) reports.TrackStatus {
	status := reports.TrackStatusOf(v.Track, v.State)
	status.Health, status.Trouble, status.PolicyTrouble = v.Words, v.Health.Trouble, v.Policy
	status.Running, status.Behind = v.Running, v.Behind
	if v.Forge.Failing() {
		status.ForgeTrouble = &reports.ForgeTrouble{Since: v.Forge.FirstBad.UTC(), Why: v.Forge.Trouble}
	}
	if v.State != nil {
		switch v.Health.Condition {
		case forks.TrackStopped: // a pass may need a person without a state that says so
			status.Phase = reports.Stopped
		case forks.TrackFailing:
			status.Phase = reports.Failing
		}
	}
	if !v.Next.IsZero() {
		next := v.Next.UTC()
		status.Next = &next
	}
	if due := publication(v); status.Hold == nil && !due.IsZero() {
		status.Hold = &forks.Hold{Commit: v.State.Base, Until: due, Reason: "the next publication is due at " + due.UTC().Format("2006-01-02 15:04 MST")}
	}
	if v.LastPass != nil {
		words := string(v.LastPass.Outcome)
		if v.LastPass.Error != "" && v.Health.Trouble == "" {
			words += ": " + v.LastPass.Error
		}
		status.LastPass = &reports.LastPass{Pass: v.LastPass.Number, At: v.LastPass.At, Outcome: words}
	}
	return status
}

// publication is the time that publish_every makes a branch wait for, which a pass
// does not write into the state each time; zero if it does not wait.
func publication(v control.View) time.Time {
	if v.State == nil || v.State.Moved.IsZero() || v.Behind == nil || *v.Behind == 0 || v.Track.PublishEvery == 0 {
		return time.Time{}
	}
	return v.State.Moved.Add(v.Track.PublishEvery)
}

// history opens the database to read from it; nil if there is none yet.
func history(ctx context.Context, dir string) (*store.Store, error) {
	db, err := store.OpenReadOnly(ctx, filepath.Join(dir, store.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return db, err
}

// backup writes a copy of the database. It is made beside the database first: the
// copy is of one moment, however slowly w takes it.
func (s *session) backup(ctx context.Context, w io.Writer) (err error) {
	if s.store == nil {
		return forks.AskPerson("make a pass first", "there is no database in %s yet", s.config.StateDir)
	}
	dir, err := os.MkdirTemp(s.config.StateDir, "backup-*")
	if err != nil {
		return fmt.Errorf("make a place for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, store.FileName)
	if err := s.store.Backup(ctx, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}
