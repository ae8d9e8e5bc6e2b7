package pulls_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// world is a fork on which people and passes act in any order.
type world struct {
	records []forks.Proposal
	found   map[forks.ProposalID]forks.Pair
	tips    uint16
	passes  int
	closed  map[string]bool // patch and pin of what is declined
}

func (w *world) tip() forks.Hash {
	w.tips++
	return forks.Hash{0: byte(w.tips >> 8), 1: byte(w.tips), 19: 2}
}

// people changes some of the branches.
func (w *world) people(t *rapid.T) {
	for _, p := range w.records {
		tips := w.found[p.ID]
		switch rapid.SampledFrom([]string{"", "", "", "merge", "touch", "untouch", "unmerge", "close", "delete", "repush"}).Draw(t, "person") {
		case "merge":
			tips.Onto = w.tip()
		case "touch":
			tips.Fix = w.tip()
		case "untouch":
			tips.Fix = p.Fix
		case "unmerge":
			tips.Onto = p.Onto
		case "close":
			tips.Fix = forks.Hash{}
		case "delete":
			tips = forks.Pair{}
		case "repush":
			tips = forks.Pair{Onto: p.Onto, Fix: p.Fix}
		}
		w.found[p.ID] = tips
	}
}

// input draws what a pass sees.
func (w *world) input(t *rapid.T) pulls.Input {
	w.passes++
	in := pulls.Input{
		Track: track, Now: now.Add(time.Duration(w.passes) * time.Hour), Recorded: w.records, Found: maps.Clone(w.found),
		Upstream: hash(rapid.SampledFrom([]byte{7, 8, 9, 10}).Draw(t, "upstream")),
		Verdicts: map[forks.ProposalID]pulls.Verdict{}, Settled: map[forks.ProposalID]bool{}, Safe: map[forks.Hash]bool{},
	}
	for _, patch := range []forks.PatchID{"p1", "p2", "p3"} {
		ahead := rapid.SampledFrom([]forks.Outcome{forks.Conflicted, forks.Conflicted, forks.Blocked, forks.Kept, forks.Dropped}).Draw(t, "ahead")
		in.Ledger = append(in.Ledger, forks.Row{Patch: patch, Ahead: ahead})
		if ahead == forks.Conflicted {
			in.Wanted = append(in.Wanted, wanted(patch, rapid.SampledFrom([]byte{7, 7, 7, 8}).Draw(t, "pin")))
		}
	}
	w.ask(t, &in)
	kinds := []pulls.VerdictKind{pulls.Taken, pulls.NoDifference, pulls.Markers, pulls.OtherPaths, pulls.Foreign}
	for _, o := range pulls.Observe(w.records, w.found) {
		if o.Sight == pulls.Merged && rapid.IntRange(0, 4).Draw(t, "judged") > 0 {
			in.Verdicts[o.ID] = pulls.Verdict{Kind: rapid.SampledFrom(kinds).Draw(t, "verdict"), By: "Ada"}
		}
		in.Settled[o.ID] = rapid.Bool().Draw(t, "settled")
		for _, tip := range []forks.Hash{o.Found.Onto, o.Found.Fix} {
			in.Safe[tip] = !tip.IsZero() && rapid.Bool().Draw(t, "safe")
		}
	}
	return in
}

// ask draws what people ask by commands; some proposals have a pull request.
func (w *world) ask(t *rapid.T, in *pulls.Input) {
	for i, p := range w.records {
		if rapid.IntRange(0, 3).Draw(t, "numbered") == 0 {
			w.records[i].Number = 12
		}
		for range rapid.IntRange(0, 2).Draw(t, "requests") {
			verb := rapid.SampledFrom([]forks.Verb{forks.VerbDecline, forks.VerbReopen, forks.VerbRetry, forks.VerbLatest, forks.VerbMine, forks.VerbNotMine}).Draw(t, "verb")
			in.Asked = append(in.Asked, forks.Request{ID: int64(len(in.Asked) + 1), Proposal: p.ID, Verb: verb, Who: "mona"})
			if verb == forks.VerbRetry || verb == forks.VerbReopen || verb == forks.VerbLatest {
				w.closed[string(p.Patch)+p.Conflict.Cause.String()] = false
			}
		}
	}
}

// apply pushes what was decided; the deletions may fail.
func (w *world) apply(t *rapid.T, r *pulls.Result) {
	for _, b := range r.Builds {
		tips := forks.Pair{Onto: w.tip(), Fix: w.tip()}
		if !r.Built(b.ID, tips, w.tip()) {
			t.Fatalf("no record for build %s", b.ID)
		}
		if w.found[b.ID] != (forks.Pair{}) {
			t.Fatalf("build %s meets branches that exist", b.ID)
		}
		w.found[b.ID] = tips
	}
	w.records = r.Proposals
}

func (w *world) delete(updates []forks.RefUpdate) {
	for _, u := range updates {
		part := strings.Split(string(u.Ref), "/")
		id := forks.ProposalID(part[5])
		tips := w.found[id]
		if part[4] == "onto" {
			tips.Onto = forks.Hash{}
		} else {
			tips.Fix = forks.Hash{}
		}
		w.found[id] = tips
	}
}

func TestDecideKeepsItsLawsWhateverPeopleDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{found: map[forks.ProposalID]forks.Pair{}, closed: map[string]bool{}}
		for range rapid.IntRange(1, 8).Draw(t, "passes") {
			w.people(t)
			in := w.input(t)
			r := pulls.Decide(in)
			w.check(t, in, r)
			w.apply(t, &r)
			w.checkAgain(t, in, r)
			if rapid.Bool().Draw(t, "cleanup works") {
				w.delete(r.Cleanup)
			}
		}
	})
}

