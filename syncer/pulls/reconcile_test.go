package pulls_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

const me = "auxsync-bot"

// framed is the body of the pull request as auxsync left it, with that text.
func framed(text string) string { return marked(func(*pulls.Mark) {}, text) }

// marked is a body whose mark says something else.
func marked(do func(*pulls.Mark), text string) string {
	m := pulls.Mark{ID: recorded(forks.Open).ID, Track: track, Title: pulls.Digest("title"), Labels: []string{"auxsync"}, Assignees: []string{"ada"}}
	do(&m)
	return pulls.Framed(m, text)
}

// board is the body of the dashboard with that text.
func board(text string) string {
	return pulls.Framed(pulls.Mark{Title: pulls.Digest("dashboard")}, text)
}

var markPattern = regexp.MustCompile(`<!-- auxsync:begin v1 [^ ]+ -->`)

// unmarked is a body without what its mark says.
func unmarked(body string) string { return markPattern.ReplaceAllString(body, "<begin>") }

// edited is an edit in a few words.
func edited(title, body string) string { return fmt.Sprintf("edit %q %q", title, unmarked(body)) }

// attended is one proposal with its pull request, as auxsync left it: nothing is to do.
type attended struct {
	in   pulls.ReconcileInput
	wish *pulls.Wish
	rec  forks.PullRecord
	seen forks.Pull
}

func attendedPull() *attended {
	p := recorded(forks.Open)
	no := false
	s := &attended{
		in: pulls.ReconcileInput{
			Traits: forks.ForgeTraits{Pages: true}, Now: now, Tracks: []string{track, "aux-next"},
			Seen: forks.SeenPulls{Me: me},
			Standings: map[string]forks.Standing{
				"ada": {Login: "Ada", Exists: true, Assignable: true}, "wim": {Login: "wim", Exists: true, Write: true, Assignable: true},
				"eve": {Login: "eve", Exists: true}, "robot": {Login: "robot", Exists: true, Bot: true, Write: true},
			},
		},
		rec: forks.PullRecord{
			Number: 7, URL: "https://forge.example/7", State: forks.PullOpen, Updated: now, Head: p.Fix, Title: pulls.Digest("title"), Body: pulls.Digest(framed("text")),
			Labels: []string{"auxsync"}, Assignees: []string{"ada"}, Ready: &no, Status: forks.StatusFailure, StatusOn: p.Fix,
		},
		seen: forks.Pull{
			ID: p.ID, Track: track, Number: 7, URL: "https://forge.example/7", State: forks.PullOpen, Draft: true, Head: p.Fix, Base: p.Onto,
			Title: "title", Body: framed("text"), Updated: now, Labels: []string{"auxsync"}, Assignees: []string{"Ada"}, Status: forks.StatusFailure,
		},
	}
	s.in.Wishes = []pulls.Wish{{
		Track: track, Proposal: p, Title: "title", Text: "text", Labels: []string{"auxsync"},
		People: forks.People{Assignees: []string{"ada"}}, ApproveMerges: true,
	}}
	s.wish = &s.in.Wishes[0]
	return s
}

func (s *attended) decide() pulls.Reconciled {
	id := s.wish.Proposal.ID
	s.in.Records, s.in.Seen.Pulls = map[forks.ProposalID]forks.PullRecord{}, map[forks.ProposalID]forks.Pull{}
	if s.rec.Number != 0 || s.rec.Refused != nil {
		s.in.Records[id] = s.rec
	}
	if s.seen.Number != 0 {
		s.in.Seen.Pulls[id] = s.seen
	}
	before, _ := json.Marshal(s.in)
	out := pulls.Reconcile(s.in)
	if after, _ := json.Marshal(s.in); string(before) != string(after) {
		panic("the input was changed")
	}
	return out
}

