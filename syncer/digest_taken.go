package syncer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Bounds of what is remembered while a log is read: upstream makes the paths.
const (
	mostAreas = 1 << 16 // others are left out
	mostPaths = 1 << 15 // of which it is remembered who looks after them
)

// taken tells what the branch took in by its move to a newer base; nil if there was none.
func (r *digester) taken(ctx context.Context) (*forks.Taken, error) {
	if r.old == nil || r.old.Base == r.plan.State.Base {
		return nil, nil
	}
	from, to := r.old.Base, r.plan.State.Base
	if newer, err := r.q.IsAncestor(ctx, from, to); err != nil || !newer {
		return nil, err
	}
	n, err := r.q.CountCommits(ctx, from, to)
	if err != nil {
		return nil, err
	}
	if n > forks.MaxTakenListed {
		return &forks.Taken{Commits: n}, nil
	}
	security, err := newFinder(r.track, r.now)
	if err != nil {
		return nil, err
	}
	t := newTally(r.carers(), security)
	if err := r.q.Log(ctx, from, to, forks.MaxTakenListed, repo.LogReader{Commit: t.commit, Path: t.path}); err != nil {
		return nil, err
	}
	return t.taken(), nil
}

// tally counts what a log with paths holds.
type tally struct {
	carers   *carers
	security *finder
	commits  int
	cared    int
	bySIG    map[string]int
	authors  map[string]bool
	areas    map[string]*forks.Area

	// Of the commit that is being read, whose paths come one by one.
	touched map[string]bool // areas
	sigs    map[string]bool
	counted bool // as one that somebody cares for
}

func newTally(c *carers, security *finder) *tally {
	return &tally{carers: c, security: security, bySIG: map[string]int{}, authors: map[string]bool{}, areas: map[string]*forks.Area{},
		touched: map[string]bool{}, sigs: map[string]bool{}}
}

func (t *tally) commit(c repo.Logged) error {
	clear(t.touched)
	clear(t.sigs)
	t.counted = false
	t.commits++
	t.authors[authorDigest(c.Author)] = true
	t.security.look(c)
	return nil
}

func (t *tally) path(p forks.Path) error {
	by := t.carers.of(string(p))
	if by.somebody && !t.counted {
		t.counted = true
		t.cared++
	}
	for _, sig := range by.sigs {
		t.bySIG[sig] += once(t.sigs, sig)
	}
	name := strings.ToValidUTF8(area(string(p)), "\ufffd")
	a := t.areas[name]
	if a == nil {
		if len(t.areas) == mostAreas {
			return nil
		}
		a = &forks.Area{Path: name}
		t.areas[name] = a
	}
	a.Cared = a.Cared || by.somebody
	a.Commits += once(t.touched, name)
	return nil
}

// once is 1 for a name that is not in the set yet, and puts it there.
func once(set map[string]bool, name string) int {
	if set[name] {
		return 0
	}
	set[name] = true
	return 1
}

func (t *tally) taken() *forks.Taken {
	out := &forks.Taken{Commits: t.commits, Authors: slices.Sorted(maps.Keys(t.authors)), Cared: t.cared}
	if len(t.bySIG) > 0 {
		out.BySIG = t.bySIG
	}
	for _, a := range t.areas {
		out.Areas = append(out.Areas, *a)
	}
	slices.SortFunc(out.Areas, func(a, b forks.Area) int {
		return cmp.Or(cmp.Compare(b.Commits, a.Commits), cmp.Compare(a.Path, b.Path))
	})
	if more := len(out.Areas) - forks.MaxAreas; more > 0 {
		out.Areas, out.MoreAreas = slices.Clone(out.Areas[:forks.MaxAreas]), more
	}
	out.Security, out.MoreSecurity = t.security.list()
	return out
}

// authorDigest stands for an author: equal for equal addresses, whatever their case. Who
// gives none is known by name.
func authorDigest(p forks.Person) string {
	sum := sha256.Sum256([]byte(strings.ToLower(cmp.Or(p.Email, p.Name))))
	return hex.EncodeToString(sum[:5])
}

// carers knows who of a fork looks after a path.
type carers struct {
	roster forks.Roster
	known  map[string]care
}

// care is who looks after a path.
type care struct {
	somebody bool
	sigs     []string // as the policy spells them
}

// carers are those of the policy that is in effect.
func (r *digester) carers() *carers {
	c := &carers{known: map[string]care{}}
	if r.Roster != nil {
		c.roster = r.Roster(r.track.Fork)
	}
	return c
}

func (c *carers) of(path string) care {
	if len(path) > maxPublishedPath {
		return care{}
	}
	if by, known := c.known[path]; known {
		return by
	}
	if len(c.known) == mostPaths {
		clear(c.known)
	}
	by := c.ask(path)
	c.known[path] = by
	return by
}

// ask looks into the policy: an owner's rule counts if it asks somebody, and so does each
// SIG that the rule or a pattern of its own names.
func (c *carers) ask(path string) (by care) {
	rule, _ := c.roster.OwnerOf(path)
	by.somebody = len(rule.Ask) > 0
	for _, ask := range rule.Ask {
		if sig, ok := c.roster.SIG(ask.SIG); ok {
			by.sigs = append(by.sigs, sig.Name)
		}
	}
	for _, sig := range c.roster.SIGsOf(path) {
		by.somebody = true
		if !slices.Contains(by.sigs, sig.Name) {
			by.sigs = append(by.sigs, sig.Name)
		}
	}
	return by
}
