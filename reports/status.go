package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// StatusSchema names the JSON form of [Overview].
const StatusSchema = "auxsync.status/1"

// Phase is where a track stands.
type Phase string

// The phases of a track.
const (
	Found     Phase = "found"     // in config, not adopted yet as far as the cache tells
	Following Phase = "following" // on upstream's tip, as far as the last pass saw
	Holding   Phase = "holding"   // waits at an older upstream commit for decisions
	Paused    Phase = "paused"    // does nothing until somebody resumes it
	Stopped   Phase = "stopped"   // does nothing until a person acts
	Failing   Phase = "failing"   // the last pass failed, and is tried again
)

// Overview tells where every track stands.
type Overview struct {
	At     time.Time     `json:"at"`
	Tracks []TrackStatus `json:"tracks"`
}

// TrackStatus tells where one track stands.
type TrackStatus struct {
	Fork        string        `json:"fork"`
	Track       string        `json:"track"`
	Branch      string        `json:"branch"`
	Upstream    string        `json:"upstream"` // address without credentials
	Follow      string        `json:"follow"`
	History     forks.History `json:"history"`
	Phase       Phase         `json:"phase"`
	Base        forks.Hash    `json:"base"`
	Tip         forks.Hash    `json:"tip"`
	UpstreamTip forks.Hash    `json:"upstream_tip"` // as the last pass saw it
	// Behind counts upstream's first-parent commits after Base; nil if unknown.
	Behind   *int      `json:"behind"`
	LastPass *LastPass `json:"last_pass"`
	// Health says in words how passes go; "" where nobody has made any yet.
	Health string `json:"health"`
	// Trouble is why the last pass failed; "" if it did not.
	Trouble string `json:"trouble"`
	// Next is when the daemon makes the next pass; nil where no daemon tells.
	Next    *time.Time `json:"next_pass"`
	Running bool       `json:"running"` // a pass is being made
	// PolicyTrouble is what is wrong with the fork's policy, such as why the newest
	// one is not in effect; "" if nothing is.
	PolicyTrouble string `json:"policy_trouble"`
	// ForgeTrouble is why the fork's pull requests can be neither read nor written; nil
	// if they can.
	ForgeTrouble *ForgeTrouble `json:"forge_trouble"`

	Patches int `json:"patches"`
	LeftOut int `json:"left_out"` // of Patches

	Hold      *forks.Hold      `json:"hold"`
	Conflicts []OpenConflict   `json:"conflicts"`
	Waiting   []OpenConflict   `json:"waiting"` // conflicts that nobody is asked about yet
	Decisions []forks.Decision `json:"decisions"`
	Stopped   *forks.Stop      `json:"stopped"`
	Paused    *forks.Pause     `json:"paused"`

	address    string // of the fork
	rolledBack bool
}

// PauseEnd returns the command that ends the track's pause.
func (t TrackStatus) PauseEnd() string { return t.Paused.End(t.Track, t.address) }

// ForgeTrouble is an outage of a forge, or a right that is missing there.
type ForgeTrouble struct {
	Since time.Time `json:"since"`
	Why   string    `json:"why"` // from others
}

// LastPass is the newest pass on record.
type LastPass struct {
	Pass int       `json:"pass"`
	At   time.Time `json:"at"`
	// Outcome says in words how it went, if that is known: "published", "failed: …".
	Outcome string `json:"outcome"`
}