func (s *attended) comment(by, body string) *forks.PullComment {
	s.seen.Comments = append(s.seen.Comments, forks.PullComment{ID: int64(100 + len(s.seen.Comments)), By: by, Body: body, At: later, URL: "https://forge.example/c"})
	return &s.seen.Comments[len(s.seen.Comments)-1]
}

// unassigned has a pull request about which nobody was asked.
func (s *attended) unassigned() {
	s.seen.Assignees, s.wish.People, s.rec.Assignees = nil, forks.People{}, nil
	s.seen.Body = marked(func(m *pulls.Mark) { m.Assignees = nil }, "text")
}

func (s *attended) settle() {
	s.wish.Proposal.Status, s.wish.Proposal.Touched, s.wish.Proposal.Settled = forks.Ready, true, hash(9)
	s.seen.Head, s.seen.Status, s.seen.Draft = hash(9), forks.StatusSuccess, false
	s.rec.Status, s.rec.StatusOn, s.rec.Ready = forks.StatusSuccess, hash(9), new(true)
}

func (s *attended) approve(by string) *forks.PullReview {
	s.seen.Reviews = append(s.seen.Reviews, forks.PullReview{ID: int64(len(s.seen.Reviews)), By: by, Verdict: forks.ReviewApproved, Commit: s.seen.Head, At: later})
	return &s.seen.Reviews[len(s.seen.Reviews)-1]
}

// told is an effect in a few words.
func told(e pulls.Effect) string {
	switch e.Kind {
	case pulls.DoOpen:
		return "open " + e.Opening.Title
	case pulls.DoEdit:
		if e.Text.Title == "" && e.Text.Body != e.Pull.Body && unmarked(e.Text.Body) == unmarked(e.Pull.Body) {
			return "mark"
		}
		return edited(e.Text.Title, e.Text.Body)
	case pulls.DoStage:
		return fmt.Sprintf("ready %v", e.Ready)
	case pulls.DoLabel:
		return fmt.Sprintf("label +%v -%v", e.Add, e.Remove)
	case pulls.DoAsk:
		return fmt.Sprintf("ask +%v%v -%v%v", e.Ask.Assignees, e.Ask.Reviewers, e.Unask.Assignees, e.Unask.Reviewers)
	case pulls.DoStatus:
		return fmt.Sprintf("status %s on %s", e.Status, e.Commit.Short())
	case pulls.DoSuggest:
		return "suggest on " + e.Review.Commit.Short()
	case pulls.DoComment:
		if strings.HasPrefix(e.For, "refused by ") {
			return "comment to a stranger"
		}
		return fmt.Sprintf("comment %d %s", e.Comment, e.For)
	case pulls.DoReact:
		return fmt.Sprintf("react %d %s", e.Comment, e.Reaction)
	case pulls.DoEnd:
		if e.Ending.Reopen {
			return "reopen"
		}
		return fmt.Sprintf("end merge=%v", e.Ending.Merge)
	}
	return "?"
}

