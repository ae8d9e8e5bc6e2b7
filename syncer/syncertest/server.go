package syncertest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

const headBranch = "main"

// The reasons of refusals, as package repo names them.
const (
	reasonRewind = "non-fast-forward denied"
	reasonDelete = "deletion denied"
)

// Server is a repository elsewhere, with people at work in it: their methods are those
// of repotest.Repo and make the same commits. It is safe for concurrent use, but its
// fields are set while nobody reaches for it.
//
// The functions may use the server itself: what a person pushes while a push is under
// way is what BeforePush does.
type Server struct {
	// Now is the date of the next commit that a person makes; each one takes a minute.
	Now time.Time
	// DenyRewinds and DenyDeletes are rules against pushes that move a branch back, or
	// remove any ref.
	DenyRewinds, DenyDeletes bool
	// Away is asked before each exchange, and its error is what comes of it.
	Away func() error
	// BeforePush is called when a push has come, before its leases are looked at; with an
	// error nothing of it arrives.
	BeforePush func([]forks.RefUpdate) error
	// AfterPush is called when a push has arrived; its error is all the answer there is.
	AfterPush func([]forks.RefUpdate) error

	git *Git
	url string

	mu sync.Mutex
	at map[forks.Ref]forks.Hash
}

// NewServer makes an empty repository at an address, with HEAD at main.
func (g *Git) NewServer(url string) *Server {
	s := &Server{git: g, url: url, at: map[forks.Ref]forks.Hash{}, Now: time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.servers[url] = s
	return s
}

// URL is the server's address.
func (s *Server) URL() string { return s.url }

func (s *Server) refs() map[forks.Ref]forks.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.at)
}

// take moves all refs of a push or none.
func (s *Server) take(updates []forks.RefUpdate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := maps.Clone(s.at)
	for _, u := range updates {
		now := s.at[u.Ref]
		if now == u.New && !now.IsZero() {
			continue
		}
		if now != u.Old {
			return &forks.Problem{Kind: forks.Retry, Err: &repo.LeaseError{URL: s.url, Ref: u.Ref, Why: "stale info"}}
		}
		if u.New.IsZero() {
			delete(next, u.Ref)
		} else {
			next[u.Ref] = u.New
		}
	}
	for _, u := range updates {
		if reason, said := s.against(u); reason != "" {
			return &forks.Problem{Kind: forks.NeedsPerson, Next: "allow it on the remote",
				Err: &repo.RefusedError{URL: s.url, Ref: u.Ref, Reason: reason, Lines: []string{said}}}
		}
	}
	for _, u := range updates { // two new refs cannot be locked at once where one is below the other
		if taken := inTheWay(u.Ref, next); !u.New.IsZero() && taken != "" {
			return &forks.Problem{Kind: forks.Retry, Err: &repo.LeaseError{URL: s.url, Ref: u.Ref, Why: string(taken) + " is in the way"}}
		}
	}
	s.at = next
	return nil
}

// against names the rule that refuses an update, if any. As with git, the branch of HEAD
// stays, and only branches may not be moved back.
func (s *Server) against(u forks.RefUpdate) (reason, said string) {
	now := s.at[u.Ref]
	switch {
	case now == u.New:
	case u.New.IsZero():
		if s.DenyDeletes || u.Ref == forks.BranchRef(headBranch) {
			return reasonDelete, "denying ref deletion for " + string(u.Ref)
		}
	case now.IsZero():
		if taken := inTheWay(u.Ref, s.at); taken != "" {
			return repo.NameTaken, string(taken) + " exists"
		}
	case s.DenyRewinds && strings.HasPrefix(string(u.Ref), "refs/heads/"):
		if ahead, err := s.git.Contains(u.New, now); err != nil || !ahead {
			return reasonRewind, "denying non-fast-forward " + string(u.Ref)
		}
	}
	return "", ""
}

// inTheWay is a ref below whose name another one would be, or that would be below it; ""
// if there is none.
func inTheWay(ref forks.Ref, refs map[forks.Ref]forks.Hash) forks.Ref {
	for _, other := range slices.Sorted(maps.Keys(refs)) {
		if strings.HasPrefix(string(other), string(ref)+"/") || strings.HasPrefix(string(ref), string(other)+"/") {
			return other
		}
	}
	return ""
}
