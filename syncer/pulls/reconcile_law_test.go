package pulls_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// service is a forge in memory, and what people did there. A write that undoes what a
// person did fails the test.
type service struct {
	t        *rapid.T
	strict   bool // no record was lost: people's changes are known
	shown    map[int]*forks.Pull
	newest   map[forks.ProposalID]int
	statuses map[forks.Hash]forks.StatusState
	opened   map[forks.ProposalID]int
	closed   map[int]int // by auxsync
	ids      int64
	clock    time.Time

	titles, notes      map[int]string // a person's
	bare, staged       map[int]bool   // no markers any more; draft or ready by a person
	unlabelled, chosen map[int][]string
	others             map[forks.ProposalID]bool // it has waited until others are asked too
	unassigned         map[int][]string
}

func newService(t *rapid.T, strict bool) *service {
	return &service{
		t: t, strict: strict, clock: now, shown: map[int]*forks.Pull{}, newest: map[forks.ProposalID]int{}, statuses: map[forks.Hash]forks.StatusState{},
		opened: map[forks.ProposalID]int{}, closed: map[int]int{}, titles: map[int]string{}, notes: map[int]string{}, bare: map[int]bool{}, staged: map[int]bool{},
		unlabelled: map[int][]string{}, chosen: map[int][]string{}, others: map[forks.ProposalID]bool{}, unassigned: map[int][]string{},
	}
}

var _ pulls.Forge = (*service)(nil)

// headOf is the tip that auxsync pushed, or the nth of a person.
func headOf(id forks.ProposalID, n int) forks.Hash {
	h := hash(byte(100 + n))
	copy(h[1:], id)
	return h
}

func (s *service) id() int64 { s.ids++; return s.ids }

// touched is a pull request that changes now.
func (s *service) touched(p forks.Pull) *forks.Pull {
	s.clock = s.clock.Add(time.Minute)
	pull := s.shown[p.Number]
	if pull == nil {
		s.t.Fatalf("nothing has number %d", p.Number)
	}
	pull.Updated = s.clock
	return pull
}

func (s *service) undone(format string, args ...any) {
	if s.strict {
		s.t.Fatalf(format, args...)
	}
}

func (*service) Traits() forks.ForgeTraits { return forks.ForgeTraits{Pages: true} }

func (*service) Standing(_ context.Context, who forks.Account) (forks.Standing, error) {
	return forks.Standing{Login: who.Login, Exists: true, Write: who.Login == "wim", Assignable: who.Login != "eve"}, nil
}

func (s *service) Look(context.Context, forks.PullQuestion) (forks.SeenPulls, error) {
	seen := forks.SeenPulls{Me: me, Pulls: map[forks.ProposalID]forks.Pull{}}
	for id, n := range s.newest {
		p := *s.shown[n]
		p.Status = s.statuses[p.Head]
		p.Labels, p.Assignees, p.Reviewers = slices.Clone(p.Labels), slices.Clone(p.Assignees), slices.Clone(p.Reviewers)
		p.Comments, p.Reviews = slices.Clone(p.Comments), slices.Clone(p.Reviews)
		if id == "" {
			seen.Dashboard = &p
			continue
		}
		seen.Pulls[id] = p
	}
	return seen, nil
}

func (s *service) Open(_ context.Context, _ int64, o forks.Opening) (forks.Pull, error) {
	if s.opened[o.ID]++; s.opened[o.ID] > 1 {
		s.t.Fatalf("a second one is opened for %q", o.ID)
	}
	p := &forks.Pull{ID: o.ID, Track: o.Track, Number: len(s.shown) + 1, State: forks.PullOpen, Draft: o.ID != "", Head: headOf(o.ID, 0), Title: o.Title, Body: o.Body, Labels: o.Labels}
	s.shown[p.Number], s.newest[o.ID] = p, p.Number
	return *s.touched(*p), nil
}