func tellAll(out pulls.Reconciled) string {
	var list []string
	for _, e := range out.Effects {
		list = append(list, told(e))
	}
	for _, r := range out.Requests {
		list = append(list, fmt.Sprintf("request %s %s by %q", r.Verb, r.Track, r.Who))
	}
	return strings.Join(list, "; ")
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	const gone = "no markers here"
	on := func(n byte) string { return hash(n).Short() }
	for _, c := range []struct {
		name string
		do   func(s *attended)
		want string
	}{
		{"nothing is done where all is as it should be", func(*attended) {}, ""},
		{"a live proposal without a pull request is opened", func(s *attended) { s.rec, s.seen = forks.PullRecord{}, forks.Pull{} }, "open title"},
		{"one that is unresolved too", func(s *attended) {
			s.rec, s.seen, s.wish.Proposal.Status = forks.PullRecord{}, forks.Pull{}, forks.Unresolved
		}, "open title"},
		{"one that is over is not opened", func(s *attended) {
			s.rec, s.seen, s.wish.Proposal.Status, s.wish.Closing = forks.PullRecord{}, forks.Pull{}, forks.Withdrawn, "over"
		}, ""},
		{"a paused track opens nothing", func(s *attended) { s.rec, s.seen, s.wish.Quiet = forks.PullRecord{}, forks.Pull{}, true }, ""},
		{"one that is known and not found is not opened again", func(s *attended) { s.seen = forks.Pull{} }, ""},
		{"a paused track writes nothing", func(s *attended) {
			s.wish.Title, s.wish.Text, s.wish.Labels, s.seen.Status, s.wish.Quiet = "new", "new", nil, "", true
		}, ""},
		{"a forge without pages is asked for nothing", func(s *attended) {
			s.in.Traits.Pages, s.in.Dashboard, s.seen.State = false, "text", forks.PullClosed
			s.comment("wim", "/auxsync drop")
		}, ""},

		{"a new title and text are written together", func(s *attended) { s.wish.Title, s.wish.Text = "new", "other" },
			edited("new", framed("other"))},
		{"only the region is replaced", func(s *attended) {
			s.wish.Text, s.seen.Body = "other", "above\n"+framed("text")+"below"
		}, edited("", "above\n"+framed("other")+"below")},
		{"a title alone leaves the body as it is", func(s *attended) { s.wish.Title, s.seen.Body = "new", gone }, edited("new", gone)},
		{"a person's title stays", func(s *attended) { s.wish.Title, s.seen.Title = "new", "a person's" }, "mark"},
		{"a person's change in the text stays while there is nothing new", func(s *attended) { s.seen.Body = framed("changed") }, ""},
		{"a body without markers is a person's", func(s *attended) { s.wish.Text, s.seen.Body = "other", gone }, ""},
		{"a body that a person emptied stays empty", func(s *attended) { s.wish.Text, s.seen.Body = "other", " \n" }, ""},
		{"other line ends are no change", func(s *attended) { s.seen.Body, s.rec.Body = strings.ReplaceAll(s.seen.Body, "\n", "\r\n"), "" }, ""},
		{"an edit whose answer was lost is not repeated", func(s *attended) {
			s.wish.Title, s.wish.Text, s.seen.Title, s.seen.Body = "new", "other", "new", marked(func(m *pulls.Mark) { m.Title = pulls.Digest("new") }, "other")
		}, ""},
		{"the texts of a foreign one stay", func(s *attended) { s.wish.Title, s.wish.Text, s.seen.Foreign = "new", "other", true }, ""},

		{"a label is added", func(s *attended) { s.wish.Labels = []string{"auxsync", "x"} }, "label +[x] -[]; mark"},
		{"a label that a person removed is not added again", func(s *attended) { s.seen.Labels = nil }, ""},
		{"a label that is not wished any more is taken back", func(s *attended) { s.wish.Labels = nil }, "label +[] -[auxsync]; mark"},
		{"a label that somebody else added stays", func(s *attended) { s.seen.Labels = []string{"auxsync", "urgent"} }, ""},
		{"labels are the same in any case", func(s *attended) { s.wish.Labels = []string{"AuxSync"} }, ""},

		{"somebody new is asked", func(s *attended) {
			s.wish.People = forks.People{Assignees: []string{"ADA", "bob"}, Reviewers: []string{"org/nix", me}}
		}, "ask +[bob][org/nix] -[][]; mark"},
		{"who was left out by the forge is not asked again", func(s *attended) {
			s.wish.People.Assignees, s.rec.Assignees = []string{"ada", "bob"}, []string{"ada", "bob"}
		}, "mark"},
		{"who was taken off by a person is not asked again", func(s *attended) { s.seen.Assignees = nil }, ""},
		{"who said no is taken off", func(s *attended) { s.wish.NotFor, s.wish.People.Assignees = []string{"Ada"}, []string{"bob"} }, "ask +[bob][] -[ada][]; mark"},
		{"who said no and was assigned by a person stays", func(s *attended) {
			s.wish.NotFor, s.seen.Assignees, s.wish.People.Assignees = []string{"eve"}, []string{"ada", "eve"}, nil
		}, ""},
		{"where a person chose somebody nobody is added", func(s *attended) {
			s.seen.Assignees, s.wish.People = []string{"eve"}, forks.People{Assignees: []string{"bob"}, Reviewers: []string{"org/nix"}}
		}, ""},
		{"but who took it on", func(s *attended) {
			s.seen.Assignees, s.wish.People.Assignees, s.wish.Proposal.Claimed = []string{"eve"}, []string{"bob"}, "Bob"
		}, "ask +[bob][] -[][]; mark"},
		{"who answered a request for a review is not asked again", func(s *attended) {
			s.wish.People.Reviewers, s.rec.Reviewers = []string{"wim"}, []string{"wim"}
		}, "mark"},

		{"a settled one is made ready and shown as settled", func(s *attended) {
			s.settle()
			s.seen.Draft, s.seen.Status, s.rec.Ready = true, "", nil
		}, "status success on " + on(9) + "; ready true"},
		{"a ready one that a person made a draft stays a draft", func(s *attended) { s.settle(); s.seen.Draft = true }, ""},
		{"also one that a person had made ready", func(s *attended) { s.settle(); s.seen.Draft, s.rec.Ready, s.rec.Shown = true, nil, true }, ""},
		{"one that was ready while it was settled is remembered as that until it is open again", func(s *attended) {
			s.settle()
			s.rec.Ready = nil
			s.rec = s.decide().Records[s.wish.Proposal.ID]
			s.seen.Draft = true
		}, ""},
		{"what auxsync made ready becomes a draft again", func(s *attended) { s.seen.Draft, s.rec.Ready = false, new(true) }, "ready false"},
		{"what a person made ready stays ready", func(s *attended) { s.seen.Draft = false }, ""},
		{"a head that was not judged is not settled", func(s *attended) {
			s.settle()
			s.wish.Proposal.Settled = hash(8)
			s.approve("wim")
		}, "status failure on " + on(9)},
		{"nor is one of which it is not known what was judged", func(s *attended) {
			s.settle()
			s.wish.Proposal.Settled = forks.Hash{}
			s.approve("wim")
		}, "status failure on " + on(9)},
		{"a new head gets its status", func(s *attended) { s.seen.Head, s.seen.Status = hash(9), "" }, "status failure on " + on(9)},
		{"a status that somebody changed is put right", func(s *attended) { s.seen.Status = forks.StatusSuccess }, "status failure on " + on(2)},
		{"a pull request without a head has no status", func(s *attended) { s.seen.Head, s.seen.Status = forks.Hash{}, "" }, ""},

		{"suggestions are written on our own head", func(s *attended) { s.wish.Review = &forks.SuggestedReview{Commit: hash(2)} }, "suggest on " + on(2)},
		{"once", func(s *attended) { s.wish.Review, s.rec.Suggested = &forks.SuggestedReview{Commit: hash(2)}, hash(2) }, ""},
		{"and not where a review of ours is there", func(s *attended) {
			s.wish.Review, s.seen.Reviews = &forks.SuggestedReview{Commit: hash(2)}, []forks.PullReview{{Mine: true, Commit: hash(2)}}
		}, ""},
		{"and not on a person's head", func(s *attended) {
			s.wish.Review, s.seen.Head = &forks.SuggestedReview{Commit: hash(2)}, hash(9)
		}, ""},

		{"an approval merges", func(s *attended) { s.settle(); s.approve("wim") }, "end merge=true"},
		{"also of the one assigned", func(s *attended) { s.settle(); s.approve("ada") }, "end merge=true"},
		{"not of somebody else", func(s *attended) { s.settle(); s.approve("eve") }, ""},
		{"not of a bot", func(s *attended) { s.settle(); s.approve("robot"); s.approve("wim").Bot = true }, ""},
		{"not of auxsync", func(s *attended) { s.settle(); s.approve("wim").Mine = true; s.approve(me) }, ""},
		{"not of another head", func(s *attended) { s.settle(); s.approve("wim").Commit = hash(8) }, ""},
		{"not if the same person said otherwise later", func(s *attended) { s.settle(); s.approve("wim"); s.approve("Wim").Verdict = forks.ReviewDismissed }, ""},
		{"a later comment of the same person takes nothing back", func(s *attended) { s.settle(); s.approve("wim"); s.approve("Wim").Verdict = forks.ReviewCommented }, "end merge=true"},
		{"not while somebody who may decide wants changes", func(s *attended) { s.settle(); s.approve("ada").Verdict = forks.ReviewChanges; s.approve("wim") }, ""},
		{"also of an older head", func(s *attended) {
			s.settle()
			s.approve("wim")
			r := s.approve("ada")
			r.Verdict, r.Commit = forks.ReviewChanges, hash(8)
		}, ""},
		{"who may not decide does not stop it", func(s *attended) { s.settle(); s.approve("wim"); s.approve("eve").Verdict = forks.ReviewChanges }, "end merge=true"},
		{"not where approvals do not merge", func(s *attended) { s.settle(); s.approve("wim"); s.wish.ApproveMerges = false }, ""},
		{"not while it is open", func(s *attended) { s.approve("wim") }, ""},
		{"not before it is shown as settled", func(s *attended) { s.settle(); s.approve("wim"); s.seen.Status = "" }, "status success on " + on(9)},
		{"not while it is a draft", func(s *attended) { s.settle(); s.approve("wim"); s.seen.Draft = true }, ""},
		{"not while the track is paused", func(s *attended) { s.settle(); s.approve("wim"); s.wish.Quiet = true }, ""},

		{"what is over gets its comment and is closed", func(s *attended) { s.wish.Proposal.Status, s.wish.Closing = forks.Withdrawn, "over" },
			"comment 0 closing; end merge=false"},
		{"what was merged gets its comment", func(s *attended) {
			s.wish.Proposal.Status, s.wish.Closing, s.seen.State = forks.Harvested, "over", forks.PullMerged
		}, "comment 0 closing"},
		{"what a person opened again after the end stays open", func(s *attended) { s.wish.Proposal.Status, s.rec.Closed = forks.Withdrawn, true }, ""},
		{"what is over is not edited, and its labels are kept", func(s *attended) {
			s.wish.Proposal.Status, s.wish.Labels, s.wish.Title, s.seen.State = forks.Cleaned, []string{"done"}, "new", forks.PullClosed
		}, "label +[done] -[auxsync]"},
		{"a declined one stays as the person left it", func(s *attended) {
			s.wish.Proposal.Status, s.seen.State, s.rec.State, s.wish.Closing = forks.Declined, forks.PullClosed, forks.PullClosed, "declined"
		}, "comment 0 closing"},
		{"one that was declined elsewhere is closed", func(s *attended) { s.wish.Proposal.Status = forks.Declined }, "end merge=false"},

		{"closing it declines", func(s *attended) { s.seen.State, s.seen.By, s.wish.Labels = forks.PullClosed, "wim", nil }, `request decline aux-main by "wim"`},
		{"closing it is declining also for the one assigned", func(s *attended) { s.seen.State, s.seen.By = forks.PullClosed, "Ada" }, `request decline aux-main by "Ada"`},
		{"and where it is not known who closed it", func(s *attended) { s.seen.State = forks.PullClosed }, `request decline aux-main by ""`},
		{"closing by a bot declines nothing", func(s *attended) { s.seen.State, s.seen.By = forks.PullClosed, "robot" }, "reopen"},
		{"nor closing by somebody who may not decide", func(s *attended) { s.seen.State, s.seen.By = forks.PullClosed, "eve" }, "reopen"},
		{"which is not undone again at once", func(s *attended) {
			s.seen.State, s.seen.By, s.rec.Reopened = forks.PullClosed, "robot", s.in.Now.Add(-time.Minute)
		}, ""},
		{"but later", func(s *attended) {
			s.seen.State, s.seen.By, s.rec.Reopened = forks.PullClosed, "robot", s.in.Now.Add(-time.Hour)
		}, "reopen"},
		{"nor while the track is paused", func(s *attended) { s.seen.State, s.seen.By, s.wish.Quiet = forks.PullClosed, "robot", true }, ""},
		{"who closed it and is not known yet is waited for", func(s *attended) { s.seen.State, s.seen.By = forks.PullClosed, "mallory" }, ""},
		{"closing declines once", func(s *attended) {
			s.rec.State, s.rec.By = forks.PullClosed, "wim"
			s.seen.State, s.seen.By, s.seen.Updated = forks.PullClosed, "wim", later
		}, ""},
		{"merging it is for the pass", func(s *attended) { s.seen.State, s.seen.By = forks.PullMerged, "wim" }, ""},
		{"closing by auxsync declines nothing", func(s *attended) { s.seen.State, s.rec.Closed = forks.PullClosed, true }, ""},
		{"also where that was not written down", func(s *attended) { s.seen.State, s.seen.By = forks.PullClosed, "AuxSync-bot" }, ""},
		{"opening a declined one again", func(s *attended) {
			s.wish.Proposal.Status, s.rec.State = forks.Declined, forks.PullClosed
		}, `request reopen aux-main by ""`},
		{"merging a declined one between two looks", func(s *attended) {
			s.wish.Proposal.Status, s.rec.State = forks.Declined, forks.PullClosed
			s.seen.State, s.seen.By = forks.PullMerged, "wim"
		}, `request reopen aux-main by "wim"`},
		{"a stranger's own, closed by the stranger, is no answer", func(s *attended) { s.seen.Foreign, s.seen.State, s.seen.By = true, forks.PullClosed, "eve" }, "open title"},
		{"one of a stranger, closed by who may push, is one", func(s *attended) {
			s.seen.Foreign, s.seen.State, s.seen.By = true, forks.PullClosed, "wim"
		}, `request decline aux-main by "wim"`},
		{"who is not known yet is waited for", func(s *attended) { s.seen.Foreign, s.seen.State, s.seen.By = true, forks.PullClosed, "mallory" }, ""},
	} {
		s := attendedPull()
		c.do(s)
		out := s.decide()
		if got := tellAll(out); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if again := s.decide(); !reflect.DeepEqual(out, again) {
			t.Errorf("%s: decided in two ways", c.name)
		}
		for _, e := range out.Effects { // a forge's no is final
			id := s.wish.Proposal.ID
			s.rec = pulls.RecordRefused(out.Records[id], e)
			if e.Kind == pulls.DoOpen {
				s.seen = forks.Pull{}
			}
			if again := tellAll(s.decide()); slices.Contains(strings.Split(again, "; "), told(e)) {
				t.Errorf("%s: refused and yet asked for again: %s", c.name, again)
			}
		}
	}
}

