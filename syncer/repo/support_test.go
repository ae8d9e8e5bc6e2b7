package repo_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// bench is what most tests start from: an upstream, and a cache that fetched it.
type bench struct {
	git   *repo.Git
	up    *repotest.Repo
	cache *repo.Repository
}

var localFiles = []string{"file"}

func newGit(t *testing.T) *repo.Git {
	t.Helper()
	return newGitWith(t, repo.Options{})
}

func newGitWith(t *testing.T, o repo.Options) *repo.Git {
	t.Helper()
	g, err := repo.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{git: newGit(t), up: repotest.New(t, filepath.Join(dir, "up.git"))}
	cache, err := b.git.OpenCache(t.Context(), filepath.Join(dir, "cache"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	b.cache = cache
	return b
}

// fetch brings all branches of the upstream into the cache.
func (b *bench) fetch(t *testing.T) {
	t.Helper()
	fetchAll(t, b.remote(t), b.cache)
}

func fetchAll(t *testing.T, from *repo.Remote, into *repo.Repository) {
	t.Helper()
	err := from.Fetch(t.Context(), into, []repo.FetchSpec{{From: "refs/heads/*", To: "refs/auxsync/up/*"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) remote(t *testing.T) *repo.Remote {
	t.Helper()
	return remote(t, b.git, repo.Access{URL: b.up.Dir, Transports: localFiles})
}

func remote(t *testing.T, g *repo.Git, a repo.Access) *repo.Remote {
	t.Helper()
	r, err := g.Remote(a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// quarantine fetches and opens a quarantine on the cache.
func (b *bench) quarantine(t *testing.T) *repo.Quarantine {
	t.Helper()
	b.fetch(t)
	return quarantine(t, b.cache)
}

func quarantine(t *testing.T, r *repo.Repository) *repo.Quarantine {
	t.Helper()
	q, err := r.Quarantine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

// tree makes a commit of files without parents on a branch of its own and returns
// its tree.
func (b *bench) tree(t *testing.T, branch string, files map[string]string) forks.Hash {
	t.Helper()
	id := b.up.Build(t, repotest.Commit{Branch: branch, Subject: branch, Orphan: true, Files: files})[0]
	return b.up.Tree(t, id)
}

func wantKind(t *testing.T, err error, kind forks.Kind) {
	t.Helper()
	if _, ok := errors.AsType[*forks.Problem](err); !ok || forks.KindOf(err) != kind {
		t.Fatalf("error %v is of kind %d (or no problem at all), want kind %d", err, forks.KindOf(err), kind)
	}
}

func wantSame[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

// wrapGit makes a program that writes the arguments of each run to a file, one a
// line with an empty line at the end, and then is git. Script runs before.
func wrapGit(t *testing.T, script string) (path, record string) {
	t.Helper()
	dir := t.TempDir()
	path, record = filepath.Join(dir, "git"), filepath.Join(dir, "argv")
	text := "#!/bin/sh\n{ for a in \"$@\"; do printf '%s\\n' \"$a\"; done; echo; } >>'" + record + "'\n" + script + "\nexec git \"$@\"\n"
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path, record
}

// recordedRuns returns the argument lists that wrapGit's program wrote.
func recordedRuns(t *testing.T, record string) [][]string {
	t.Helper()
	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	var runs [][]string
	for block := range strings.SplitSeq(strings.TrimRight(string(data), "\n"), "\n\n") {
		runs = append(runs, strings.Split(block, "\n"))
	}
	return runs
}

// logBuffer collects a debug log.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) logger() *zap.Logger {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	return zap.New(zapcore.NewCore(encoder, zapcore.AddSync(io.Writer(l)), zap.DebugLevel))
}

// lookup returns the id of the entry at path, or zero.
func lookup(t *testing.T, q *repo.Quarantine, tree forks.Hash, path string) forks.Hash {
	t.Helper()
	for name := range strings.SplitSeq(path, "/") {
		kind, data, err := q.Object(tree)
		if err != nil || kind != "tree" {
			t.Fatalf("%s is a %s: %v", tree, kind, err)
		}
		tree = forks.Hash{}
		for len(data) > 0 {
			head, rest, _ := bytes.Cut(data, []byte{0})
			if _, entry, _ := strings.Cut(string(head), " "); entry == name {
				tree = forks.Hash(rest[:20])
			}
			data = rest[20:]
		}
		if tree.IsZero() {
			return tree
		}
	}
	return tree
}

// read returns the content of a file in a tree.
func read(t *testing.T, q *repo.Quarantine, tree forks.Hash, path string) string {
	t.Helper()
	id := lookup(t, q, tree, path)
	if id.IsZero() {
		t.Fatalf("%s has no %s", tree, path)
	}
	kind, data, err := q.Object(id)
	if err != nil || kind != "blob" {
		t.Fatalf("%s is a %s: %v", path, kind, err)
	}
	return string(data)
}

// listing maps every file below dir to its size.
func listing(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		sizes[rel] = info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}
