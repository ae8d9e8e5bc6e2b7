package syncer

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// Of the two engines that merge, a track's `merger` names the one that makes its plans.
// Before anything of a plan is pushed, the other one repeats the merges on which it
// rests. Where the two differ the pass ends with nothing written: one of them is wrong,
// and which one is for a person to find out. The merge is kept in the cache meanwhile.

// merger returns an engine over the objects of a pass.
func (s *Syncer) merger(name string, q Quarantine) rebase.Merger {
	if s.Mergers != nil {
		return s.Mergers(name, q)
	}
	if name == forks.GitMerger {
		return q
	}
	return merge.NewMerger(q.Inputs(), q)
}

// limited is an engine that tells what limits its merges ran into; git keeps that to
// itself.
type limited interface{ Limits() merge.Limits }

// warnOfLimits tells the log where merges of a plan were made with less than all that a
// merge takes, which can show in what conflicts.
func (v *visit) warnOfLimits(engine rebase.Merger) {
	of, tells := engine.(limited)
	if !tells {
		return
	}
	l := of.Limits()
	if l.Renames > 0 {
		v.Log.Warn("too many files to compare them all: in these merges one that was moved and edited may count as deleted and added", zap.String("fork", v.track.Fork),
			zap.String("track", v.track.Name), zap.Int("merges", l.Renames), zap.Int("compared", merge.RenameLimit), zap.Int("needed", l.RenameLimit))
	}
	if l.Large > 0 {
		v.Log.Warn("files too large to be merged by lines: in these merges they count as binaries", zap.String("fork", v.track.Fork),
			zap.String("track", v.track.Name), zap.Int("merges", l.Large))
	}
}

// words are what people are told an engine is.
func words(merger string) string {
	if merger == forks.GitMerger {
		return "git"
	}
	return "auxsync's own"
}

// crossCheck has the other engine repeat the merges on which a decision rests, if the
// track wants it.
func (v *visit) crossCheck(ctx context.Context, q Quarantine, d decision) error {
	if !v.track.CrossCheck || d.plan.Stopped != nil || len(d.result.Picks) == 0 {
		return nil
	}
	other := forks.GitMerger
	if v.track.Merger == forks.GitMerger {
		other = forks.OwnMerger
	}
	c := prove.Crossing{
		Track: v.track.Name, Pass: d.plan.Pass, By: words(v.track.Merger), Other: words(other),
		Engine: v.merger(other, q), Confirmed: &v.confirmed, Say: v.opts.sayConfirmed,
	}
	told := false
	for picks := d.result.Picks; ; {
		notes, err := prove.Cross(ctx, c, picks)
		for _, n := range notes {
			v.warn(n.Text, n.Pick)
		}
		differ, ok := errors.AsType[*prove.Differ](err)
		switch {
		case !ok:
			return err
		case told: // one merge to look at is enough
			v.warn(differ.Error(), differ.Pick)
		default:
			if err := v.differ(ctx, q, differ); err != nil {
				return err
			}
		}
		picks, told = differ.Rest, true
	}
}

// warn logs something about a merge.
func (v *visit) warn(text string, p forks.Pick) {
	v.Log.Warn(text, zap.String("fork", v.track.Fork), zap.String("track", v.track.Name), zap.String("patch", string(p.Patch)),
		zap.Stringer("base", p.Base), zap.Stringer("ours", p.Ours), zap.Stringer("theirs", p.Theirs))
}

// differ says how to look at the first merge about which the two engines differ, and how
// to go on. Where the track's own config has decided between the two, the log is told and
// the pass goes on.
func (v *visit) differ(ctx context.Context, q Quarantine, differ *prove.Differ) error {
	look, err := v.keep(ctx, q, differ.Pick)
	if err != nil {
		return errors.Join(differ, fmt.Errorf("keep that merge: %w", err))
	}
	if v.track.MergerDecides {
		v.Log.Warn(differ.Error()+"; config.toml has decided for this track", zap.String("fork", v.track.Fork), zap.String("track", v.track.Name), zap.String("next", look))
		return nil
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: differ, Next: fmt.Sprintf(
		"%s; then go on with the right one, by merger = %q or merger = %q for track %s in config.toml, or with no check, by cross_check = false; and report it: nothing was pushed",
		look, forks.OwnMerger, forks.GitMerger, v.track.Name)}
}

// keep keeps a merge in the cache and says how to repeat it there. A dry run leaves
// nothing behind to be looked at.
func (v *visit) keep(ctx context.Context, q Quarantine, pick forks.Pick) (look string, err error) {
	if v.dry && v.track.MergerDecides {
		return "a pass keeps that merge to be looked at", nil
	}
	if v.dry {
		return "a pass stops there too, and keeps that merge to be looked at", nil
	}
	a, b := pick.Ours, pick.Theirs
	if !pick.Commits {
		if a, b, err = q.KeepMerge(ctx, pick.Base, a, b, v.known()); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("look at it in %s with `auxsync debug merge-tree --write-tree %s %s` and `git merge-tree --write-tree %s %s`",
		forks.ShellWord(v.local.Dir()), a, b, a, b), nil
}