func (s *service) Edit(_ context.Context, _ int64, p forks.Pull, text forks.PullText) error {
	pull := s.touched(p)
	if text.Title != "" {
		if s.titles[p.Number] != "" {
			s.undone("a person's title %q becomes %q", s.titles[p.Number], text.Title)
		}
		pull.Title = text.Title
	}
	if !strings.Contains(text.Body, s.notes[p.Number]) || s.bare[p.Number] && text.Body != pull.Body {
		s.undone("a person's text is gone: %q becomes %q", pull.Body, text.Body)
	}
	pull.Body = text.Body
	return nil
}

func (s *service) Stage(_ context.Context, _ int64, p forks.Pull, ready bool) error {
	if s.staged[p.Number] {
		s.undone("a person's draft or ready becomes ready=%v", ready)
	}
	s.touched(p).Draft = !ready
	return nil
}

func (s *service) Label(_ context.Context, _ int64, p forks.Pull, add, remove []string) error {
	for _, l := range add {
		if slices.Contains(s.unlabelled[p.Number], l) {
			s.undone("label %s, which a person removed, is added again", l)
		}
	}
	for _, l := range remove {
		if strings.HasPrefix(l, "person's") {
			s.t.Fatalf("a person's label is removed")
		}
	}
	pull := s.touched(p)
	pull.Labels = slices.Concat(slices.DeleteFunc(pull.Labels, func(l string) bool { return slices.Contains(remove, l) }), add)
	return nil
}

func (s *service) Ask(_ context.Context, _ int64, p forks.Pull, add, remove forks.People) (forks.People, error) {
	for _, name := range add.Assignees {
		if slices.Contains(s.unassigned[p.Number], name) || len(s.chosen[p.Number]) > 0 && !s.others[p.ID] {
			s.undone("%s is assigned against a person's will", name)
		}
	}
	for _, name := range remove.Assignees {
		if slices.Contains(s.chosen[p.Number], name) {
			s.t.Fatalf("%s, whom a person chose, is taken off", name)
		}
	}
	pull := s.touched(p)
	stands := slices.DeleteFunc(slices.Clone(add.Assignees), func(name string) bool { return name == "left-out" })
	pull.Assignees = slices.Concat(slices.DeleteFunc(pull.Assignees, func(n string) bool { return slices.Contains(remove.Assignees, n) }), stands)
	pull.Reviewers = slices.Concat(slices.DeleteFunc(pull.Reviewers, func(n string) bool { return slices.Contains(remove.Reviewers, n) }), add.Reviewers)
	return forks.People{Assignees: stands, Reviewers: add.Reviewers}, nil
}

func (s *service) Status(_ context.Context, _ int64, commit forks.Hash, state forks.StatusState, _ string) error {
	s.statuses[commit] = state
	return nil
}

func (s *service) Suggest(_ context.Context, _ int64, p forks.Pull, r forks.SuggestedReview) error {
	pull := s.touched(p)
	if slices.ContainsFunc(pull.Reviews, func(r forks.PullReview) bool { return r.Mine }) {
		s.t.Fatalf("a second review with suggestions")
	}
	pull.Reviews = append(pull.Reviews, forks.PullReview{ID: s.id(), By: me, Mine: true, Commit: r.Commit})
	return nil
}

func (s *service) Comment(_ context.Context, _ int64, p forks.Pull, id int64, body string) (int64, error) {
	pull := s.touched(p)
	mark := body[strings.LastIndex(body, "<!--"):]
	for i, c := range pull.Comments {
		if id != 0 && c.ID == id && c.Mine {
			pull.Comments[i].Body = body
			return id, nil
		}
		if id == 0 && c.Mine && strings.HasSuffix(c.Body, mark) {
			s.t.Fatalf("a second comment %s", mark)
		}
	}
	if id != 0 {
		s.t.Fatalf("comment %d is edited and not there", id)
	}
	c := forks.PullComment{ID: s.id(), By: me, Mine: true, Body: body}
	pull.Comments = append(pull.Comments, c)
	return c.ID, nil
}