func TestOpensComeFirstAndThenEachInItsOrder(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	w := s.wish
	w.Title, w.Text, w.Labels, w.People.Assignees = "new", "new", []string{"x"}, []string{"bob"}
	w.Review, s.seen.Status, s.rec.Ready, s.seen.Draft = &forks.SuggestedReview{Commit: hash(2)}, "", new(true), false
	s.comment("eve", "/auxsync drop")
	other := *w
	other.Proposal.ID = "c2"
	s.in.Wishes = append(s.in.Wishes, other, other)
	s.in.Dashboard, s.in.DashboardTitle = "lag", "dashboard"
	want := "open new; open dashboard; status failure on " + hash(2).Short() + "; ask +[bob][] -[][]; label +[x] -[auxsync]; suggest on " + hash(2).Short() +
		"; " + edited("new", framed("new")) + "; ready false; comment to a stranger; react 100 confused"
	if got := tellAll(s.decide()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestATitleThatAPersonChangedStaysForGood(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.seen.Title = "a person's"
	s.rec = s.decide().Records[s.wish.Proposal.ID]
	s.wish.Title = "a person's" // by chance
	s.rec = s.decide().Records[s.wish.Proposal.ID]
	s.wish.Title = "another"
	if got := tellAll(s.decide()); got != "mark" {
		t.Error(got)
	}
}

func TestAFoundPullRequestIsAdopted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(s *attended)
		want string
	}{
		{"as it was opened", func(*attended) {}, ""},
		{"its texts are ours if the body has our region", func(s *attended) {
			s.seen.Title, s.seen.Body = "old", marked(func(m *pulls.Mark) { m.Title = pulls.Digest("old") }, "old")
		},
			edited("title", framed("text"))},
		{"and a person's if not", func(s *attended) { s.seen.Title, s.seen.Body = "old", "a person's" }, ""},
		{"and if somebody else opened it", func(s *attended) {
			s.seen.Title, s.seen.Body, s.seen.Foreign = "old", marked(func(m *pulls.Mark) { m.Title = pulls.Digest("old") }, "old"), true
		}, ""},
		{"what was not added yet is", func(s *attended) {
			s.seen.Labels, s.seen.Assignees, s.seen.Body = nil, nil, marked(func(m *pulls.Mark) { m.Labels, m.Assignees = nil, nil }, "text")
		}, "ask +[ada][] -[][]; label +[auxsync] -[]; mark"},
		{"a title that a person changed stays", func(s *attended) { s.seen.Title = "a person's" }, "mark"},
		{"also where there is a new one", func(s *attended) { s.seen.Title, s.wish.Title = "a person's", "new" }, "mark"},
		{"what a person took off stays off", func(s *attended) { s.seen.Labels, s.seen.Assignees = nil, nil }, ""},
		{"labels and people that it has stay", func(s *attended) { s.seen.Labels, s.seen.Assignees = []string{"auxsync", "urgent"}, []string{"eve"} }, ""},
		{"who said no is taken off", func(s *attended) { s.wish.NotFor, s.wish.People.Assignees = []string{"ada"}, []string{"bob"} }, "ask +[bob][] -[ada][]; mark"},
		{"the closing comment is found by its mark", func(s *attended) {
			s.wish.Proposal.Status, s.wish.Closing, s.seen.State = forks.Harvested, "published", forks.PullMerged
			s.comment(me, "taken in\n\n<!-- auxsync:comment closing -->").Mine = true
		}, "comment 100 closing"},
		{"and only if it is ours", func(s *attended) {
			s.wish.Proposal.Status, s.wish.Closing, s.seen.State = forks.Harvested, "published", forks.PullMerged
			s.comment("eve", "fake\n\n<!-- auxsync:comment closing -->")
		}, "comment 0 closing"},
	} {
		s := attendedPull()
		s.rec = forks.PullRecord{}
		c.do(s)
		out := s.decide()
		if got := tellAll(out); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if rec := out.Records[s.wish.Proposal.ID]; rec.Number != 7 || rec.URL == "" || rec.Head != s.seen.Head || rec.State != s.seen.State {
			t.Errorf("%s: %+v", c.name, rec)
		}
	}
}