// TrackStatusOf takes what config and state tell. State is nil for a track that
// is not adopted. The caller may add Behind and the outcome of the last pass.
func TrackStatusOf(track forks.Track, state *forks.State) TrackStatus {
	t := TrackStatus{
		Fork: track.Fork, Track: track.Name, Branch: track.Branch, Upstream: track.Upstream, Follow: track.Follow,
		History: track.History, Phase: Found, address: track.URL,
	}
	if state == nil {
		return t
	}
	s := *state
	t.Phase, t.History = Following, s.History
	t.Base, t.Tip, t.UpstreamTip = s.Base, s.Tip, s.UpstreamTip
	t.LastPass = &LastPass{Pass: s.Pass, At: s.At}
	t.Hold, t.Stopped, t.Paused, t.Decisions = s.Hold, s.Stopped, s.Paused, s.Decisions
	t.Patches, t.rolledBack = len(s.Patches), s.Rollback != nil
	for _, p := range s.Patches {
		if p.Out != nil {
			t.LeftOut++
		}
	}
	all := ConflictsOf(track.Fork, s)
	t.Waiting = NotAsked(all)
	for _, c := range all {
		if c.Status.Live() {
			t.Conflicts = append(t.Conflicts, c)
		}
	}
	switch {
	case s.Paused != nil:
		t.Phase = Paused
	case s.Stopped != nil:
		t.Phase = Stopped
	case s.Hold != nil && s.Hold.Until.IsZero():
		t.Phase = Holding
	}
	return t
}

// MarshalJSON writes the overview with its schema.
func (o Overview) MarshalJSON() ([]byte, error) {
	type plain Overview // without this method
	w := struct {
		Schema string `json:"schema"`
		plain
	}{StatusSchema, plain(o)}
	w.Tracks = append([]TrackStatus{}, o.Tracks...)
	for i := range w.Tracks {
		t := &w.Tracks[i]
		t.Conflicts, t.Waiting, t.Decisions = notNull(t.Conflicts), notNull(t.Waiting), notNull(t.Decisions)
	}
	return json.Marshal(w)
}

func notNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Status writes one part for each track.
func Status(w io.Writer, o Overview, style Style) error {
	p := &page{style: style}
	if len(o.Tracks) == 0 {
		p.text(0, "No tracks: a track is one branch of a fork that follows one branch of its upstream, and config.toml names none.")
	}
	for _, t := range o.Tracks {
		t.text(p, o.At)
	}
	return p.writeTo(w)
}

func (t TrackStatus) text(p *page, now time.Time) {
	p.heading("%s: %s", forks.Inert(t.Track), t.phase(p))
	follows := forks.Inert(t.Follow) + " of " + forks.Inert(t.Upstream)
	if t.Phase == Found {
		p.fields(
			field{"branch", forks.Inert(t.Branch) + " of the fork " + forks.Inert(t.Fork)},
			field{"follows", follows}, field{"passes", t.passes(now)}, field{"policy", inert(t.PolicyTrouble, maxTrouble)},
			field{"pull requests", t.pulls()},
			field{nextStep, "auxsync adopt " + forks.Inert(t.Track) + " (with --create if the fork has no such branch; until then nothing is ever pushed to it), or, if it was adopted, auxsync sync " + forks.Inert(t.Track)},
		)
		return
	}
	branch := forks.Inert(t.Branch) + " of the fork " + forks.Inert(t.Fork) + ", at " + short(t.Tip) + ": " + count(t.Patches, "patch", "patches")
	if t.LeftOut > 0 {
		branch += fmt.Sprintf(", %d of them left out for now", t.LeftOut)
	}
	hold := ""
	if t.Hold != nil {
		hold = "at " + short(t.Hold.Commit) + ": " + inert(t.Hold.Reason, maxReason)
	}
	stopped, next := "", ""
	if t.Stopped != nil {
		stopped = joined(", since ", inert(t.Stopped.Reason, maxReason), stamp(t.Stopped.At))
		next = forks.Inert(t.Stopped.Next)
	}
	if t.Paused != nil {
		next = t.PauseEnd()
	}
	p.fields(
		field{"branch", branch}, field{"follows", follows}, field{"base", t.base()}, field{"last pass", t.lastPass(now)},
		field{"passes", t.passes(now)}, field{"waits", hold},
		field{"policy", inert(t.PolicyTrouble, maxTrouble)}, field{"pull requests", t.pulls()}, field{"paused", pausedBy(t.Paused)}, field{"stopped", stopped}, field{nextStep, next},
	)
	t.asks(p, now)
}