// check holds one decision against the laws.
func (w *world) check(t *rapid.T, in pulls.Input, r pulls.Result) {
	live := map[forks.PatchID]forks.Proposal{}
	ids := map[forks.ProposalID]bool{}
	for i, p := range r.Proposals {
		if ids[p.ID] {
			t.Fatalf("two records of %s", p.ID)
		}
		ids[p.ID] = true
		if i < len(in.Recorded) && (p.ID != in.Recorded[i].ID || in.Recorded[i].Touched && !p.Touched) {
			t.Fatalf("record %+v became %+v", in.Recorded[i], p)
		}
		if tip := in.Found[p.ID].Fix; p.Status != forks.Cleaned && !tip.IsZero() && tip != p.Fix && !p.Touched {
			t.Fatalf("%s does not remember that a person touched its fix", p.ID)
		}
		if p.Status.Live() != p.Closed.IsZero() {
			t.Fatalf("%s is %s, closed %s", p.ID, p.Status, p.Closed)
		}
		if p.Status.Live() {
			if other, two := live[p.Patch]; two {
				t.Fatalf("%s and %s are live for patch %s", other.ID, p.ID, p.Patch)
			}
			live[p.Patch] = p
		}
		key := string(p.Patch) + p.Conflict.Cause.String()
		if w.closed[key] && p.Status.Live() && i >= len(in.Recorded) {
			t.Fatalf("%s asks again about what was declined", p.ID)
		}
		w.closed[key] = p.Status == forks.Declined || w.closed[key] && !p.Status.Live()
	}
	if len(r.Answers) != len(in.Asked) {
		t.Fatalf("%d answers to %d requests", len(r.Answers), len(in.Asked))
	}
	if len(r.Builds) != len(r.Proposals)-len(in.Recorded) {
		t.Fatalf("%d builds for %d new records", len(r.Builds), len(r.Proposals)-len(in.Recorded))
	}
	w.checkAsked(t, in, r, live)
	w.checkCleanup(t, in, r)
}

// checkAsked: each wanted conflict is live or declined and questioned.
func (w *world) checkAsked(t *rapid.T, in pulls.Input, r pulls.Result, live map[forks.PatchID]forks.Proposal) {
	for _, c := range in.Wanted {
		p, asked := live[c.Patch]
		_, judged := in.Verdicts[p.ID]
		unjudged := asked && w.found[p.ID].Onto != p.Onto && !judged
		declined := slices.ContainsFunc(r.Questions, func(q forks.Decision) bool { return q.Patch == c.Patch })
		switch {
		case asked && p.Conflict.Cause != c.Cause && !unjudged:
			t.Fatalf("%s asks about %s, not about %s", p.ID, p.Conflict.Cause, c.Cause)
		case asked == declined && !unjudged:
			t.Fatalf("conflict of %s: asked %v, declined %v", c.Patch, asked, declined)
		}
	}
}

// checkCleanup: nothing goes that was neither ours nor safe, and nothing live.
func (w *world) checkCleanup(t *rapid.T, in pulls.Input, r pulls.Result) {
	byID := map[forks.ProposalID]forks.Proposal{}
	for _, p := range r.Proposals {
		byID[p.ID] = p
	}
	for _, u := range r.Cleanup {
		part := strings.Split(string(u.Ref), "/")
		p := byID[forks.ProposalID(part[5])]
		ours, tip := p.Onto, in.Found[p.ID].Onto
		if part[4] == "fix" {
			ours, tip = p.Fix, in.Found[p.ID].Fix
		}
		if u.Old != tip || u.Old.IsZero() || !u.New.IsZero() || p.Status.Live() {
			t.Fatalf("cleanup %+v of %+v", u, p)
		}
		if !in.Safe[tip] && !slices.Contains(r.Keeps, tip) && (tip != ours || part[4] == "fix" && p.Touched) {
			t.Fatalf("cleanup %+v deletes a person's work", u)
		}
	}
}

// checkAgain: deciding on a decision's own result changes nothing, also where people
// ask the same again, because nobody noted that it was done, and after
// the cleanup only marks what is gone.
func (w *world) checkAgain(t *rapid.T, in pulls.Input, r pulls.Result) {
	in.Recorded, in.Found, in.Now = r.Proposals, w.found, in.Now.Add(time.Minute)
	again := pulls.Decide(in)
	if len(again.Builds) != 0 {
		t.Fatalf("deciding again builds %+v", again.Builds)
	}
	for i, p := range again.Proposals {
		was := r.Proposals[i]
		if p.Status == forks.Cleaned && (was.Status == forks.Harvested || was.Status == forks.Withdrawn) {
			was.Status = forks.Cleaned
		}
		if !reflect.DeepEqual(p, was) {
			t.Fatalf("deciding again changes\n%+v to\n%+v", was, p)
		}
	}
	if !reflect.DeepEqual(again.Questions, r.Questions) {
		t.Fatalf("deciding again asks\n%+v instead of\n%+v", again.Questions, r.Questions)
	}
	in.Recorded = again.Proposals
	if third := pulls.Decide(in); !reflect.DeepEqual(third.Proposals, again.Proposals) {
		t.Fatalf("the third decision changes\n%+v to\n%+v", again.Proposals, third.Proposals)
	}
}