func TestTheClosingCommentIsEditedInPlace(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	id := s.wish.Proposal.ID
	s.wish.Proposal.Status, s.wish.Closing, s.seen.State = forks.Harvested, "taken in", forks.PullMerged
	e := s.decide().Effects[0]
	if !strings.HasPrefix(e.Body, "taken in\n") {
		t.Fatalf("%+v", e)
	}
	s.rec = pulls.Record(s.decide().Records[id], e, pulls.Done{Comment: 55})
	s.seen.Comments = []forks.PullComment{{ID: 55, By: me, Mine: true, Body: e.Body}}
	if got := tellAll(s.decide()); got != "" {
		t.Error(got)
	}
	s.wish.Closing = "published by pass 9"
	if got := tellAll(s.decide()); got != "comment 55 closing" {
		t.Error(got)
	}
	s.seen.Comments = nil // a person deleted it
	if got := tellAll(s.decide()); got != "" {
		t.Error(got)
	}
}

func TestARequestSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.seen.State, s.seen.By, s.seen.Updated = forks.PullClosed, "wim", time.Unix(1700000000, 0)
	got := s.decide().Requests
	want := forks.Request{
		Track: track, Proposal: s.wish.Proposal.ID, Verb: forks.VerbDecline, Who: "wim", At: s.seen.Updated,
		Source: "pull 7 closed 1700000000", URL: s.seen.URL,
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if rec := s.decide().Records[s.wish.Proposal.ID]; rec.By != "wim" || rec.State != forks.PullClosed || rec.Closed {
		t.Errorf("%+v", rec)
	}
}

