package model_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// host is a repository that people reach, real or not.
type host interface {
	Build(t repotest.TB, commits ...repotest.Commit) []forks.Hash
	Merge(t repotest.TB, branch, author, subject string, other forks.Hash, files map[string]string) forks.Hash
	Refs(t repotest.TB) map[forks.Ref]forks.Hash
	SetRef(t repotest.TB, branch string, id forks.Hash)
	File(t repotest.TB, rev, path string) (string, bool)
}

// commit is what the model knows of one.
type commit struct {
	parents []forks.Hash
	tree    forks.Hash
	subject string
}

// ground is where all repositories of a sequence are.
type ground interface {
	// commit and files read what any repository has.
	commit(id forks.Hash) commit
	files(tree forks.Hash) files
	contains(whole, part forks.Hash) bool
	// bring makes a commit of one repository known in another.
	bring(to host, from host, id forks.Hash)
	// merge is a three-way merge of trees that knows moves; ok is false if it conflicts.
	merge(base, ours, theirs forks.Hash) (tree forks.Hash, ok bool)
	// collect removes all objects of the fork that no ref keeps, and returns the commits
	// that are left.
	collect(fork host) map[forks.Hash]bool
	// loseCache deletes the cache.
	loseCache()
	git() syncer.Git
	cacheDir() string
}

// parseCommit reads a commit as git has it.
func parseCommit(t *teller, data string) commit {
	var c commit
	head, message, _ := strings.Cut(data, "\n\n")
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "tree":
			c.tree = parseHash(t, value)
		case "parent":
			c.parents = append(c.parents, parseHash(t, value))
		}
	}
	c.subject, _, _ = strings.Cut(message, "\n")
	return c
}

func parseHash(t *teller, text string) forks.Hash {
	id, err := forks.ParseHash(strings.TrimSpace(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return id
}

// memory is ground without a disk.
type memory struct {
	t       *teller
	all     *syncertest.Git
	commits map[forks.Hash]commit
	trees   map[forks.Hash]files
}

func newMemory(t *teller) (m *memory, up *syncertest.Server) {
	m = &memory{t: t, all: syncertest.NewGit(), commits: map[forks.Hash]commit{}, trees: map[forks.Hash]files{}}
	return m, m.all.NewServer("https://example.org/up.git")
}

func (m *memory) git() syncer.Git              { return m.all }
func (m *memory) cacheDir() string             { return "cache" }
func (m *memory) loseCache()                   { m.all.ForgetCaches() }
func (m *memory) bring(host, host, forks.Hash) {}

func (m *memory) object(id forks.Hash) string {
	_, data, err := m.all.Object(id)
	if err != nil {
		m.t.Fatalf("%v", err)
	}
	return string(data)
}

func (m *memory) commit(id forks.Hash) commit {
	c, known := m.commits[id]
	if !known {
		c = parseCommit(m.t, m.object(id))
		m.commits[id] = c
	}
	return c
}

func (m *memory) files(tree forks.Hash) files {
	all, known := m.trees[tree]
	if !known {
		all = files{}
		m.read(tree, "", all)
		m.trees[tree] = all
	}
	return all
}

func (m *memory) read(tree forks.Hash, at string, into files) {
	if tree == forks.EmptyTree {
		return
	}
	for data := m.object(tree); data != ""; {
		mode, rest, _ := strings.Cut(data, " ")
		name, rest, _ := strings.Cut(rest, "\x00")
		var id forks.Hash
		copy(id[:], rest)
		data = rest[len(id):]
		if mode == "40000" {
			m.read(id, at+name+"/", into)
		} else {
			into[at+name] = m.object(id)
		}
	}
}

func (m *memory) contains(whole, part forks.Hash) bool {
	yes, err := m.all.Contains(whole, part)
	if err != nil {
		m.t.Fatalf("%v", err)
	}
	return yes
}

func (m *memory) merge(base, ours, theirs forks.Hash) (forks.Hash, bool) {
	scratch := m.all.NewServer("https://example.org/scratch.git")
	return mergeAt(m, m.t, scratch, base, ours, theirs)
}

func (m *memory) collect(fork host) map[forks.Hash]bool {
	kept := map[forks.Hash]bool{}
	var next []forks.Hash
	for _, id := range fork.Refs(m.t) {
		next = append(next, id)
	}
	for len(next) > 0 {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		if !kept[id] {
			kept[id] = true
			next = append(next, m.commit(id).parents...)
		}
	}
	return kept
}

// mergeAt merges with the merge of a repository: git's own, or in memory ours.
func mergeAt(g ground, t *teller, at host, base, ours, theirs forks.Hash) (tree forks.Hash, ok bool) {
	ids := at.Build(t, repotest.Commit{Branch: "base", Orphan: true, Tree: base, Subject: "base"})
	sides := at.Build(t,
		repotest.Commit{Branch: "ours", Parents: ids, Tree: ours, Subject: "ours"},
		repotest.Commit{Branch: "theirs", Parents: ids, Tree: theirs, Subject: "theirs"})
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(conflicts); !is {
				panic(r)
			}
			tree, ok = forks.Hash{}, false
		}
	}()
	return g.commit(at.Merge(quiet{t}, "ours", repotest.Ada, "merged", sides[1], nil)).tree, true
}