func (s *service) React(_ context.Context, _ int64, comment int64, _ forks.Reaction) error {
	for _, p := range s.shown {
		for i := range p.Comments {
			if p.Comments[i].ID == comment {
				p.Comments[i].Acknowledged = true
			}
		}
	}
	return nil
}

func (s *service) End(_ context.Context, _ int64, p forks.Pull, e forks.Ending) error {
	pull := s.touched(p)
	if e.Merge {
		if pull.Draft || pull.Head != e.Head || s.statuses[e.Head] != forks.StatusSuccess {
			s.t.Fatalf("a merge of %+v", pull)
		}
		pull.State = forks.PullMerged
		return nil
	}
	if s.closed[p.Number]++; s.closed[p.Number] > 1 {
		s.undone("what a person opened again is closed again")
	}
	pull.State, pull.By = forks.PullClosed, me
	return nil
}

// attendant keeps the records of one fork between looks.
type attendant struct {
	*service
	wishes    []pulls.Wish
	records   map[forks.ProposalID]forks.PullRecord
	dashboard forks.PullRecord
	board     string
	requests  map[string]bool // sources
}

func (a *attendant) input() pulls.ReconcileInput {
	seen, _ := a.Look(context.Background(), forks.PullQuestion{})
	in := pulls.ReconcileInput{Traits: a.Traits(), Wishes: a.wishes, Records: a.records, DashboardRecord: a.dashboard, Seen: seen, Now: a.clock,
		Tracks: []string{track}, Dashboard: a.board, DashboardTitle: "dashboard", Standings: map[string]forks.Standing{}}
	for _, name := range pulls.Names(in) {
		in.Standings[name], _ = a.Standing(context.Background(), forks.Account{Login: name})
	}
	return in
}

// round looks, decides and acts once. It reports how many effects and new requests there
// were.
func (a *attendant) round(faulty bool) int {
	in := a.input()
	out := pulls.Reconcile(in)
	if again := pulls.Reconcile(in); !reflect.DeepEqual(again, out) {
		a.t.Fatalf("decided in two ways:\n%s\n%s", asJSON(out), asJSON(again))
	}
	asked := len(a.requests)
	for _, r := range out.Requests {
		a.request(r)
	}
	a.records, a.dashboard = out.Records, out.DashboardRecord
	unsure := map[forks.ProposalID]bool{}
	for _, e := range out.Effects {
		if unsure[e.Proposal] {
			continue
		}
		rec := a.records[e.Proposal]
		if e.Proposal == "" {
			rec = a.dashboard
		}
		rec, err := a.act(rec, e, faulty)
		unsure[e.Proposal] = err != nil
		if e.Proposal == "" {
			a.dashboard = rec
		} else {
			a.records[e.Proposal] = rec
		}
	}
	return len(out.Effects) + len(a.requests) - asked
}

// act carries an effect out, or loses its answer.
func (a *attendant) act(rec forks.PullRecord, e pulls.Effect, faulty bool) (forks.PullRecord, error) {
	fault := "none"
	if faulty {
		fault = rapid.SampledFrom([]string{"none", "none", "lost", "not done"}).Draw(a.t, "fault of "+string(e.Kind))
	}
	if fault == "not done" {
		return rec, errors.New(fault)
	}
	done, err := e.Do(context.Background(), a, 1)
	if err != nil {
		a.t.Fatal(err)
	}
	if fault == "lost" {
		return rec, errors.New(fault)
	}
	return pulls.Record(rec, e, done), nil
}

// request is taken by a pass at once, or never.
func (a *attendant) request(r forks.Request) {
	if r.Source == "" || r.Track == "" {
		a.t.Fatalf("request %+v", r)
	}
	if a.requests[r.Source] {
		return
	}
	a.requests[r.Source] = true
	for i := range a.wishes {
		w := &a.wishes[i]
		switch {
		case w.Proposal.ID != r.Proposal:
		case r.Verb == forks.VerbDecline:
			a.status(w, forks.Declined)
		case r.Verb == forks.VerbReopen:
			a.status(w, forks.Open)
		}
	}
}

