package syncertest

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Git is repositories in memory: servers, and the caches of one machine. Nothing of it
// is on disk, and no process is run. It is safe for concurrent use.
type Git struct {
	objects *objects

	mu      sync.Mutex
	servers map[string]*Server
	caches  map[string]*repository
	scratch int // how many were made
}

var _ syncer.Git = (*Git)(nil)

// NewGit returns one without repositories.
func NewGit() *Git {
	return &Git{objects: newObjects(), servers: map[string]*Server{}, caches: map[string]*repository{}}
}

// ForgetCaches is what becomes of the caches if a person deletes their folder while no
// pass runs.
func (g *Git) ForgetCaches() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.caches)
}

// view is all objects that anybody has.
func (g *Git) view() view { return view{dir: "memory", find: g.objects.find, diffs: g.objects} }

// Contains reports whether the commit whole is the commit part, or has it among its
// ancestors. A commit that nobody has is an error.
func (g *Git) Contains(whole, part forks.Hash) (bool, error) { return g.view().isAncestor(part, whole) }

// Between lists the commits that tip contains and none of not does, parents first.
func (g *Git) Between(tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error) {
	return newQuarantine(g.repository("memory")).NewCommits(context.Background(), tip, not...)
}

// Object returns an object that anybody has.
func (g *Git) Object(id forks.Hash) (kind string, data []byte, err error) {
	o, err := g.view().object(id)
	if err != nil {
		return "", nil, err
	}
	return o.kind, o.data, nil
}

// Change is a digest of the change from one commit or tree to another, as that of
// [rebase.History]; "" if there is none, and a zero id is the empty tree.
func (g *Git) Change(from, to forks.Hash) (string, error) {
	v := g.view()
	a, err := v.treeOf(from)
	if err != nil {
		return "", err
	}
	b, err := v.treeOf(to)
	if err != nil {
		return "", err
	}
	return v.change(a, b)
}

func (g *Git) repository(dir string) *repository {
	return &repository{git: g, dir: dir, refs: map[forks.Ref]forks.Hash{}}
}

// Remote implements [syncer.Git].
func (g *Git) Remote(a repo.Access) (syncer.Remote, error) {
	if _, err := forks.Transport(a.URL); err != nil {
		return nil, forks.AskPerson("correct the URL", "the URL %s: %w", a.URL, err)
	}
	return &remote{git: g, access: a}, nil
}

// OpenCache implements [syncer.Git].
func (g *Git) OpenCache(ctx context.Context, dir string) (syncer.Repository, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.caches[dir]
	if r == nil {
		r = g.repository(dir)
		g.caches[dir] = r
	}
	return r, nil
}

// OpenExisting implements [syncer.Git].
func (g *Git) OpenExisting(_ context.Context, dir string) (syncer.Repository, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.caches[dir]; r != nil {
		return r, nil
	}
	return nil, nil
}

// Scratch implements [syncer.Git].
func (g *Git) Scratch(context.Context, syncer.Repository) (syncer.Repository, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scratch++
	return g.repository(fmt.Sprintf("scratch-%d", g.scratch)), nil
}

// Rebuild implements [syncer.Git].
func (g *Git) Rebuild(_ context.Context, damage *repo.DamagedError) (syncer.Repository, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.repository(damage.Dir)
	g.caches[damage.Dir] = r
	return r, nil
}

// Use implements [syncer.Git]: nothing here needs a cache alone.
func (g *Git) Use(string) (release func()) { return func() {} }

// Lend implements [syncer.Git]: all repositories here share their objects.
func (g *Git) Lend(ctx context.Context, dir string) (syncer.Repository, func() error, error) {
	r, err := g.OpenExisting(ctx, dir)
	return r, func() error { return nil }, err
}

// TryUse implements [syncer.Git].
func (g *Git) TryUse(string) (release func()) { return func() {} }

// TryAlone implements [syncer.Git].
func (g *Git) TryAlone(string) (release func(), ok bool) { return func() {}, true }

// repository is a cache or a scratch repository: its refs, for objects are everybody's.
type repository struct {
	git *Git
	dir string

	mu   sync.Mutex
	refs map[forks.Ref]forks.Hash
}

// Dir implements [syncer.Repository].
func (r *repository) Dir() string { return r.dir }

// Refs implements [syncer.Repository].
func (r *repository) Refs(_ context.Context, prefix string) (map[forks.Ref]forks.Hash, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if prefix == "" {
		return maps.Clone(r.refs), nil
	}
	below := strings.TrimSuffix(prefix, "/") + "/"
	out := map[forks.Ref]forks.Hash{}
	for ref, id := range r.refs {
		if string(ref) == prefix || strings.HasPrefix(string(ref), below) {
			out[ref] = id
		}
	}
	return out, nil
}

// Commits implements [syncer.Repository].
func (r *repository) Commits(ctx context.Context, prefix string) (map[forks.Ref]forks.Hash, error) {
	refs, err := r.Refs(ctx, prefix)
	if err != nil {
		return nil, err
	}
	for ref, id := range refs {
		o := r.git.objects.find(id)
		for o != nil && o.kind == "tag" {
			o = r.git.objects.find(tagged(o.data))
		}
		if o == nil || o.commit == nil {
			delete(refs, ref)
			continue
		}
		refs[ref] = o.id
	}
	return refs, nil
}

// tagged is what an annotated tag names; zero if it cannot be read.
func tagged(tag []byte) forks.Hash {
	line, _, _ := strings.Cut(string(tag), "\n")
	id, err := forks.ParseHash(strings.TrimPrefix(line, "object "))
	if err != nil {
		return forks.Hash{}
	}
	return id
}

// Graph implements [syncer.Repository].
func (r *repository) Graph(context.Context) error { return nil }

// Quarantine implements [syncer.Repository].
func (r *repository) Quarantine(ctx context.Context) (syncer.Quarantine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return newQuarantine(r), nil
}

// Maintain implements [syncer.Repository].
func (r *repository) Maintain(context.Context, repo.MaintainOptions) (repo.Maintained, error) {
	return repo.Maintained{}, nil
}

// Close implements [syncer.Repository].
func (r *repository) Close() error { return nil }