// quiet is a TB for which a failure is an answer: that a merge conflicts.
type quiet struct{ *teller }

type conflicts struct{}

func (quiet) Fatalf(string, ...any) { panic(conflicts{}) }

// disk is ground with real repositories. What all of them have is read in one that
// borrows their objects.
type disk struct {
	t       *teller
	dir     string
	real    syncer.Git
	all     *repotest.Repo
	commits map[forks.Hash]commit
	trees   map[forks.Hash]files
}

func newDisk(t *teller, dir string, git syncer.Git) (d *disk, up *repotest.Repo) {
	d = &disk{t: t, dir: dir, real: git, commits: map[forks.Hash]commit{}, trees: map[forks.Hash]files{}}
	d.all = repotest.New(t, filepath.Join(dir, "all.git"))
	up = repotest.New(t, filepath.Join(dir, "up.git"))
	borrow := filepath.Join(up.Dir, "objects") + "\n" + filepath.Join(dir, "fork.git", "objects") + "\n"
	if err := os.WriteFile(filepath.Join(d.all.Dir, "objects", "info", "alternates"), []byte(borrow), 0o644); err != nil {
		t.Fatalf("%v", err)
	}
	return d, up
}

func (d *disk) git() syncer.Git  { return d.real }
func (d *disk) cacheDir() string { return filepath.Join(d.dir, "cache") }

func (d *disk) loseCache() {
	if err := os.RemoveAll(d.cacheDir()); err != nil {
		d.t.Fatalf("%v", err)
	}
}

func (d *disk) bring(to, from host, id forks.Hash) {
	to.(*repotest.Repo).Git(d.t, "fetch", "--quiet", from.(*repotest.Repo).Dir, id.String())
}

func (d *disk) commit(id forks.Hash) commit {
	c, known := d.commits[id]
	if !known {
		c = parseCommit(d.t, d.all.Git(d.t, "cat-file", "commit", id.String()))
		d.commits[id] = c
	}
	return c
}

func (d *disk) files(tree forks.Hash) files {
	all, known := d.trees[tree]
	if known {
		return all
	}
	all = files{}
	in := tar.NewReader(bytes.NewReader([]byte(d.all.Git(d.t, "archive", "--format=tar", tree.String()))))
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.t.Fatalf("read %s: %v", tree, err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(in)
		if err != nil {
			d.t.Fatalf("read %s: %v", tree, err)
		}
		all[head.Name] = string(text)
	}
	d.trees[tree] = all
	return all
}

func (d *disk) contains(whole, part forks.Hash) bool {
	return strings.TrimSpace(d.all.Git(d.t, "rev-list", "--count", part.String(), "--not", whole.String())) == "0"
}

func (d *disk) merge(base, ours, theirs forks.Hash) (forks.Hash, bool) {
	return mergeAt(d, d.t, d.all, base, ours, theirs)
}

func (d *disk) collect(fork host) map[forks.Hash]bool {
	f := fork.(*repotest.Repo)
	_ = os.Remove(filepath.Join(f.Dir, "FETCH_HEAD"))
	f.Git(d.t, "-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now")
	kept := map[forks.Hash]bool{}
	for _, line := range slices.Sorted(strings.Lines(f.Git(d.t, "rev-list", "--all"))) {
		kept[parseHash(d.t, line)] = true
	}
	f.Fsck(d.t)
	return kept
}
