package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// World is an upstream and a fork on disk, and what is known about them. It is
// used by one goroutine at a time.
type World struct {
	Dir         string // all of it is in this folder
	UpstreamDir string // a bare repository
	ForkDir     string // a bare repository; its default branch is Branch

	Track  string // a name for the track
	Branch string // the fork's branch
	Follow string // the upstream branch that it follows

	upstream *upstream
	fork     *fork
	cast     cast
	stage    Stage
	now      time.Time // of the next thing that a person does
	pushed   []Pushed  // what people pushed since, oldest first
}

// Build makes a world in dir, which must be missing or empty, with upstream at
// [Contact]. It takes well under a second. Commit ids are the same each time.
func Build(ctx context.Context, dir string) (*World, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("demo: %s is not empty; name a folder that is new or empty", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("demo: %w", err)
	}
	u, err := newUpstream()
	if err != nil {
		return nil, err
	}
	f, err := newFork(u)
	if err != nil {
		return nil, err
	}
	w := &World{
		Dir:         dir,
		UpstreamDir: filepath.Join(dir, "upstream.git"),
		ForkDir:     filepath.Join(dir, "fork.git"),
		Track:       "aux-unstable",
		Branch:      "aux-unstable",
		Follow:      "nixos-unstable",
		upstream:    u,
		fork:        f,
		cast:        u.cast,
		stage:       Contact,
		now:         u.tips[Contact].at.Add(time.Hour),
	}
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o755); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	known := u.between(nil, u.tips[Merged])
	if err := w.found(ctx, w.UpstreamDir, w.Follow, u.between(nil, u.tips[Contact])); err != nil {
		return nil, fmt.Errorf("demo: make the upstream: %w", err)
	}
	if err := w.found(ctx, w.ForkDir, w.Branch, append(known, f.commits...)); err != nil {
		return nil, fmt.Errorf("demo: make the fork: %w", err)
	}
	return w, nil
}

// found makes a bare repository with one branch.
func (w *World) found(ctx context.Context, dir, branch string, commits []*commit) error {
	if _, err := w.onServer(w.Dir).run(ctx, "init", "--quiet", "--bare", "--template=", "--initial-branch="+branch, "--", dir); err != nil {
		return err
	}
	return importInto(ctx, w.onServer(dir), branch, commits)
}

// onServer is git where the repositories live: it reads, collects garbage, and
// takes in what fast-import is given, but makes no commit in anybody's name.
func (w *World) onServer(dir string) git {
	return w.gitIn(dir, forks.Person{Name: "nobody", Email: "nobody@invalid"}, w.now)
}

// AdvanceUpstream pushes what upstream commits until a later stage.
func (w *World) AdvanceUpstream(ctx context.Context, to Stage) error {
	if to <= w.stage {
		return nil
	}
	commits := w.upstream.between(w.upstream.tips[w.stage], w.upstream.tips[to])
	if err := importInto(ctx, w.onServer(w.UpstreamDir), w.Follow, commits); err != nil {
		return fmt.Errorf("demo: advance the upstream: %w", err)
	}
	w.stage = to
	w.now = later(w.now, w.upstream.tips[to].at)
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// UpstreamTip is upstream's newest commit at a stage. It is zero for a stage
// that [World.AdvanceUpstream] has not reached.
func (w *World) UpstreamTip(at Stage) forks.Hash { return w.upstream.tips[at].id }

// Base is the upstream commit that the stack stands on at first contact.
func (w *World) Base() forks.Hash { return w.upstream.tips[Merged].id }

// UpstreamCommits counts upstream's commits at its present stage, merges and
// what they merged included.
func (w *World) UpstreamCommits() int {
	return len(w.upstream.between(nil, w.upstream.tips[w.stage]))
}

// OwnCommits counts the fork's own commits at first contact, merges included.
func (w *World) OwnCommits() int { return len(w.fork.commits) }
