package prove_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/prove"
)

const track = "aux-main"

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func hash(n int) forks.Hash { return forks.Hash{0: byte(n >> 8), 1: byte(n), 19: 1} }

// pass is what the law is asked about.
type pass struct {
	before  forks.State
	plan    forks.Plan
	arrived []forks.Hash
}

func (p *pass) check() error {
	p.plan.State.Ledger = slices.Clone(p.plan.Outcomes)
	return prove.Ledger(p.before, p.plan, p.arrived)
}

func isBroken(err error) bool {
	var broken *prove.Broken
	return errors.As(err, &broken)
}

// builder makes consistent passes.
type builder struct {
	pass
	n int
}

func (b *builder) hash() forks.Hash { b.n++; return hash(b.n) }

func newBuilder(held bool) *builder {
	b := &builder{}
	b.plan.Track, b.plan.Pass = track, 7
	b.plan.UpstreamTip = b.hash()
	b.plan.Base = forks.BaseMove{Old: b.hash(), New: b.plan.UpstreamTip}
	if held {
		b.plan.Base.New = b.hash()
	}
	b.plan.ForkTip, b.plan.CandidateTip = b.hash(), b.hash()
	b.plan.State = forks.State{Track: track, Pass: 7, Branch: "main", At: now}
	b.before = forks.State{Track: track, Pass: 6, Branch: "main", At: now.Add(-time.Hour)}
	b.plan.WouldPush = []forks.RefUpdate{
		{Ref: forks.ArchiveRef(track, 7), New: b.plan.CandidateTip},
		{Ref: forks.BranchRef("main"), Old: b.plan.ForkTip, New: b.plan.CandidateTip},
		{Ref: forks.StateRef(track), Old: b.hash(), New: b.hash()},
	}
	return b
}

// add makes a row and all that it demands. By is filled in where outcomes demand it.
func (b *builder) add(first forks.Hash, ahead, published forks.Outcome, by string) forks.PatchID {
	p := forks.Patch{ID: forks.NewPatchID(track, first, ""), First: first, Commit: first, Ahead: ahead, Published: published}
	r := forks.Row{Patch: p.ID, Old: first, Ahead: ahead, Published: published, By: by}
	switch {
	case published.InStack():
		r.New = b.hash()
		p.Commit = r.New
	case published.Ends():
		p.End = &forks.End{Outcome: published, By: by, Pass: 7, At: now}
	default:
		p.Out = &forks.Out{Outcome: published, By: by, Pass: 7, At: now}
	}
	state := &b.plan.State
	if p.End != nil {
		state.Ended = append(state.Ended, p)
	} else {
		state.Patches = append(state.Patches, p)
	}
	needed := (published == forks.Upstreamed || published == forks.Emptied) && ahead != forks.Upstreamed && ahead != forks.Emptied
	if ahead == forks.Conflicted && published != forks.Blocked || needed {
		state.Decisions = append(state.Decisions, forks.Decision{Patch: p.ID, Question: "?", Asked: now})
	}
	b.plan.Outcomes = append(b.plan.Outcomes, r)
	return p.ID
}

// drawPass draws a consistent pass with at least two published patches, an open
// conflict, an ended patch of before, and some of everything else.
func drawPass(t *rapid.T) *pass {
	held := rapid.Bool().Draw(t, "held")
	b := newBuilder(held)
	was := func(ahead, published forks.Outcome, by string) forks.PatchID {
		first := b.hash()
		id := b.add(first, ahead, published, by)
		b.before.Patches = append(b.before.Patches, forks.Patch{ID: id, First: first, Commit: first})
		return id
	}
	kept := was(forks.Kept, forks.Kept, "")
	was(forks.Resolved, forks.Resolved, "Ada")
	conflicted := was(forks.Conflicted, forks.Parked, "Ada")
	b.plan.State.Decisions = nil
	b.plan.State.Proposals = []forks.Proposal{{ID: "c0000000001", Patch: conflicted, Status: forks.Open, Onto: b.hash(), Fix: b.hash()}}
	b.before.Proposals = slices.Clone(b.plan.State.Proposals)
	for _, side := range []forks.Ref{forks.OntoRef(track, "c0000000001"), forks.FixRef(track, "c0000000001")} {
		b.plan.WouldPush = append(b.plan.WouldPush, forks.RefUpdate{Ref: side, New: b.hash()})
	}
	b.plan.Cleanup = []forks.RefUpdate{{Ref: forks.OntoRef(track, "c0000000002"), Old: b.hash()}, {Ref: forks.ArchiveRef(track, 1), Old: b.hash()}}

	for range rapid.IntRange(0, 6).Draw(t, "patches") {
		ahead := rapid.SampledFrom(forks.Outcomes()).Draw(t, "ahead")
		published := rapid.SampledFrom(prove.Pairs()[ahead]).Draw(t, "published")
		if !held && published != forks.Parked {
			published = ahead
		}
		if rapid.Bool().Draw(t, "arrived") {
			first := b.hash()
			b.add(first, ahead, published, string(kept))
			b.arrived = append(b.arrived, first)
		} else {
			was(ahead, published, string(kept))
		}
	}
	old := forks.Patch{ID: "p00000ended", End: &forks.End{Outcome: forks.Emptied, At: now.Add(-time.Hour)}}
	b.before.Ended = append(b.before.Ended, old)
	b.plan.State.Ended = append(b.plan.State.Ended, old)
	return &b.pass
}

func TestAConsistentPassKeepsTheLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if err := drawPass(t).check(); err != nil {
			t.Fatal(err)
		}
	})
}

// mutation breaks a consistent pass, and says what the error must contain.
type mutation struct {
	name   string
	change func(p *pass)
	want   string
}

func mutations() []mutation {
	row := func(p *pass, i int) *forks.Row { return &p.plan.Outcomes[i] } // 0 kept, 1 resolved, 2 conflicted
	push := func(p *pass, u forks.RefUpdate) { p.plan.WouldPush = append(p.plan.WouldPush, u) }
	clean := func(p *pass, u forks.RefUpdate) { p.plan.Cleanup = append(p.plan.Cleanup, u) }
	return []mutation{
		{"a row is dropped", func(p *pass) { p.plan.Outcomes = p.plan.Outcomes[1:] }, "has no row"},
		{"a row stands twice", func(p *pass) { p.plan.Outcomes = append(p.plan.Outcomes, *row(p, 0)) }, "more than one row"},
		{"a row of nobody's patch", func(p *pass) {
			p.plan.Outcomes = append(p.plan.Outcomes, forks.Row{Patch: "pstray", Ahead: forks.Expanded, Published: forks.Expanded})
		}, "neither a patch of the stack nor a commit that arrived"},
		{"a commit arrived without a row", func(p *pass) { p.arrived = append(p.arrived, hash(9999)) }, hash(9999).String() + " arrived and has no row"},
		{"a commit arrived with two rows", func(p *pass) {
			row(p, 0).Old, row(p, 1).Old = hash(9999), hash(9999)
			p.arrived = append(p.arrived, hash(9999))
		}, "arrived and has 2 rows"},
		{"ahead is blank", func(p *pass) { row(p, 0).Ahead = "" }, "must both be outcomes"},
		{"published is no outcome", func(p *pass) { row(p, 0).Published = "lost" }, "must both be outcomes"},
		{"a pair that cannot be", func(p *pass) { row(p, 0).Ahead = forks.Dropped; row(p, 0).By = "Ada" }, "cannot be dropped at upstream's tip and kept"},
		{"columns differ on the same commit", func(p *pass) {
			p.plan.Base.New = p.plan.UpstreamTip
			row(p, 0).Ahead, p.plan.State.Patches[0].Ahead = forks.Adapted, forks.Adapted
		}, "which is the same commit"},
		{"by is blank", func(p *pass) { row(p, 1).By = " " }, "does not say by whom or what"},
		{"by is missing on the other column", func(p *pass) {
			p.plan.Base.New = hash(9998)
			row(p, 0).Ahead, p.plan.State.Patches[0].Ahead = forks.Upstreamed, forks.Upstreamed
		}, "does not say by whom or what"},
		{"blocked by nobody", func(p *pass) {
			p.plan.Base.New = hash(9998)
			row(p, 0).Ahead, p.plan.State.Patches[0].Ahead, row(p, 0).By = forks.Blocked, forks.Blocked, "pnobody"
		}, "no other patch"},
		{"blocked by itself", func(p *pass) {
			p.plan.Base.New = hash(9998)
			row(p, 0).Ahead, p.plan.State.Patches[0].Ahead, row(p, 0).By = forks.Blocked, forks.Blocked, string(row(p, 0).Patch)
		}, "no other patch"},
		{"published without a commit", func(p *pass) { row(p, 0).New = forks.Hash{} }, "its new commit is"},
		{"left out with a commit", func(p *pass) { row(p, 2).New = hash(9999) }, "its new commit is"},
		{"two patches with one commit", func(p *pass) {
			row(p, 1).New = row(p, 0).New
			p.plan.State.Patches[1].Commit = row(p, 0).New
		}, "same new commit"},
		{"another commit in the stack", func(p *pass) { p.plan.State.Patches[0].Commit = hash(9999) }, "has the new commit"},
		{"a patch vanishes", func(p *pass) { p.plan.State.Patches = p.plan.State.Patches[1:] }, "missing from the new state"},
		{"an ended patch vanishes", func(p *pass) { p.plan.State.Ended = p.plan.State.Ended[:len(p.plan.State.Ended)-1] }, "less than 180 days ago"},
		{"a patch ends in the row only", func(p *pass) {
			row(p, 0).Ahead, row(p, 0).Published, row(p, 0).New = forks.Emptied, forks.Emptied, forks.Hash{}
		}, "still in the new stack"},
		{"a patch ends without a trace", func(p *pass) {
			row(p, 0).Ahead, row(p, 0).Published, row(p, 0).New = forks.Emptied, forks.Emptied, forks.Hash{}
			p.plan.State.Patches = p.plan.State.Patches[1:]
		}, "not among the ended"},
		{"a patch ends as something else", func(p *pass) {
			row(p, 0).Ahead, row(p, 0).Published, row(p, 0).New = forks.Emptied, forks.Emptied, forks.Hash{}
			gone := p.plan.State.Patches[0]
			gone.End = &forks.End{Outcome: forks.Dropped}
			p.plan.State.Patches, p.plan.State.Ended = p.plan.State.Patches[1:], append(p.plan.State.Ended, gone)
		}, "but ended as dropped"},
		{"a patch ends and stays", func(p *pass) { p.plan.State.Patches[0].End = &forks.End{Outcome: forks.Dropped} }, "in the stack though it ended"},
		{"an ended patch has no end", func(p *pass) { p.plan.State.Ended[0].End = nil }, "without an outcome that ends it"},
		{"published and left out", func(p *pass) { p.plan.State.Patches[0].Out = &forks.Out{Outcome: forks.Parked} }, "left out in the new stack"},
		{"left out by the row only", func(p *pass) { p.plan.State.Patches[2].Out = nil }, "does not leave it out"},
		{"left out as something else", func(p *pass) { p.plan.State.Patches[2].Out.Outcome = forks.Blocked }, "left out as blocked"},
		{"the stack remembers another outcome", func(p *pass) { p.plan.State.Patches[0].Ahead = forks.Adapted }, "but adapted and kept in the new stack"},
		{"a conflict nobody is asked about", func(p *pass) { p.plan.State.Proposals[0].Status = forks.Withdrawn }, "nobody is asked"},
		{"upstream reverted and nobody is asked", func(p *pass) {
			p.plan.Base.New = hash(9998)
			row(p, 0).Published, row(p, 0).New = forks.Emptied, forks.Hash{}
			gone := p.plan.State.Patches[0]
			gone.End = &forks.End{Outcome: forks.Emptied}
			p.plan.State.Patches, p.plan.State.Ended = p.plan.State.Patches[1:], append(p.plan.State.Ended, gone)
		}, "upstream's tip needs it"},
		{"a patch stands twice in the stack", func(p *pass) { p.plan.State.Patches = append(p.plan.State.Patches, p.plan.State.Patches[0]) }, "stands twice"},
		{"a conflict stands twice", func(p *pass) { p.plan.State.Proposals = append(p.plan.State.Proposals, p.plan.State.Proposals[0]) }, "stands twice"},
		{"two live conflicts of a patch", func(p *pass) {
			other := p.plan.State.Proposals[0]
			other.ID = "c0000000009"
			p.plan.State.Proposals = append(p.plan.State.Proposals, other)
		}, "two conflicts at once"},
		{"a live conflict without tips", func(p *pass) { p.plan.State.Proposals[0].Fix = forks.Hash{} }, "no branch tips"},
		{"a conflict is forgotten", func(p *pass) {
			p.plan.State.Decisions = append(p.plan.State.Decisions, forks.Decision{Patch: row(p, 2).Patch})
			p.plan.State.Proposals = nil
		}, "was on record as open"},
		{"state of another pass", func(p *pass) { p.plan.State.Pass = 6 }, "is of pass 6"},
		{"the track's name changes", func(p *pass) { p.plan.State.Track = "other" }, "is of pass 7 of other"},

		{"state is not pushed", func(p *pass) { p.plan.WouldPush = slices.Delete(p.plan.WouldPush, 2, 3) }, "is not pushed with the rest"},
		{"state is pushed twice", func(p *pass) { push(p, p.plan.WouldPush[2]) }, "is pushed twice"},
		{"state is deleted", func(p *pass) { p.plan.WouldPush[2].New = forks.Hash{} }, "is deleted by the push"},
		{"the branch is deleted", func(p *pass) { p.plan.WouldPush[1].New = forks.Hash{} }, "is deleted by the push"},
		{"the branch is not pushed", func(p *pass) { p.plan.WouldPush = slices.Delete(p.plan.WouldPush, 1, 2) }, "has a new tip that is not pushed"},
		{"the branch moves elsewhere", func(p *pass) { p.plan.WouldPush[1].New = hash(9999) }, "the plan says"},
		{"the branch moves without its lease", func(p *pass) { p.plan.WouldPush[1].Old = hash(9999) }, "the plan says"},
		{"an archive moves", func(p *pass) { p.plan.WouldPush[0].Old = hash(9999) }, "would be moved"},
		{"another branch", func(p *pass) { push(p, forks.RefUpdate{Ref: "refs/heads/other", New: hash(9999)}) }, "not auxsync's to push"},
		{"another track's branch", func(p *pass) { push(p, forks.RefUpdate{Ref: forks.OntoRef("other", "c0000000001"), New: hash(9999)}) }, "not auxsync's to push"},
		{"another track's state", func(p *pass) { push(p, forks.RefUpdate{Ref: forks.StateRef("other"), New: hash(9999)}) }, "not auxsync's to push"},
		{"a tag", func(p *pass) { push(p, forks.RefUpdate{Ref: "refs/tags/v1", New: hash(9999)}) }, "not auxsync's to push"},
		{"the policy", func(p *pass) { push(p, forks.RefUpdate{Ref: "refs/heads/auxsync/policy", New: hash(9999)}) }, "not auxsync's to push"},
		{"a helper branch of no conflict", func(p *pass) { push(p, forks.RefUpdate{Ref: forks.OntoRef(track, "c1/../../x"), New: hash(9999)}) }, "not auxsync's to push"},
		{"an archive of no pass", func(p *pass) { push(p, forks.RefUpdate{Ref: forks.ArchivePrefix(track) + "x", New: hash(9999)}) }, "not auxsync's to push"},
		{"the branch is cleaned up", func(p *pass) { clean(p, forks.RefUpdate{Ref: forks.BranchRef("main"), Old: hash(9999)}) }, "not auxsync's to delete"},
		{"state is cleaned up", func(p *pass) { clean(p, forks.RefUpdate{Ref: forks.StateRef(track), Old: hash(9999)}) }, "not auxsync's to delete"},
		{"cleanup moves a ref", func(p *pass) { clean(p, forks.RefUpdate{Ref: forks.ArchiveRef(track, 2), Old: hash(1), New: hash(2)}) }, "no deletion with a lease"},
		{"cleanup without a lease", func(p *pass) { clean(p, forks.RefUpdate{Ref: forks.ArchiveRef(track, 2)}) }, "no deletion with a lease"},
		{"pushed and cleaned up", func(p *pass) { clean(p, forks.RefUpdate{Ref: forks.ArchiveRef(track, 7), Old: hash(1)}) }, "cleaned up besides"},
		{"a paused track publishes", func(p *pass) { p.plan.Paused = &forks.Pause{} }, "though the track is paused"},
		{"a track that stops publishes", func(p *pass) { p.plan.Stopped = &forks.Stop{} }, "though the track stops"},
	}
}