func TestWhatIsRememberedOfAnotherRepositoryIsForgotten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, url, repository string
		found                 bool
		want                  string
	}{
		{"the same repository, and the page is gone", "https://forge.example/aux/nix/pull/7", "Aux/Nix", false, ""},
		{"another one", "https://forge.example/aux/old/pull/7", "aux/nix", false, "open title"},
		{"another one of a longer name", "https://forge.example/aux/old-nix/pull/7", "aux/nix", false, "open title"},
		{"a repository that was renamed", "https://forge.example/aux/old/pull/7", "aux/nix", true, ""},
	} {
		s := attendedPull()
		s.rec.URL, s.seen.URL, s.in.Repository = c.url, c.url, c.repository
		if !c.found {
			s.seen = forks.Pull{}
		}
		if got := tellAll(s.decide()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	in := pulls.ReconcileInput{Traits: forks.ForgeTraits{Pages: true}, Dashboard: "lag", DashboardTitle: "dashboard", Now: now, Repository: "aux/nix",
		DashboardRecord: forks.PullRecord{Number: 3, URL: "https://forge.example/aux/old/issues/3"}}
	if got := tellAll(pulls.Reconcile(in)); got != "open dashboard" {
		t.Errorf("the dashboard: %s", got)
	}
}

func TestAMergeThatWasRefusedIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.settle()
	s.approve("wim")
	id := s.wish.Proposal.ID
	for i, wait := range []time.Duration{5, 10, 20, 40, 60, 60} {
		out := s.decide()
		if got := tellAll(out); got != "end merge=true" {
			t.Fatalf("try %d: %q", i, got)
		}
		s.rec = pulls.RecordRefused(out.Records[id], out.Effects[0])
		s.in.Now = s.in.Now.Add(wait*time.Minute - time.Second)
		if got := tellAll(s.decide()); got != "" {
			t.Errorf("%d minutes are not over: %q", wait, got)
		}
		s.in.Now = s.in.Now.Add(time.Second)
	}
	s.rec = pulls.RecordRefused(s.rec, s.decide().Effects[0])
	s.seen.Head, s.wish.Proposal.Settled = hash(8), hash(8)
	s.seen.Reviews[0].Commit = hash(8)
	if got := tellAll(s.decide()); got != "end merge=true" {
		t.Errorf("another head waits too: %q", got)
	}
}

func TestAskedAgainOnAClosedPageOpensItAgain(t *testing.T) {
	t.Parallel()
	s := attendedPull()
	s.seen.State, s.seen.By = forks.PullClosed, "wim"
	s.rec = s.decide().Records[s.wish.Proposal.ID]
	s.seen.Updated = later
	s.comment("wim", "/auxsync retry") // a pass takes both in at once: it was never declined
	s.rec = s.decide().Records[s.wish.Proposal.ID]
	if got := tellAll(s.decide()); got != "reopen; react 100 +1" {
		t.Error(got)
	}
}
