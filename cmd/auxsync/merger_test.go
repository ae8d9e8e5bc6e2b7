package main

import (
	"bytes"
	"context"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auxolotl/auxsync/cmd/auxsync/scripttest"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// Everything that scripts and the demo show has to come about with either merger. In these
// tests the two change their places: where the config says nothing, git merges and the own
// engine confirms.

var gitToo = flag.Bool("git-as-merger", false, "run all scripts and the demo once more, with git as the merger (two minutes)")

// mergersOf is the choice of engines of a script's program: with $MERGER as "git" the two
// have changed their places, with "liar" our own tells lies.
func mergersOf(who string) func(string, syncer.Quarantine) rebase.Merger {
	own := func(q syncer.Quarantine) rebase.Merger { return merge.NewMerger(q.Inputs(), q) }
	switch who {
	case "":
		return nil
	case "git":
		return func(name string, q syncer.Quarantine) rebase.Merger {
			if name == forks.GitMerger {
				return own(q)
			}
			return q
		}
	case "liar":
		return func(name string, q syncer.Quarantine) rebase.Merger {
			if name == forks.GitMerger {
				return q
			}
			return liar{q}
		}
	}
	panic("MERGER is git or liar")
}

// liar takes every conflict for clean, with what stands there.
type liar struct{ rebase.Merger }

func (l liar) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	r, err := l.Merger.Merge(ctx, base, ours, theirs)
	return forks.MergeResult{Tree: r.Tree}, err
}

func TestScriptsWithGitAsMerger(t *testing.T) {
	t.Parallel()
	if !*gitToo {
		t.Skip("the scripts are run once already; run them again with -git-as-merger")
	}
	runScripts(t, scripts(t), func(env *testscript.Env) error {
		env.Setenv("MERGER", "git")
		return scripttest.Setup(env)
	})
}

func TestDemoHoldsWithGitAsMerger(t *testing.T) {
	t.Parallel()
	if !*gitToo {
		t.Skip("the demo is run once already; run it again with -git-as-merger")
	}
	for _, forge := range []string{forks.ForgeGit, forks.ForgeGitHub} {
		t.Run(forge, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			p := parts{clock: clockwork.NewRealClock(), mergers: mergersOf("git")}
			code := runWith(p, []string{"demo", "--forge", forge, "--dir", filepath.Join(t.TempDir(), "demo")}, strings.NewReader(""), &out, &errs, noEnvironment)
			if code != 0 || !strings.Contains(out.String(), "expectations held.") {
				t.Errorf("exit %d: %s\n%s", code, errs.String(), out.String())
			}
		})
	}
}
