package model_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// world is an upstream, a fork of it, and one machine that makes passes between them.
type world struct {
	t        *teller
	on       ground
	up, fork host
	store    *syncertest.Store
	clock    *clockwork.FakeClock
	tracks   []*line
	serial   int
	// asked is how many requests were made; each is told by its number.
	asked int
	count *figures
	// pushed has every commit that a person pushed to the fork, with what it was.
	pushed map[forks.Hash]string
	// upstreams has all words that upstream ever had.
	upstreams map[string]bool
	// due: passes are made because they are due, and not because a person wants one.
	due bool
}

// line is a track with what the model remembers of it.
type line struct {
	forks.Track
	// ids has every patch that was ever on record.
	ids map[forks.PatchID]bool
	// own has the commits that people pushed to the branch and that are no merges.
	own []forks.Hash
	// known has the commits that some pass accounted for.
	known map[forks.Hash]bool
	// decided has the conflicts that people settled, by patch and content.
	decided map[question]forks.ProposalID
	// free has the patches about which people asked to take something back, or to be
	// asked again, since the last whole pass.
	free map[forks.PatchID]bool
	// waits counts for how many whole passes a request was not taken.
	waits map[int64]int
}

// question is a conflict as people see it.
type question struct {
	patch   forks.PatchID
	content string
}

// newWorld makes an upstream of eight small files and a fork with some patches, which is
// adopted.
func newWorld(t *teller, on ground, up host, fork func() host, count *figures) *world {
	w := &world{t: t, on: on, up: up, count: count, pushed: map[forks.Hash]string{}, upstreams: map[string]bool{}, due: !t.oneIn(4, "asked for")}
	w.clock = clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC))
	w.store = syncertest.NewStore(w.clock)
	first := files{}
	for i, path := range []string{"a.nix", "b.nix", "c.nix", "d.nix", "e.nix", "f.nix", "pkgs/g.nix", "pkgs/h.nix"} {
		for range 6 + i%4*2 {
			first[path] += "  " + w.word("up") + ";\n"
		}
	}
	names := []string{"main"}
	if t.oneIn(3, "two tracks") {
		names = append(names, "stable")
	}
	id := w.commitUp("main", "first commit", first)
	for _, name := range names[1:] {
		up.SetRef(t, name, id)
	}
	w.fork = fork()
	if s, ok := w.fork.(*syncertest.Server); ok {
		s.BeforePush = w.intended
	}
	base := w.track()
	for _, name := range names {
		l := &line{Track: base, ids: map[forks.PatchID]bool{}, decided: map[question]forks.ProposalID{}, free: map[forks.PatchID]bool{}, waits: map[int64]int{}, known: map[forks.Hash]bool{}}
		l.Name, l.Follow, l.Branch = "aux-"+name, name, name
		w.tracks = append(w.tracks, l)
		for range 1 + t.below(4, "patches") {
			w.patch(l)
		}
		for range t.below(3, "upstream") {
			w.upstream(l)
		}
		if _, err := w.syncer(syncertest.NewCrash(-1), nil).Adopt(context.Background(), l.Track, syncer.Options{Who: "mona"}); err != nil {
			t.Fatalf("adopt %s: %v", l.Name, err)
		}
		t.tell("%s is adopted", l.Name)
	}
	return w
}

// track draws how the tracks of the fork are kept.
func (w *world) track() forks.Track {
	t := w.t
	r := forks.Track{Fork: "pkgs", Forge: forks.ForgeGit, AllowTransports: []string{"https", "file"}, Merger: forks.OwnMerger,
		History:  choose(t, []forks.History{forks.Merging, forks.Merging, forks.Rewrite}, "history"),
		HoldFor:  choose(t, []time.Duration{72 * time.Hour, forks.Never, 24 * time.Hour, 0}, "hold for"),
		MaxLag:   choose(t, []time.Duration{forks.Never, 96 * time.Hour}, "max lag"),
		Limits:   forks.AskingLimits{Open: choose(t, []int{0, 10, 1, 2}, "open"), PerDay: choose(t, []int{0, 0, 1, 3}, "per day")},
		Upstream: address(w.up), URL: address(w.fork)}
	r.SecurityHoldFor = r.HoldFor
	if t.oneIn(3, "published at times") {
		r.PublishEvery = 3 * time.Hour
	}
	t.tell("history %s, hold_for %v, max_lag %v, publish_every %v, limits %+v, due %v", r.History, r.HoldFor, r.MaxLag, r.PublishEvery, r.Limits, w.due)
	return r
}

