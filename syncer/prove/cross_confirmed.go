package prove

import (
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// A pass that begins again, because somebody was faster or a remote went away, makes the
// same merges again. Those that were confirmed are remembered by what went in and what
// came out, so that another result of the same merge is always compared. So are those on
// which an engine gave up: asking again brings nothing, and the log has been told. The
// memory lasts as long as the process, and is dropped as a whole where it has grown too
// large.

// mostConfirmed bounds the memory, at about a hundred bytes each.
const mostConfirmed = 1 << 14

// Confirmed remembers picks about which the two engines do not differ. The nil one
// remembers nothing. It is safe for concurrent use.
type Confirmed struct {
	mu    sync.Mutex
	known map[confirmedPick]struct{}
}

type confirmedPick struct {
	base, ours, theirs, tree forks.Hash // tree is zero for a conflict
	commits                  bool
}

func keyOf(p forks.Pick) confirmedPick {
	k := confirmedPick{p.Base, p.Ours, p.Theirs, forks.Hash{}, p.Commits}
	if p.Result.Clean() {
		k.tree = p.Result.Tree
	}
	return k
}

func (c *Confirmed) has(p forks.Pick) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.known[keyOf(p)]
	return ok
}

func (c *Confirmed) add(p forks.Pick) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostConfirmed {
		c.known = map[confirmedPick]struct{}{}
	}
	c.known[keyOf(p)] = struct{}{}
}