func TestEverySingleMutationBreaksTheLaw(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				p := drawPass(t)
				m.change(p)
				err := p.check()
				var broken *prove.Broken
				if !errors.As(err, &broken) {
					t.Fatalf("no breach is found: %v", err)
				}
				text := fmt.Sprint(broken.Violations)
				if !strings.Contains(text, m.want) {
					t.Fatalf("want %q in %s", m.want, text)
				}
			})
		})
	}
}

func TestADifferentLedgerInStateBreaksTheLaw(t *testing.T) {
	t.Parallel()
	p := newBuilder(false)
	p.add(p.hash(), forks.Kept, forks.Kept, "")
	p.before.Patches = p.plan.State.Patches
	if err := prove.Ledger(p.before, p.plan, nil); !isBroken(err) || !strings.Contains(err.Error(), "another ledger") {
		t.Errorf("error %v", err)
	}
	p.plan.WouldPush, p.plan.CandidateTip = nil, p.plan.ForkTip // then the old state stays
	if err := prove.Ledger(p.before, p.plan, nil); err != nil {
		t.Error(err)
	}
}

func TestTheErrorAsksAPersonAndNamesPatchAndRule(t *testing.T) {
	t.Parallel()
	p := newBuilder(false)
	first := p.hash()
	id := forks.NewPatchID(track, first, "")
	p.before.Patches = []forks.Patch{{ID: id, First: first, Commit: first}}
	for i := range 7 {
		p.arrived = append(p.arrived, hash(9000+i))
	}
	err := p.check()
	if forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("kind %v of %v", forks.KindOf(err), err)
	}
	want := "pass 7 of aux-main breaks the ledger law: patch " + string(id) + " was in the stack and is missing from the new state; " +
		"patch " + string(id) + " has no row; "
	if text := err.Error(); !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "; and 4 more; report this: nothing was pushed") {
		t.Errorf("error %s", text)
	}
}

