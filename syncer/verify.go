package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// VerifyOptions say what a verification looks at.
type VerifyOptions struct {
	Fork      string
	Upstreams []string // the first is the one that is followed now; others, where it was another one before
	Track     string   // only this one; "" for all
	// Last is how many published tips are looked at, the newest first; 0 for those that
	// are not older than [VerifyDays], and at least one. All looks at every one.
	Last int
	All  bool
	// Cache is a directory in a repository whose objects need not be fetched: it is read
	// only. "" for none.
	Cache string
	// Progress is told what is done, a sentence each time, and what git says while it
	// fetches; both may be nil.
	Progress func(string)
	Fetched  io.Writer
}

// VerifyDays is how old, in days, the tips are that are verified where nobody says how
// many.
const VerifyDays = 90

// mostStates bounds how many states of a track are looked at: about ten years.
const mostStates = 20_000

// Verify holds what a fork published against its upstream and its own records: every tip
// is upstream and the listed patches, and every patch that is missing has a decision with
// a name. It needs no config, database or credential, and trusts nothing that the fork
// says.
//
// What does not hold is in the result and is no error. Errors: Retry if a remote cannot
// be reached; NeedsPerson if the fork has no state of auxsync, or a URL is wrong.
func (s *Syncer) Verify(ctx context.Context, o VerifyOptions) (result forks.Verification, err error) {
	v, err := s.stranger(ctx, o)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, v.close()) }()
	result = forks.Verification{Fork: v.fork.URL(), At: s.Clock.Now().UTC().Truncate(time.Second)}
	for _, up := range v.ups {
		result.Upstreams = append(result.Upstreams, up.URL())
	}
	if err := v.fetch(ctx); err != nil {
		return result, err
	}
	for _, name := range slices.Sorted(maps.Keys(v.states)) {
		if o.Track != "" && o.Track != name {
			continue
		}
		v.say("verifying " + name)
		track, err := v.track(ctx, name)
		if err != nil {
			return result, fmt.Errorf("verify track %s: %w", name, err)
		}
		result.Tracks = append(result.Tracks, track)
	}
	if len(result.Tracks) == 0 {
		return result, &forks.TrackNameError{Name: o.Track, Candidates: slices.Sorted(maps.Keys(v.states))}
	}
	return result, nil
}

// stranger is somebody who verifies a fork: two remotes, and a scratch repository.
type stranger struct {
	*Syncer
	o      VerifyOptions
	fork   Remote
	ups    []Remote
	unlend func() error // nil where nothing is lent
	local  Repository
	q      Quarantine

	states   map[string]forks.Hash // by track
	branches map[string]forks.Hash // the fork's, by short name
	archives map[string]map[int]forks.Hash
	refs     []forks.Hash // every tip of the fork that was fetched
	roads    map[string]road
	commits  map[forks.Hash]*prove.Commit // nil: there is none
}

