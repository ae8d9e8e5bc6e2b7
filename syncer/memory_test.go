package syncer_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// memory is a Store that forgets at exit. It keeps what passes write, so that
// tests can look at it.
type memory struct {
	mu          sync.Mutex
	states      map[forks.Hash]forks.State
	newest      forks.Hash
	passes      []forks.PassRecord
	intents     []forks.Intent
	events      []forks.Event
	fingerprint map[string]string
	requests    []forks.RequestRecord
	records     map[forks.ProposalID]forks.PullRecord
}

func newMemory() *memory {
	return &memory{states: map[forks.Hash]forks.State{}, fingerprint: map[string]string{}, records: map[forks.ProposalID]forks.PullRecord{}}
}

func (m *memory) Requests(_ context.Context, fork, track string) ([]forks.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []forks.Request
	for _, r := range m.requests {
		if r.Fork == fork && r.Track == track && r.Taken.IsZero() {
			out = append(out, r.Request)
		}
	}
	return out, nil
}

func (m *memory) TakeRequest(_ context.Context, id int64, pass int, result string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &m.requests[id-1]
	if !r.Taken.IsZero() {
		return fmt.Errorf("request %d was taken already", id)
	}
	r.Pass, r.Taken, r.Result = pass, time.Unix(1, 0), result
	return nil
}

func (m *memory) PullRecords(_ context.Context, _, _ string) (map[forks.ProposalID]forks.PullRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.records), nil
}

func (m *memory) Index(_ context.Context, _, _ string, commit forks.Hash, state forks.State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.states[commit]; !known {
		m.newest = commit
	}
	m.states[commit] = state
	return nil
}

func (m *memory) Newest(_ context.Context, _, _ string) (forks.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.newest, nil
}

func (m *memory) Indexed(_ context.Context, _, _ string, commit forks.Hash) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.states[commit]
	return ok, nil
}

func (m *memory) RecordPass(_ context.Context, p forks.PassRecord) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passes = append(m.passes, p)
	return int64(len(m.passes)), nil
}

func (m *memory) OpenIntent(_ context.Context, i forks.Intent) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i.ID, i.Status = int64(len(m.intents)+1), forks.IntentOpen
	m.intents = append(m.intents, i)
	return i.ID, nil
}

func (m *memory) SettleIntent(_ context.Context, id int64, status forks.IntentStatus, note string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.intents[id-1].Status, m.intents[id-1].Note = status, note
	return nil
}

func (m *memory) OpenIntents(_ context.Context, fork, track string) ([]forks.Intent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []forks.Intent
	for _, i := range m.intents {
		if i.Fork == fork && i.Track == track && i.Status == forks.IntentOpen {
			out = append(out, i)
		}
	}
	return out, nil
}

func (m *memory) AddEvent(_ context.Context, e forks.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
	return nil
}

func (m *memory) Fingerprint(_ context.Context, fork, track string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fingerprint[fork+"/"+track], nil
}

func (m *memory) SetFingerprint(_ context.Context, fork, track, fp string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fingerprint[fork+"/"+track] = fp
	return nil
}
