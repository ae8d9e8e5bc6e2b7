package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	mergelines "github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// corpusWorker makes cases, one after the other. It looks at the repository by itself:
// nothing that several would have to wait for is shared.
type corpusWorker struct {
	git   *repo.Git
	dir   string
	now   func() time.Time
	there *repo.Elsewhere
	// Git and the engine write to places of their own, which are thrown away before
	// they grow large.
	asked, own *repo.Quarantine
	made       int // cases since these were opened
}

// thrownAway is after how many cases what they made is thrown away.
const thrownAway = 50

func (w *corpusWorker) open(ctx context.Context) (err error) {
	w.there, err = w.git.Elsewhere(ctx, w.dir)
	return err
}

func (w *corpusWorker) close() error {
	err := w.tidy()
	if w.there != nil {
		err = errors.Join(err, w.there.Close())
	}
	return err
}

// tidy throws away what was made.
func (w *corpusWorker) tidy() error {
	var errs []error
	for _, q := range []*repo.Quarantine{w.asked, w.own} {
		if q != nil {
			errs = append(errs, q.Close())
		}
	}
	w.asked, w.own, w.made = nil, nil, 0
	return errors.Join(errs...)
}

// renew opens the quarantines, if it is time.
func (w *corpusWorker) renew(ctx context.Context) (err error) {
	if w.made%thrownAway == 0 {
		if err = w.tidy(); err == nil {
			w.asked, err = w.there.NewQuarantine(ctx)
		}
		if err == nil {
			w.own, err = w.there.NewQuarantine(ctx)
		}
	}
	w.made++
	return err
}

// make has git and the engine merge, and compares. An error says that no case can be
// made any more; what is wrong with a single one is part of the comparison.
func (w *corpusWorker) make(ctx context.Context, c corpusCase) (comparison, error) {
	made := comparison{corpusCase: c}
	if err := w.renew(ctx); err != nil {
		return made, err
	}
	began := w.now()
	var answer repo.MergeAnswer
	var err error
	if c.merge {
		answer, err = w.asked.AnswerCommits(ctx, c.ours, c.theirs)
	} else {
		answer, err = w.asked.AnswerTrees(ctx, c.base, c.ours, c.theirs)
	}
	made.gitTook = w.now().Sub(began)
	if ctx.Err() != nil {
		return made, context.Cause(ctx)
	}
	made.gaveUp = errors.Is(err, forks.ErrGaveUp)
	switch {
	case made.gaveUp:
		return made, nil
	case forks.KindOf(err) == forks.Retry:
		return made, err // such as a full disk, which tells nothing about the case
	case err != nil:
		made.skipped = "git: " + reason(err)
		return made, nil
	}
	result, err := w.merge(ctx, c, answer, &made)
	switch {
	case ctx.Err() != nil:
		return made, context.Cause(ctx)
	case forks.KindOf(err) == forks.Retry:
		return made, err
	case errors.Is(err, repo.ErrMissing):
		made.skipped = "the engine: " + reason(err)
	case err != nil:
		made.gitClean, made.failed = answer.Exit == 0, forks.Clip(forks.Inert(err.Error()), longestDetail)
	default:
		made.compare(answer, result)
	}
	return made, nil
}

// merge has the engine merge, with the names that git had.
func (w *corpusWorker) merge(ctx context.Context, c corpusCase, answer repo.MergeAnswer, made *comparison) (merge.Result, error) {
	engine := merge.New(w.own, merge.Options{Style: mergelines.StyleDiff3})
	names := merge.Names{Base: answer.Base, Ours: answer.Ours, Theirs: answer.Theirs}
	if !c.merge {
		began := w.now()
		defer func() { made.engineTook = w.now().Sub(began) }()
		return engine.Trees(ctx, merge.Input{Base: c.base, Ours: c.ours, Theirs: c.theirs, Names: names})
	}
	// Finding the bases is git's work on both sides, and not part of the engine's time.
	bases, err := w.own.MergeBases(ctx, c.ours, c.theirs)
	if err != nil {
		return merge.Result{}, err
	}
	if len(bases) == 1 {
		names.Base = bases[0].String()
	}
	began := w.now()
	defer func() { made.engineTook = w.now().Sub(began) }()
	return engine.Commits(ctx, &foundBases{w.own, c.ours, c.theirs, bases}, c.ours, c.theirs, names, false)
}

// foundBases answers with the merge bases of two commits that are known, and asks for
// those of others.
type foundBases struct {
	*repo.Quarantine
	a, b  forks.Hash
	bases []forks.Hash
}

// MergeBases implements [merge.History].
func (f *foundBases) MergeBases(ctx context.Context, one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	if one == f.a && len(others) == 1 && others[0] == f.b {
		return f.bases, nil
	}
	return f.Quarantine.MergeBases(ctx, one, others...)
}

// Abbreviate implements [merge.History] as git does it here: no id is shortened.
func (f *foundBases) Abbreviate(_ context.Context, id forks.Hash) (string, error) {
	return id.String(), nil
}

var anyID = regexp.MustCompile(`\b[0-9a-f]{40}\b`)

// longestReason is how long the reason why a case cannot be compared is at most.
const longestReason = 120

// reason is why a case could not be made, without the ids: cases are counted by it.
func reason(err error) string {
	if errors.Is(err, repo.ErrMissing) {
		return "an object is missing"
	}
	text := err.Error()
	if failure, ok := errors.AsType[*repo.GitError](err); ok {
		text = failure.Stderr
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if strings.Contains(text, "unable to read") || strings.Contains(text, "could not read") {
		return "an object is missing"
	}
	return forks.Clip(forks.Inert(anyID.ReplaceAllString(fmt.Sprint(text), "…")), longestReason)
}
