package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// exitDiffers is the exit code of `debug corpus` where engine and git differ in what
// decides what is published.
const exitDiffers = 1

// mostCases bounds what is drawn, all of which is held in memory.
const mostCases = 1_000_000

// corpusFlags say which cases are drawn.
type corpusFlags struct {
	dir           string
	picks, merges int
	seed          uint64
}

// corpusDifference is the JSON form of one case that is not equal.
type corpusDifference struct {
	Schema  string     `json:"schema"`
	Kind    string     `json:"kind"` // "pick" or "merge"
	Commit  forks.Hash `json:"commit"`
	Onto    string     `json:"onto,omitempty"`
	Base    string     `json:"base,omitempty"`
	Ours    forks.Hash `json:"ours"`
	Theirs  forks.Hash `json:"theirs"`
	Differs []string   `json:"differs"`
	Details []string   `json:"details"`
	Auxsync string     `json:"auxsync"` // commands that show it
	Git     string     `json:"git"`
}

func (a *app) debugCorpusCommand() *cobra.Command {
	var f corpusFlags
	cmd := &cobra.Command{
		Use:   "corpus",
		Short: "Hold the merge engine against git, on merges of a real history",
		Long: `Hold the merge engine against git's merge-tree, on merges that are drawn from the
history of any repository: everything that a ref of it reaches. Nothing is written to
it. The same seed draws the same cases.

Merges are what people merged, over their own merge bases. Picks are a commit of one
time replayed on a commit of another: half of them anywhere in the history, half near
by. Both are made by the engine and by git, in parallel, and compared: the verdict, the
tree if both are clean; paths, stages and the tree with its markers if both are in
conflict; the messages. Conflict markers are in diff3 style.

Each difference is printed with two commands that show it. The last lines are the tally;
after an interrupt it counts what was done until then. A case in which an object is
missing is counted as not comparable.

With --json each difference is one object on a line of its own, and so is the tally.

Exit codes: 0 if all verdicts and all clean trees are equal, 1 if not, 128 if there is
no answer: no such repository, a wrong use, no case that could be compared.`,
		Example: `  auxsync debug corpus --repo nix.git --picks 2000 --merges 500
  auxsync debug corpus --repo nix.git --picks 300 --merges 0 --seed 7 --json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if min(f.picks, f.merges) < 0 || max(f.picks, f.merges) > mostCases || f.picks+f.merges == 0 {
				return usage("--picks and --merges are counts up to %d, of which one is not 0", mostCases)
			}
			agrees, err := a.debugCorpus(cmd.Context(), f)
			if err != nil {
				return err
			}
			if !agrees {
				return &exitError{code: exitDiffers}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&f.dir, "repo", ".", "the repository, bare or not, or a `DIR` in it")
	cmd.Flags().IntVar(&f.picks, "picks", 1000, "how many picks to draw")
	cmd.Flags().IntVar(&f.merges, "merges", 200, "how many merges to draw, if there are as many")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "what the draw begins with")
	return cmd
}

// debugCorpus draws the cases, makes them and prints what came of them.
func (a *app) debugCorpus(ctx context.Context, f corpusFlags) (agrees bool, err error) {
	git, err := repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")})
	if err != nil {
		return false, err
	}
	a.children.of(git)
	defer func() { err = errors.Join(err, git.Close()) }()
	shown := a.follow()
	defer shown.done()
	shown.say(forks.Progress{Doing: "reading the history of " + f.dir})
	cases, err := a.corpusCases(ctx, git, f)
	if err != nil {
		return false, err
	}
	tally := &corpusTally{Schema: "auxsync.corpus/1", Repo: f.dir, Git: git.Version(), Seed: f.seed, Cases: len(cases),
		NotComparable: map[string]int{}, Kinds: map[string]share{}}
	began := a.clock.Now()
	ran := runCorpus(ctx, git, f.dir, cases, a.clock.Now, func(c comparison) error {
		tally.add(c)
		took := a.clock.Since(began).Seconds()
		shown.say(forks.Progress{Doing: "comparing merges", Done: tally.Done, Of: len(cases),
			Detail: fmt.Sprintf("%.0f/s, %d differ", float64(tally.Done)/max(took, 0.001), tally.Everything.Of-tally.Everything.Equal)})
		if len(c.differs) == 0 && c.failed == "" {
			return nil
		}
		shown.done()
		return a.showDifference(f.dir, c)
	})
	shown.done()
	tally.ended(a.clock.Since(began))
	if err := a.showTally(tally); err != nil {
		return false, err
	}
	if ran == nil && tally.Compared == 0 {
		ran = forks.AskPerson("name a history that has its files", "no case could be compared")
	}
	return tally.agrees(), ran
}

// corpusCases draws the cases and looks up their trees.
func (a *app) corpusCases(ctx context.Context, git *repo.Git, f corpusFlags) (_ []corpusCase, err error) {
	there, err := git.Elsewhere(ctx, f.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	singles, err := there.EveryCommit(ctx, 1)
	if err != nil {
		return nil, err
	}
	merged, err := there.EveryCommit(ctx, 2)
	if err != nil {
		return nil, err
	}
	cases := drawCases(f.seed, singles, merged, f.picks, f.merges)
	if len(cases) == 0 {
		return nil, forks.AskPerson("name one with more commits", "the history of %s has nothing to draw", f.dir)
	}
	known, err := there.Parentage(ctx, named(cases))
	if err != nil {
		return nil, err
	}
	var parents []forks.Hash
	for _, c := range cases {
		if !c.merge {
			parents = append(parents, known[c.commit].Parents[0])
		}
	}
	below, err := there.Parentage(ctx, parents)
	if err != nil {
		return nil, err
	}
	for i, c := range cases {
		info := known[c.commit]
		if c.merge {
			cases[i].ours, cases[i].theirs = info.Parents[0], info.Parents[1]
			continue
		}
		cases[i].base, cases[i].ours, cases[i].theirs = below[info.Parents[0]].Tree, known[c.onto].Tree, info.Tree
	}
	return cases, nil
}

// runCorpus makes all cases, as many at a time as there are processors, and hands over
// what came of them in their order. It ends with the first error, having handed over
// what was done before.
func runCorpus(ctx context.Context, git *repo.Git, dir string, cases []corpusCase, now func() time.Time, take func(comparison) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := min(len(cases), runtime.GOMAXPROCS(0))
	todo, done := make(chan corpusCase), make(chan comparison)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			w := &corpusWorker{git: git, dir: dir, now: now}
			err := w.open(ctx)
			for c := range todo {
				var made comparison
				if err == nil {
					made, err = w.make(ctx, c)
				}
				if err != nil {
					cancel(err)
					break
				}
				done <- made
			}
			if err := w.close(); err != nil {
				cancel(err)
			}
		})
	}
	go func() {
		defer close(todo)
		for _, c := range cases {
			select {
			case todo <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { all.Wait(); close(done) }()
	next, early := 0, map[int]comparison{}
	for c := range done {
		for early[c.n] = c; ; next++ {
			c, ok := early[next]
			if !ok {
				break
			}
			delete(early, next)
			if err := take(c); err != nil {
				cancel(err)
			}
		}
	}
	for n := next; len(early) > 0; n++ { // what was done beyond an interrupted case
		if c, ok := early[n]; ok {
			delete(early, n)
			if err := take(c); err != nil {
				cancel(err)
			}
		}
	}
	return context.Cause(ctx)
}

// showDifference prints a case that is not equal.
func (a *app) showDifference(dir string, c comparison) error {
	auxsync, git := c.reproduce(dir)
	details := c.details
	if c.failed != "" {
		details = append([]string{"the engine failed: " + c.failed}, details...)
	}
	if a.json {
		d := corpusDifference{Schema: "auxsync.corpus.difference/1", Kind: "merge", Commit: c.commit, Ours: c.ours, Theirs: c.theirs,
			Differs: append([]string{}, c.differs...), Details: details, Auxsync: auxsync, Git: git}
		if !c.merge {
			d.Kind, d.Onto, d.Base = "pick", c.onto.String(), c.base.String()
		}
		return a.jsonLine(d)
	}
	what := fmt.Sprintf("merge %s", c.commit)
	if !c.merge {
		what = fmt.Sprintf("pick %s onto %s", c.commit, c.onto)
	}
	_, err := fmt.Fprintf(a.out, "%s\n  %s\n  %s\n  %s\n\n", what, strings.Join(details, "\n  "), auxsync, git)
	return err
}

func (a *app) showTally(t *corpusTally) error {
	if a.json {
		return a.jsonLine(t)
	}
	_, err := io.WriteString(a.out, t.text())
	return err
}

// jsonLine prints a value as one line of JSON.
func (a *app) jsonLine(v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := a.out.Write(inertJSON(line.Bytes()))
	return err
}