func (s *Syncer) stranger(ctx context.Context, o VerifyOptions) (v *stranger, err error) {
	v = &stranger{Syncer: s, o: o, roads: map[string]road{}, commits: map[forks.Hash]*prove.Commit{}}
	if v.fork, err = s.anybodys(o.Fork); err != nil {
		return nil, fmt.Errorf("the fork: %w", err)
	}
	for _, url := range o.Upstreams {
		up, err := s.anybodys(url)
		if err != nil {
			return nil, fmt.Errorf("upstream: %w", err)
		}
		v.ups = append(v.ups, up)
	}
	var lent Repository
	if o.Cache != "" {
		if lent, v.unlend, err = s.Git.Lend(ctx, o.Cache); err != nil {
			return nil, err
		}
	}
	if v.local, err = s.Git.Scratch(ctx, lent); err == nil {
		v.q, err = v.local.Quarantine(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

// anybodys is a remote that is read without a credential.
func (s *Syncer) anybodys(url string) (Remote, error) {
	transport, err := forks.Transport(url)
	if err != nil {
		return nil, err
	}
	return s.Git.Remote(repo.Access{URL: url, Transports: []string{transport}, ReadOnly: true})
}

func (v *stranger) close() error {
	var errs []error
	if v.q != nil {
		errs = append(errs, v.q.Close())
	}
	if v.local != nil {
		errs = append(errs, v.local.Close())
	}
	if v.unlend != nil {
		errs = append(errs, v.unlend())
	}
	return errors.Join(errs...)
}

func (v *stranger) say(text string) {
	if v.o.Progress != nil {
		v.o.Progress(text)
	}
}

// Where a verification keeps the fork's refs.
const (
	theirs         = "refs/fork/"
	theirBranches  = theirs + "heads/"
	theirHelpers   = theirs + "helpers/"
	theirStates    = theirs + "state/"
	theirArchives  = theirs + "archive/"
	upstreamsPlace = "refs/upstream/"
)

// fetch brings the fork's states and what they follow of upstream, and then all that the
// fork has of its own.
func (v *stranger) fetch(ctx context.Context) error {
	if v.o.Cache == "" {
		v.say("fetching the history of upstream, which is thrown away afterwards; with --cache DIR what a clone of it has is not fetched")
	}
	states, err := v.newest(ctx)
	if err != nil {
		return err
	}
	for _, s := range states { // first, so that the fork has to send only what is its own
		if _, err := v.road(ctx, s.Follow); err != nil {
			return err
		}
	}
	v.say("fetching the fork " + v.fork.URL())
	heads, err := v.fork.List(ctx, "refs/heads/")
	if err != nil {
		return fmt.Errorf("look at the fork: %w", err)
	}
	specs := []repo.FetchSpec{
		{From: "refs/auxsync/state/*", To: theirStates + "*"},
		{From: "refs/auxsync/archive/*", To: theirArchives + "*"},
		{From: "refs/heads/auxsync/*", To: theirHelpers + "*"},
	}
	for _, s := range states {
		ref := forks.BranchRef(s.Branch)
		spec := repo.FetchSpec{From: string(ref), To: theirBranches + s.Branch}
		if _, has := heads[ref]; has && !forks.ReservedBranch(s.Branch) && !slices.Contains(specs, spec) {
			specs = append(specs, spec)
		}
	}
	if err := v.fork.Fetch(ctx, v.local, specs, v.o.Fetched); err != nil {
		return fmt.Errorf("fetch the fork: %w", err)
	}
	return v.sort(ctx)
}

// newest reads the newest states alone. One that cannot be read is left out here.
func (v *stranger) newest(ctx context.Context) (states []forks.State, err error) {
	scratch, err := v.Git.Scratch(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	prefix := string(forks.StateRef(""))
	refs, err := v.fork.List(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("look at the fork: %w", err)
	}
	if len(refs) == 0 {
		return nil, noState(v.fork)
	}
	if err := v.fork.FetchShallow(ctx, scratch, []repo.FetchSpec{{From: prefix + "*", To: prefix + "*"}}); err != nil {
		return nil, fmt.Errorf("fetch the states of the fork: %w", err)
	}
	q, err := scratch.Quarantine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		name := strings.TrimPrefix(string(ref), prefix)
		if !forks.ValidTrackName(name) || v.o.Track != "" && v.o.Track != name {
			continue
		}
		if r, err := readState(q, refs[ref]); err == nil && r != nil {
			states = append(states, r.state)
		}
	}
	return states, nil
}

// sort notes what the fork has.
func (v *stranger) sort(ctx context.Context) error {
	refs, err := v.local.Refs(ctx, theirs)
	if err != nil {
		return err
	}
	v.states, v.branches, v.archives = map[string]forks.Hash{}, map[string]forks.Hash{}, map[string]map[int]forks.Hash{}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		id, name := refs[ref], string(ref)
		if kind, _, err := v.q.Object(id); err == nil && kind == "commit" {
			v.refs = append(v.refs, id)
		}
		if track, ok := strings.CutPrefix(name, theirStates); ok && forks.ValidTrackName(track) {
			v.states[track] = id
		}
		if branch, ok := strings.CutPrefix(name, theirBranches); ok {
			v.branches[branch] = id
		}
		if rest, ok := strings.CutPrefix(name, theirArchives); ok {
			track, number, _ := strings.Cut(rest, "/")
			if pass, err := strconv.Atoi(number); err == nil && strconv.Itoa(pass) == number {
				if v.archives[track] == nil {
					v.archives[track] = map[int]forks.Hash{}
				}
				v.archives[track][pass] = id
			}
		}
	}
	return nil
}

// track verifies one track, from its newest state back.
func (v *stranger) track(ctx context.Context, name string) (forks.VerifiedTrack, error) {
	r, err := readState(v.q, v.states[name])
	if err != nil {
		return v.unread(ctx, name, err)
	}
	newest := r.state
	named := newest
	named.Track = name
	a := prove.NewAccount(v, named)
	if newest.Track != name {
		a.Breach(forks.Breach{Subject: "state", Rule: fmt.Sprintf("of track %s says that it is of %q", name, forks.Inert(newest.Track))})
	}
	v.branch(ctx, a, newest)
	v.listed(a, name, newest)
	oldest := v.Clock.Now().Add(-VerifyDays * 24 * time.Hour)
	seen := map[int]bool{}
	for n := 0; r != nil; n++ {
		if err := ctx.Err(); err != nil {
			return forks.VerifiedTrack{}, context.Cause(ctx)
		}
		before, err := v.before(a, r)
		if err != nil {
			return forks.VerifiedTrack{}, err
		}
		published := v.published(a, name, newest, r.state)
		if published {
			seen[r.state.Pass] = true
		}
		var was *forks.State
		if before != nil {
			was = &before.state
		}
		if err := a.Check(ctx, was, prove.Pass{Commit: r.commit, State: r.state, Kept: v.kept(name, r.state.Tip)}); err != nil {
			return forks.VerifiedTrack{}, err
		}
		switch {
		case v.o.All:
		case v.o.Last > 0 && len(seen) >= v.o.Last && published, v.o.Last == 0 && published && r.state.At.Before(oldest):
			before = nil
		}
		if n == mostStates {
			a.Note("there are more than %d states; older ones were not looked at", mostStates)
			break
		}
		if before == nil {
			break
		}
		r = before
	}
	v.strays(a, name, seen, r)
	return a.Result(ctx)
}

// unread is the account of a track whose newest state is none.
func (v *stranger) unread(ctx context.Context, name string, err error) (forks.VerifiedTrack, error) {
	if ctx.Err() != nil {
		return forks.VerifiedTrack{}, context.Cause(ctx)
	}
	a := prove.NewAccount(v, forks.State{Track: name})
	id := v.states[name]
	a.Breach(forks.Breach{Subject: "state", Rule: "cannot be read: " + forks.Clip(forks.Inert(err.Error()), 300), Commits: []forks.Hash{id}, Look: "git show " + id.String() + ":state.json"})
	return a.Result(ctx)
}

// before reads the state before one; nil at the adoption, and where it cannot be read,
// which the account of the later one says.
func (v *stranger) before(a *prove.Account, r *recorded) (*recorded, error) {
	if r.state.Pass <= 1 {
		return nil, nil
	}
	if len(r.parents) == 0 {
		return nil, nil
	}
	before, err := readState(v.q, r.parents[0])
	if err != nil {
		a.Breach(forks.Breach{Pass: r.state.Pass, Subject: "state", Rule: "follows a commit without a state that can be read: " + forks.Clip(forks.Inert(err.Error()), 300),
			Commits: []forks.Hash{r.parents[0]}, Look: "git show " + r.parents[0].String()})
		return nil, nil
	}
	return before, nil
}

// branch: what the fork serves is what it published, or goes on from there.
func (v *stranger) branch(ctx context.Context, a *prove.Account, s forks.State) {
	name, at := forks.Inert(s.Branch), v.branches[s.Branch]
	breach := func(rule string, args ...any) {
		a.Breach(forks.Breach{Subject: "branch " + name, Rule: fmt.Sprintf(rule, args...), Commits: []forks.Hash{at, s.Tip},
			Look: fmt.Sprintf("git log --oneline --left-right %s...%s", s.Tip, at)})
	}
	if at.IsZero() {
		breach("does not exist; its published tip is %s", s.Tip.Short())
		return
	}
	if at == s.Tip {
		return
	}
	_, ok, err := v.Commit(s.Tip)
	if err != nil || !ok {
		breach("is at %s, and its published tip %s is no commit that the fork has", at.Short(), s.Tip.Short())
		return
	}
	news, err := v.New(ctx, at, s.Tip, s.Base)
	ahead, err2 := v.Contains(ctx, at, s.Tip)
	switch {
	case err != nil || err2 != nil || !ahead:
		why := ""
		if s.Stopped != nil {
			why = "; the track has stopped: " + forks.Clip(forks.Inert(s.Stopped.Reason), 200)
		}
		breach("is at %s, which does not go on from the published tip %s%s", at.Short(), s.Tip.Short(), why)
	default:
		a.Note("after the newest pass came up to %s on %s, commits: %d; no ledger has them yet", at.Short(), name, len(news))
	}
}

// listed: the archive has the tips that the newest state lists.
func (v *stranger) listed(a *prove.Account, track string, s forks.State) {
	for i, entry := range s.Archives {
		at, has := v.archives[track][entry.Pass]
		pruned := !has && len(s.Archives)-i > archivesKept && s.At.Sub(entry.At) > archiveAge
		if at == entry.Tip || pruned {
			continue
		}
		b := forks.Breach{Pass: entry.Pass, Subject: "archive " + strconv.Itoa(entry.Pass), Commits: []forks.Hash{entry.Tip},
			Rule: fmt.Sprintf("is to keep the tip %s, and is gone", entry.Tip.Short()),
			Look: "git ls-remote " + forks.ShellWord(v.fork.URL()) + " " + string(forks.ArchiveRef(track, entry.Pass))}
		if has {
			b.Commits = append(b.Commits, at)
			b.Rule = fmt.Sprintf("is to keep the tip %s, and keeps %s", entry.Tip.Short(), at.Short())
			b.Look = fmt.Sprintf("git log --oneline --left-right %s...%s", entry.Tip, at)
		}
		a.Breach(b)
	}
}

// published reports whether a pass published a tip, which then is what the archive of
// that pass keeps.
func (v *stranger) published(a *prove.Account, track string, newest, s forks.State) bool {
	for _, entry := range s.Archives {
		if entry.Pass != s.Pass {
			continue
		}
		told := slices.Contains(newest.Archives, entry) // what is listed was looked at
		if at, has := v.archives[track][s.Pass]; entry.Tip != s.Tip || has && at != s.Tip && !told {
			a.Breach(forks.Breach{Pass: s.Pass, Subject: "archive " + strconv.Itoa(s.Pass), Commits: []forks.Hash{s.Tip, entry.Tip, at},
				Rule: fmt.Sprintf("keeps another tip than pass %d published, %s", s.Pass, s.Tip.Short()),
				Look: fmt.Sprintf("git log --oneline --left-right %s...%s", s.Tip, at)})
		}
		return true
	}
	return false
}

// kept reports whether an archive keeps a tip.
func (v *stranger) kept(track string, tip forks.Hash) bool {
	for _, id := range v.archives[track] {
		if id == tip {
			return true
		}
	}
	return slices.Contains(slices.Collect(maps.Values(v.branches)), tip)
}

// strays: no archive keeps what no pass published.
func (v *stranger) strays(a *prove.Account, track string, seen map[int]bool, oldest *recorded) {
	for _, pass := range slices.Sorted(maps.Keys(v.archives[track])) {
		if id := v.archives[track][pass]; !seen[pass] && pass >= oldest.state.Pass {
			a.Breach(forks.Breach{Pass: pass, Subject: "archive " + strconv.Itoa(pass), Commits: []forks.Hash{id},
				Rule: "keeps a tip that no pass published", Look: "git show " + id.String()})
		}
	}
}
