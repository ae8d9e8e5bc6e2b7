package syncertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// Store is the index and the history in memory. To give a syncer a new one is what
// becomes of a deleted database. It is safe for concurrent use.
type Store struct {
	clock clockwork.Clock

	mu           sync.Mutex
	tracks       map[trackKey]*trackRows
	passes       []forks.PassRecord
	intents      []forks.Intent
	events       []forks.Event
	requests     []forks.RequestRecord
	dashboards   map[string]forks.PullRecord
	forgeWaits   map[string]time.Time
	forgeReasons map[string]string
}

type trackKey struct{ fork, track string }

// trackRows is what is known of a track.
type trackRows struct {
	newest      forks.Hash
	states      map[forks.Hash]forks.State
	fingerprint string
	records     map[forks.ProposalID]forks.PullRecord
}

var (
	_ syncer.Store      = (*Store)(nil)
	_ syncer.ForgeStore = (*Store)(nil)
)

// NewStore returns an empty one, which dates what it stores by clock.
func NewStore(clock clockwork.Clock) *Store {
	return &Store{clock: clock, tracks: map[trackKey]*trackRows{}, dashboards: map[string]forks.PullRecord{},
		forgeWaits: map[string]time.Time{}, forgeReasons: map[string]string{}}
}

// rows are those of a track, made on first sight. The store is locked.
func (s *Store) rows(fork, track string) *trackRows {
	key := trackKey{fork, track}
	if s.tracks[key] == nil {
		s.tracks[key] = &trackRows{states: map[forks.Hash]forks.State{}, records: map[forks.ProposalID]forks.PullRecord{}}
	}
	return s.tracks[key]
}

// Passes lists what RecordPass was given, oldest first.
func (s *Store) Passes() []forks.PassRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.passes)
}

// Events lists what AddEvent was given, oldest first.
func (s *Store) Events() []forks.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Intents lists all intents, oldest first.
func (s *Store) Intents() []forks.Intent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.intents)
}

// States returns the states that were indexed of a track, by state commit.
func (s *Store) States(fork, track string) map[forks.Hash]forks.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.rows(fork, track).states)
}

// Index implements [syncer.Store].
func (s *Store) Index(_ context.Context, fork, track string, stateCommit forks.Hash, state forks.State) error {
	if stateCommit.IsZero() {
		return errors.New("index a state: it has no commit")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.rows(fork, track)
	rows.newest, rows.states[stateCommit] = stateCommit, state
	return nil
}

// Indexed implements [syncer.Store].
func (s *Store) Indexed(_ context.Context, fork, track string, stateCommit forks.Hash) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.rows(fork, track).states[stateCommit]
	return ok, nil
}

// Newest implements [syncer.Store].
func (s *Store) Newest(_ context.Context, fork, track string) (forks.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows(fork, track).newest, nil
}

// RecordPass implements [syncer.Store].
func (s *Store) RecordPass(_ context.Context, p forks.PassRecord) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passes = append(s.passes, p)
	return int64(len(s.passes)), nil
}

// AddEvent implements [syncer.Store].
func (s *Store) AddEvent(_ context.Context, e forks.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	return nil
}

// Fingerprint implements [syncer.Store].
func (s *Store) Fingerprint(_ context.Context, fork, track string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows(fork, track).fingerprint, nil
}

// SetFingerprint implements [syncer.Store].
func (s *Store) SetFingerprint(_ context.Context, fork, track, fingerprint string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows(fork, track).fingerprint = fingerprint
	return nil
}

// OpenIntent implements [syncer.Store].
func (s *Store) OpenIntent(_ context.Context, i forks.Intent) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i.ID, i.Status, i.Payload = int64(len(s.intents)+1), forks.IntentOpen, slices.Clone(i.Payload)
	s.intents = append(s.intents, i)
	return i.ID, nil
}

// SettleIntent implements [syncer.Store]. To settle one in two ways is an error, unless
// the first one was that nobody knew.
func (s *Store) SettleIntent(_ context.Context, id int64, status forks.IntentStatus, note string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > int64(len(s.intents)) {
		return fmt.Errorf("there is no intent %d", id)
	}
	i := &s.intents[id-1]
	switch {
	case status == forks.IntentOpen:
		return fmt.Errorf("intent %d cannot be opened again", id)
	case i.Status == status:
		return nil
	case i.Status != forks.IntentOpen && i.Status != forks.IntentUnexplained:
		return fmt.Errorf("intent %d is %s already and cannot become %s", id, i.Status, status)
	}
	i.Status, i.Note = status, note
	return nil
}

// ofRefs reports whether an intent is explained by a look at the fork's refs.
func ofRefs(i forks.Intent) bool { return i.Kind == "push" || i.Kind == "delete" }

