package repo

import (
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// place is what this process knows of one git directory: who works there, and
// what is to be done there.
type place struct {
	dir    string
	opened atomic.Bool // by OpenCache: what is temporary there is ours to sweep
	making sync.Mutex  // held while the cache is made or opened

	mu      sync.Mutex
	shared  int           // users that share it
	alone   bool          // somebody has it alone
	left    chan struct{} // closed when a user leaves
	writers int           // children, and packs of ours, that write to it
	failed  bool          // one of them failed since it was swept last

	graph   chan struct{} // holds one: the right to write the commit-graph
	graphed string        // the packs that the commit-graph knows
}

// place returns the one of a git directory.
func (g *Git) place(dir string) *place {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.places[dir]
	if p == nil {
		p = &place{dir: dir, left: make(chan struct{}), graph: make(chan struct{}, 1)}
		g.places[dir] = p
	}
	return p
}

// remember has a scratch repository removed by Close, unless it is closed before.
func (g *Git) remember(dir string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scratches[dir] = true
}

// forget drops what is known of a scratch repository that is gone.
func (g *Git) forget(dir string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.scratches, dir)
	delete(g.places, dir)
}

// Use says that somebody works in the cache in dir, together with others, until
// release is called. A pass holds it from [Git.OpenCache] to its end. It waits
// while somebody has the cache alone, which maintenance has for as long as its
// context lasts; it never waits for somebody who only wants it alone, so that one
// goroutine may use a cache twice.
func (g *Git) Use(dir string) (release func()) {
	p := g.place(dir)
	p.await(nil, func() bool { return !p.alone }, func() { p.shared++ })
	return p.leave(func() { p.shared-- })
}

// TryUse is Use for a short look: it never waits. Where somebody has the cache alone
// nothing is taken, and who looks does so as another process would: maintenance does
// not disturb that, and a cache that is being rebuilt looks damaged.
func (g *Git) TryUse(dir string) (release func()) {
	p := g.place(dir)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alone {
		return func() {}
	}
	p.shared++
	return p.leave(func() { p.shared-- })
}

// TryAlone takes the cache in dir for one user alone, as maintenance needs it, if
// nobody works there now. It never waits.
func (g *Git) TryAlone(dir string) (release func(), ok bool) {
	p := g.place(dir)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alone || p.shared > 0 {
		return nil, false
	}
	p.alone = true
	return p.leave(func() { p.alone = false }), true
}

// waitAlone is TryAlone that waits until the last user has left or done is closed.
// Others may come meanwhile. [Git.Rebuild] can afford that: who comes to a damaged
// cache finds it damaged, leaves, and waits here as well.
func (p *place) waitAlone(done <-chan struct{}) (release func(), ok bool) {
	if !p.await(done, func() bool { return !p.alone && p.shared == 0 }, func() { p.alone = true }) {
		return nil, false
	}
	return p.leave(func() { p.alone = false }), true
}

// await waits until free holds and then calls take; both are called under the
// lock. It reports false if done was closed first.
func (p *place) await(done <-chan struct{}, free func() bool, take func()) bool {
	for {
		p.mu.Lock()
		if free() {
			take()
			p.mu.Unlock()
			return true
		}
		left := p.left
		p.mu.Unlock()
		select {
		case <-left:
		case <-done:
			return false
		}
	}
}

// leave returns what a user calls, once or more often, to leave.
func (p *place) leave(drop func()) func() {
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		drop()
		close(p.left)
		p.left = make(chan struct{})
	})
}

// isAlone reports whether somebody has the place alone.
func (p *place) isAlone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alone
}

// write is called before a child that writes to the place starts, or a pack is
// written there. It waits while the place is swept.
func (p *place) write() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writers++
}

// wrote is called when that has ended. A child that fails may leave a lock,
// which stops all that follow, or half a pack: as soon as nobody else writes there,
// nothing temporary is anybody's any more, and all of it goes.
func (p *place) wrote(failed bool, log *zap.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writers--
	p.failed = p.failed || failed
	if p.writers > 0 || !p.failed {
		return
	}
	if _, err := sweep(p.dir, log, halfWritten); err != nil {
		log.Warn("what a failed git left behind could not be removed", zap.String("dir", p.dir), zap.Error(err))
	}
	p.failed = false
}