func TestAStoppedOrPausedTrackPushesStateAndForgetsNothing(t *testing.T) {
	t.Parallel()
	for _, rests := range []func(*forks.Plan){
		func(p *forks.Plan) { p.Stopped = &forks.Stop{Reason: "rewound"} },
		func(p *forks.Plan) { p.Paused, p.CandidateTip = &forks.Pause{By: "mona"}, p.ForkTip },
	} {
		p := newBuilder(false)
		rests(&p.plan)
		p.plan.WouldPush = p.plan.WouldPush[2:]
		p.before.Patches = []forks.Patch{{ID: "p0000000001"}}
		p.plan.State.Patches = p.before.Patches
		if err := p.check(); err != nil {
			t.Error(err)
		}
		p.plan.State.Patches = nil
		if err := p.check(); !isBroken(err) {
			t.Errorf("a forgotten patch passes: %v", err)
		}
	}
}

func TestEndedPatchesMayLeaveTheRecordAfter180Days(t *testing.T) {
	t.Parallel()
	for days, broken := range map[int]bool{179: true, 181: false} {
		p := newBuilder(false)
		p.before.Ended = []forks.Patch{{ID: "p1", End: &forks.End{Outcome: forks.Emptied, At: now.AddDate(0, 0, -days)}}}
		if err := p.check(); isBroken(err) != broken {
			t.Errorf("after %d days: %v", days, err)
		}
	}
}

func TestAnArrivedCommitIsAccountedForByItsRecord(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]func(*forks.Patch, forks.Hash){
		"an earlier form": func(p *forks.Patch, c forks.Hash) { p.Versions = []forks.Version{{Commit: c}} },
		"folded":          func(p *forks.Patch, c forks.Hash) { p.Folded = []forks.FoldedCommit{{Commit: c}} },
		"seen first":      func(p *forks.Patch, c forks.Hash) { p.First = c },
		"current":         func(p *forks.Patch, c forks.Hash) { p.Commit = c },
	} {
		c := hash(9999)
		p := newBuilder(false)
		first := p.hash()
		id := p.add(first, forks.Kept, forks.Kept, "")
		p.before.Patches = []forks.Patch{{ID: id, First: first, Commit: first}}
		p.arrived = []forks.Hash{c}
		if err := p.check(); !isBroken(err) {
			t.Errorf("%s: passes without a record", name)
		}
		record(&p.plan.State.Patches[0], c)
		if name == "current" {
			p.plan.Outcomes[0].New = c
		}
		if err := p.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