func (a *attendant) status(w *pulls.Wish, status forks.ProposalStatus) {
	if w.Proposal.Status != status {
		w.Proposal.Status = status
		delete(a.staged, a.newest[w.Proposal.ID])
	}
}

// settle goes on until nothing is left to do.
func (a *attendant) settle() {
	for range rapid.IntRange(0, 2).Draw(a.t, "faulty rounds") {
		a.round(true)
	}
	for range 6 {
		if a.round(false) == 0 {
			records, dashboard := asJSON(a.records), asJSON(a.dashboard)
			if a.round(false) != 0 || asJSON(a.records) != records || asJSON(a.dashboard) != dashboard {
				a.t.Fatalf("a record changes though nothing did:\n%s\n%s", records, asJSON(a.records))
			}
			return
		}
	}
	a.t.Fatalf("there is no end: %s", tellAll(pulls.Reconcile(a.input())))
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// passes changes what is wished, as passes do.
func (a *attendant) passes() {
	some := func(what string, from ...string) []string {
		return slices.DeleteFunc(from, func(string) bool { return rapid.Bool().Draw(a.t, what) })
	}
	a.board = rapid.SampledFrom([]string{"lag 1", "lag 2"}).Draw(a.t, "dashboard")
	for i := range a.wishes {
		w := &a.wishes[i]
		n := a.newest[w.Proposal.ID]
		w.Title = rapid.SampledFrom([]string{"one", "two", "three"}).Draw(a.t, "title")
		w.Text = rapid.SampledFrom([]string{"text 1", "text 2", "text 3"}).Draw(a.t, "text")
		w.Labels = some("no label", "auxsync", "needs-maintainer", "x")
		w.People = forks.People{Assignees: some("not asked", "a", "b", "left-out"), Reviewers: some("no review", "org/nix")}
		w.NotFor = some("not against", "a", "b")
		a.unassigned[n] = slices.DeleteFunc(a.unassigned[n], func(name string) bool { return slices.Contains(w.NotFor, name) })
		w.Review = &forks.SuggestedReview{Commit: w.Proposal.Fix}
		w.Waiting.Stage = rapid.IntRange(0, 3).Draw(a.t, "stage")
		a.others[w.Proposal.ID] = w.Waiting.Stage >= pulls.StageOthers
		w.Reminder = pulls.Reminder{Stage: w.Waiting.Stage, Text: rapid.SampledFrom([]string{"until one", "until two"}).Draw(a.t, "reminder")}
		w.Hush = rapid.IntRange(0, 5).Draw(a.t, "quiet hours") == 0
		w.Quiet = rapid.IntRange(0, 5).Draw(a.t, "paused") == 0
		if p := a.shown[n]; p != nil && p.State == forks.PullMerged && w.Proposal.Status.Live() {
			a.status(w, forks.Harvested)
		} else if w.Proposal.Status.Live() {
			a.status(w, rapid.SampledFrom([]forks.ProposalStatus{forks.Open, forks.Open, forks.Ready, forks.Ready, forks.Withdrawn}).Draw(a.t, "status"))
		}
		if !w.Proposal.Status.Live() {
			w.Closing = rapid.SampledFrom([]string{"taken in", "published"}).Draw(a.t, "closing")
		} else {
			w.Closing = ""
		}
	}
}

// people changes one of the pull requests.
func (a *attendant) people() {
	if len(a.shown) == 0 {
		return
	}
	n := rapid.SampledFrom(slices.Sorted(maps.Keys(a.shown))).Draw(a.t, "number")
	p := a.touched(forks.Pull{Number: n})
	switch rapid.SampledFrom([]string{"title", "note", "bare", "label", "unlabel", "choose", "unassign", "stage", "close", "reopen", "merge", "push", "approve", "say", "edit"}).Draw(a.t, "person") {
	case "title":
		p.Title = fmt.Sprintf("a person's %d", a.id())
		a.titles[n] = p.Title
	case "note":
		a.notes[n] = fmt.Sprintf("a note %d\n", a.id())
		p.Body = a.notes[n] + p.Body
	case "bare":
		p.Body, a.notes[n], a.bare[n] = rapid.SampledFrom([]string{"", "gone"}).Draw(a.t, "body"), "", true
	case "label":
		p.Labels = append(p.Labels, "person's "+fmt.Sprint(a.id()))
	case "unlabel":
		if len(p.Labels) > 0 {
			a.unlabelled[n], p.Labels = append(a.unlabelled[n], p.Labels[0]), p.Labels[1:]
		}
	case "choose":
		name := fmt.Sprintf("chosen%d", a.id())
		p.Assignees, a.chosen[n] = append(p.Assignees, name), append(a.chosen[n], name)
	case "unassign":
		if len(p.Assignees) > 0 {
			gone := p.Assignees[0]
			a.unassigned[n], p.Assignees = append(a.unassigned[n], gone), p.Assignees[1:]
			a.chosen[n] = slices.DeleteFunc(a.chosen[n], func(name string) bool { return name == gone })
		}
	case "stage":
		if p.State == forks.PullOpen {
			p.Draft, a.staged[n] = !p.Draft, true
		}
	case "push":
		p.Head = headOf(p.ID, rapid.IntRange(0, 3).Draw(a.t, "head"))
	case "approve":
		p.Reviews = append(p.Reviews, forks.PullReview{ID: a.id(), By: rapid.SampledFrom([]string{"wim", "eve"}).Draw(a.t, "by"), Verdict: forks.ReviewApproved, Commit: p.Head})
	case "say":
		p.Comments = append(p.Comments, forks.PullComment{ID: a.id(), By: rapid.SampledFrom([]string{"wim", "eve", "a"}).Draw(a.t, "by"),
			Body: rapid.SampledFrom([]string{"/auxsync drop", "/auxsync pause", "/auxsync what", "/auxsync retry", "hello"}).Draw(a.t, "words")})
	default:
		a.turn(p)
	}
}

// turn closes, opens again or merges it.
func (a *attendant) turn(p *forks.Pull) {
	switch {
	case p.State == forks.PullClosed:
		p.State, p.By = forks.PullOpen, ""
	case p.State == forks.PullOpen && p.ID != "" && rapid.Bool().Draw(a.t, "merges"):
		p.State, p.By = forks.PullMerged, "wim"
	case p.State == forks.PullOpen:
		p.State, p.By = forks.PullClosed, "wim"
	}
}

func TestReconcileUndoesNothingThatPeopleDid(t *testing.T) {
	t.Parallel()
	for name, strict := range map[string]bool{"with its records": true, "though its records are lost": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				a := &attendant{service: newService(t, strict), records: map[forks.ProposalID]forks.PullRecord{}, requests: map[string]bool{}}
				for _, id := range []forks.ProposalID{"c1", "c2"} {
					p := recorded(forks.Open)
					p.ID, p.Fix = id, headOf(id, 0)
					a.wishes = append(a.wishes, pulls.Wish{Track: track, Proposal: p, ApproveMerges: true})
				}
				for range rapid.IntRange(1, 5).Draw(t, "days") {
					a.passes()
					a.settle()
					for range rapid.IntRange(0, 3).Draw(t, "acts") {
						a.people()
					}
					if !strict && rapid.IntRange(0, 2).Draw(t, "loses its records") == 0 {
						a.records, a.dashboard = map[forks.ProposalID]forks.PullRecord{}, forks.PullRecord{}
					}
					a.settle()
				}
			})
		})
	}
}