// phase says where the track stands, with the colour of it.
func (t TrackStatus) phase(p *page) string {
	switch t.Phase {
	case Holding:
		if t.rolledBack {
			return p.toned(warn, "rolled back, until somebody resumes it")
		}
		return p.toned(warn, t.Phase.Words())
	case Found, Paused:
		return p.toned(warn, t.Phase.Words())
	case Following:
		return p.toned(good, t.Phase.Words())
	}
	return p.toned(bad, t.Phase.Words())
}

// Words is the phase as people read it.
func (p Phase) Words() string {
	switch p {
	case Found:
		return "not adopted yet, as far as is known here"
	case Following:
		return "following upstream"
	case Holding:
		return "holding, until conflicts are decided"
	case Paused:
		return "paused, until somebody resumes it"
	case Failing:
		return "failing, the next pass tries again"
	}
	return "stopped, needs a person"
}

func (t TrackStatus) base() string {
	text := short(t.Base)
	switch {
	case t.Behind == nil:
	case *t.Behind == 0:
		text += ", upstream's newest commit"
	default:
		text += ", " + count(*t.Behind, "commit", "commits") + " behind upstream"
	}
	return text
}

func (t TrackStatus) lastPass(now time.Time) string {
	if t.LastPass == nil {
		return ""
	}
	text := joined(", ", fmt.Sprintf("number %d", t.LastPass.Pass), stamp(t.LastPass.At), Ago(now, t.LastPass.At))
	if t.LastPass.Outcome != "" {
		text += ": " + inert(t.LastPass.Outcome, maxReason)
	}
	return text
}

// passes says how passes go and when the next one is due.
func (t TrackStatus) passes(now time.Time) string {
	next := ""
	switch {
	case t.Running:
		next = "one is being made"
	case t.Next != nil && t.Next.After(now):
		next = "the next in " + forks.Ago(t.Next.Sub(now))
	case t.Next != nil:
		next = "the next is due"
	}
	return joined(": ", joined(", ", forks.Inert(t.Health), next), inert(t.Trouble, maxTrouble))
}

// pulls says that the pull requests cannot be used; "" if they can.
func (t TrackStatus) pulls() string {
	if t.ForgeTrouble == nil {
		return ""
	}
	return "cannot be used since " + stamp(t.ForgeTrouble.Since) + ", fetching and rebasing go on: " + inert(t.ForgeTrouble.Why, maxTrouble)
}

// asks lists what waits for people.
func (t TrackStatus) asks(p *page, now time.Time) {
	if len(t.Conflicts) > 0 {
		p.b.WriteByte('\n')
		p.text(2, "%s for people to decide (auxsync explain CONFLICT says how):", count(len(t.Conflicts), "conflict waits", "conflicts wait"))
		p.conflicts(t.Conflicts, now)
	}
	p.notAsked(t.Waiting, now)
	if len(t.Decisions) > 0 {
		p.b.WriteByte('\n')
		p.text(2, "%s that only a person can make:", count(len(t.Decisions), "decision", "decisions"))
		for _, d := range t.Decisions {
			p.fields(field{inert(string(d.Patch), 16), forks.Inert(d.Question)})
		}
	}
}

// conflicts lists conflicts, each with its pull request if there is one.
func (p *page) conflicts(list []OpenConflict, now time.Time) {
	var rows []row
	for _, c := range list {
		r := row{cells: []cell{
			{inert(string(c.ID), 16), plain}, answer(c.Status), {Ago(now, c.Opened), plain}, {forks.Inert(c.Named()), plain},
		}}
		if c.Number > 0 {
			r.note = "pull request " + c.pullRequest()
		}
		r.note = joined("; ", r.note, c.glance())
		rows = append(rows, r)
	}
	p.table([]string{"conflict", "is", "asked", "patch"}, rows)
}