// OpenIntents implements [syncer.Store].
func (s *Store) OpenIntents(_ context.Context, fork, track string) ([]forks.Intent, error) {
	return s.open(func(i forks.Intent) bool { return i.Fork == fork && i.Track == track && ofRefs(i) }), nil
}

// OpenForgeIntents implements [syncer.ForgeStore].
func (s *Store) OpenForgeIntents(_ context.Context, fork string) ([]forks.Intent, error) {
	return s.open(func(i forks.Intent) bool { return i.Fork == fork && !ofRefs(i) }), nil
}

func (s *Store) open(which func(forks.Intent) bool) (out []forks.Intent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.intents {
		if i.Status == forks.IntentOpen && which(i) {
			out = append(out, i)
		}
	}
	return out
}

// AddRequest implements [syncer.ForgeStore].
func (s *Store) AddRequest(_ context.Context, r forks.Request) (added bool, err error) {
	if r.Fork == "" || r.Track == "" {
		return false, errors.New("record a request: it names no track")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.requests {
		if r.Source != "" && old.Source == r.Source && old.Fork == r.Fork {
			return false, nil
		}
	}
	if r.At.IsZero() {
		r.At = s.clock.Now()
	}
	r.ID = int64(len(s.requests) + 1)
	s.requests = append(s.requests, forks.RequestRecord{Request: r})
	return true, nil
}

// Requests implements [syncer.Store].
func (s *Store) Requests(_ context.Context, fork, track string) ([]forks.Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []forks.Request
	for _, r := range s.requests {
		if r.Fork == fork && r.Track == track && r.Taken.IsZero() {
			out = append(out, r.Request)
		}
	}
	return out, nil
}

// TakeRequest implements [syncer.Store].
func (s *Store) TakeRequest(_ context.Context, id int64, pass int, result string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > int64(len(s.requests)) {
		return fmt.Errorf("there is no request %d", id)
	}
	r := &s.requests[id-1]
	switch {
	case r.Taken.IsZero():
		r.Pass, r.Taken, r.Result = pass, s.clock.Now(), result
	case r.Pass != pass:
		return fmt.Errorf("request %d was taken by pass %d already, and cannot be by pass %d", id, r.Pass, pass)
	}
	return nil
}

// RecentRequests implements [syncer.ForgeStore].
func (s *Store) RecentRequests(_ context.Context, fork string, limit int) ([]forks.RequestRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []forks.RequestRecord
	for _, r := range slices.Backward(s.requests) {
		if r.Fork == fork && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

// PullRecords implements [syncer.Store].
func (s *Store) PullRecords(_ context.Context, fork, track string) (map[forks.ProposalID]forks.PullRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.rows(fork, track).records), nil
}

// SetPullRecord implements [syncer.ForgeStore].
func (s *Store) SetPullRecord(_ context.Context, fork, track string, id forks.ProposalID, r forks.PullRecord) error {
	if track == "" || id == "" {
		return errors.New("remember a pull request: it has no track or no id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows(fork, track).records[id] = r
	return nil
}

// DashboardRecord implements [syncer.ForgeStore].
func (s *Store) DashboardRecord(_ context.Context, fork string) (forks.PullRecord, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dashboards[fork], nil
}

// SetDashboardRecord implements [syncer.ForgeStore].
func (s *Store) SetDashboardRecord(_ context.Context, fork string, r forks.PullRecord) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dashboards[fork] = r
	return nil
}

// ForgeNotBefore implements [syncer.ForgeStore].
func (s *Store) ForgeNotBefore(_ context.Context, fork string) (time.Time, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forgeWaits[fork], s.forgeReasons[fork], nil
}

// SetForgeNotBefore implements [syncer.ForgeStore].
func (s *Store) SetForgeNotBefore(_ context.Context, fork string, until time.Time, why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until.IsZero() {
		why = ""
	}
	s.forgeWaits[fork], s.forgeReasons[fork] = until, why
	return nil
}

// Waiting implements [syncer.ForgeStore]: whose pull requests are open, in the order of
// fork, track and proposal. Who said that it is not theirs is not looked at.
func (s *Store) Waiting(context.Context) ([]forks.WaitingWith, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []forks.WaitingWith
	for key, rows := range s.tracks {
		for id, r := range rows.records {
			if r.State == forks.PullOpen && !r.Told && r.Number != 0 {
				out = append(out, forks.WaitingWith{Fork: key.fork, Track: key.track, Proposal: id, Number: r.Number, URL: r.URL,
					Assignees: r.Assigned, Reviewers: r.Reviewers})
			}
		}
	}
	slices.SortFunc(out, func(a, b forks.WaitingWith) int {
		return strings.Compare(a.Fork+"/"+a.Track+"/"+string(a.Proposal), b.Fork+"/"+b.Track+"/"+string(b.Proposal))
	})
	return out, nil
}