// intended: nothing is pushed that was not written down before.
func (w *world) intended(updates []forks.RefUpdate) error {
	if !slices.ContainsFunc(w.store.Intents(), func(i forks.Intent) bool { return i.Status == forks.IntentOpen }) {
		w.t.Fatalf("%v is pushed, and nobody wrote that down", updates)
	}
	return nil
}

func address(h host) string {
	if r, ok := h.(*repotest.Repo); ok {
		return r.Dir
	}
	return h.(*syncertest.Server).URL()
}

// syncer starts a process that may crash; barrier is called between fetch and push.
func (w *world) syncer(c *syncertest.Crash, barrier func() error) *syncer.Syncer {
	return syncer.New(syncer.Config{Git: c.Git(w.on.git()), Store: c.Store(w.store), CacheDir: w.on.cacheDir(), Clock: w.clock, Log: zap.NewNop(), Barrier: barrier})
}

// word makes a word that nobody else has.
func (w *world) word(side string) string {
	w.serial++
	return fmt.Sprintf("%s-%d", side, w.serial)
}

func (w *world) tip(h host, ref string) forks.Hash {
	refs := h.Refs(w.t)
	if id := refs[forks.BranchRef(ref)]; !id.IsZero() {
		return id
	}
	return refs[forks.Ref(ref)]
}

// at reads the files of a commit; the zero id has none.
func (w *world) at(id forks.Hash) files {
	if id.IsZero() {
		return files{}
	}
	return w.on.files(w.on.commit(id).tree)
}

// parent is a commit's first parent, zero if it has none.
func (w *world) parent(id forks.Hash) forks.Hash {
	if p := w.on.commit(id).parents; len(p) > 0 {
		return p[0]
	}
	return forks.Hash{}
}

// firstParents lists a commit and what came before it, the newest first.
func (w *world) firstParents(id forks.Hash, most int) (list []forks.Hash) {
	for ; !id.IsZero() && len(list) < most; id = w.parent(id) {
		list = append(list, id)
	}
	return list
}

// state reads the state from the fork, past the program.
func (w *world) state(l *line) forks.State {
	text, ok := w.fork.File(w.t, string(l.StateRef()), "state.json")
	if !ok {
		w.t.Fatalf("%s has no state", l.Name)
	}
	s, err := forks.DecodeState([]byte(text))
	if err != nil {
		w.t.Fatalf("state of %s: %v", l.Name, err)
	}
	return s
}

// commitUp adds a commit to a branch of upstream.
func (w *world) commitUp(branch, subject string, change files) forks.Hash {
	id := w.up.Build(w.t, repotest.Commit{Branch: branch, Author: repotest.Ada, Subject: subject, Files: change})[0]
	maps.Copy(w.upstreams, words(w.at(id)))
	return id
}

// push lets a person push a commit to a ref of the fork, with these files.
func (w *world) push(ref, subject string, want files, parents ...forks.Hash) forks.Hash {
	author := choose(w.t, []string{repotest.Grace, repotest.Alan}, "author")
	id := w.fork.Build(w.t, repotest.Commit{Branch: ref, Author: author, Subject: subject, Parents: parents, Files: changes(w.at(parents[0]), want)})[0]
	w.pushed[id] = ref + ": " + subject
	w.t.tell("fork: a person pushes %s to %s: %s", id.Short(), ref, first(subject))
	return id
}

// pushOwn is push to a track's branch.
func (w *world) pushOwn(l *line, subject string, want files, parents ...forks.Hash) {
	id := w.push(l.Branch, subject, want, parents...)
	if len(parents) == 1 {
		l.own = append(l.own, id)
	}
}

func first(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// remove lets a person delete a ref of the fork, and with it what only that had.
func (w *world) remove(ref forks.Ref) {
	w.fork.SetRef(w.t, string(ref), forks.Hash{})
	w.t.tell("fork: a person deletes %s", ref)
	kept := w.reachable()
	for id := range w.pushed {
		if !kept[id] {
			delete(w.pushed, id)
		}
	}
}

// reachable has the commits that refs of the fork keep.
func (w *world) reachable() map[forks.Hash]bool {
	kept := map[forks.Hash]bool{}
	next := slices.Collect(maps.Values(w.fork.Refs(w.t)))
	for len(next) > 0 {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		if !kept[id] {
			kept[id] = true
			next = append(next, w.on.commit(id).parents...)
		}
	}
	return kept
}
