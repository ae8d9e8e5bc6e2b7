package syncertest

import (
	"container/heap"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// Walks take the deepest commit first: whatever is still to be said of a commit has been
// said when it is taken, and nothing is visited that could not matter.

// queue is a heap of commits; before orders it, and the one that came first wins a tie.
type queue struct {
	list   []queued
	before func(a, b *commit) int // negative if a comes first
	pushed int
}

type queued struct {
	*commit
	at int
}

func (q *queue) Len() int { return len(q.list) }

func (q *queue) Less(i, j int) bool {
	if order := q.before(q.list[i].commit, q.list[j].commit); order != 0 {
		return order < 0
	}
	return q.list[i].at < q.list[j].at
}

func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }

func (q *queue) Push(x any) { q.list = append(q.list, x.(queued)) }

func (q *queue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return last
}

func (q *queue) add(c *commit) {
	q.pushed++
	heap.Push(q, queued{c, q.pushed})
}

func (q *queue) take() *commit { return heap.Pop(q).(queued).commit }

func deepest(a, b *commit) int { return b.depth - a.depth }

func newest(a, b *commit) int {
	switch {
	case a.date > b.date:
		return -1
	case a.date < b.date:
		return 1
	}
	return 0
}

// between is the commits that tip contains and none of not does.
func (v view) between(tip forks.Hash, not ...forks.Hash) (map[forks.Hash]*commit, error) {
	q := &queue{before: deepest}
	wanted, open := map[forks.Hash]bool{}, 0 // whether a commit that was met is wanted; how many such are in the queue
	meet := func(id forks.Hash, want bool) error {
		was, met := wanted[id]
		switch {
		case !met:
			c, err := v.commit(id)
			if err != nil {
				return err
			}
			q.add(c)
			if want {
				open++
			}
			wanted[id] = want
		case was && !want:
			open--
			wanted[id] = false
		}
		return nil
	}
	if err := meet(tip, true); err != nil {
		return nil, err
	}
	for _, id := range not {
		if id.IsZero() {
			continue
		}
		if err := meet(id, false); err != nil {
			return nil, err
		}
	}
	out := map[forks.Hash]*commit{}
	for open > 0 {
		c := q.take()
		want := wanted[c.id]
		if want {
			open--
			out[c.id] = c
		}
		for _, p := range c.parents {
			if err := meet(p, want); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// byDate lists commits that tip reaches as git does without further ado: the newest
// first of those of which a child was listed.
func byDate(tip forks.Hash, in map[forks.Hash]*commit) []*commit {
	q := &queue{before: newest}
	seen := map[forks.Hash]bool{}
	meet := func(id forks.Hash) {
		if c := in[id]; c != nil && !seen[id] {
			seen[id] = true
			q.add(c)
		}
	}
	meet(tip)
	out := make([]*commit, 0, len(in))
	for q.Len() > 0 {
		c := q.take()
		out = append(out, c)
		for _, p := range c.parents {
			meet(p)
		}
	}
	return out
}

// byLine lists commits that tip reaches in git's topological order: no commit before its
// children, each line of history in one piece, and what a merge brought before what it
// was brought into.
func byLine(tip forks.Hash, in map[forks.Hash]*commit) []*commit {
	children := make(map[forks.Hash]int, len(in))
	for _, c := range in {
		for _, p := range c.parents {
			children[p]++
		}
	}
	var stack []*commit
	if c := in[tip]; c != nil {
		stack = append(stack, c)
	}
	out := make([]*commit, 0, len(in))
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		out = append(out, c)
		for _, p := range c.parents {
			if children[p]--; children[p] == 0 && in[p] != nil {
				stack = append(stack, in[p])
			}
		}
	}
	return out
}

// firstParents is the part of tip's first-parent chain that lies in a set, newest first.
func firstParents(tip forks.Hash, in map[forks.Hash]*commit) []*commit {
	var out []*commit
	for c := in[tip]; c != nil; {
		out = append(out, c)
		if len(c.parents) == 0 {
			break
		}
		c = in[c.parents[0]]
	}
	return out
}

func idsOf(list []*commit) []forks.Hash {
	var out []forks.Hash
	for _, c := range list {
		out = append(out, c.id)
	}
	return out
}

// isAncestor reports whether b contains a.
func (v view) isAncestor(a, b forks.Hash) (bool, error) {
	if a == b {
		return true, nil
	}
	want, err := v.commit(a)
	if err != nil {
		return false, err
	}
	from, err := v.commit(b)
	if err != nil {
		return false, err
	}
	seen, stack := map[forks.Hash]bool{}, []*commit{from}
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, id := range c.parents {
			if id == a {
				return true, nil
			}
			if seen[id] {
				continue
			}
			seen[id] = true
			p, err := v.commit(id)
			if err != nil {
				return false, err
			}
			if p.depth > want.depth {
				stack = append(stack, p)
			}
		}
	}
	return false, nil
}

// What a search for merge bases knows of a commit.
const (
	ofOne    = 1 << iota // the one commit contains it
	ofOthers             // one of the others does
	covered              // a common ancestor that is better does
)

// mergeBases lists the best common ancestors, the newest first.
func (v view) mergeBases(one forks.Hash, others []forks.Hash) ([]forks.Hash, error) {
	q := &queue{before: deepest}
	known, open := map[forks.Hash]int{}, 0 // open counts what is queued and not covered
	meet := func(id forks.Hash, is int) error {
		was, met := known[id]
		if !met {
			c, err := v.commit(id)
			if err != nil {
				return err
			}
			q.add(c)
			open++
		}
		now := was | is
		if was&covered == 0 && now&covered != 0 {
			open--
		}
		known[id] = now
		return nil
	}
	if err := meet(one, ofOne); err != nil {
		return nil, err
	}
	for _, id := range others {
		if err := meet(id, ofOthers); err != nil {
			return nil, err
		}
	}
	var bases []*commit
	for open > 0 {
		c := q.take()
		is := known[c.id]
		if is&covered == 0 {
			open--
			if is == ofOne|ofOthers {
				bases = append(bases, c)
			}
		}
		if is&(ofOne|ofOthers) == ofOne|ofOthers {
			is |= covered
		}
		for _, p := range c.parents {
			if err := meet(p, is); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(bases, newest)
	return idsOf(bases), nil
}
