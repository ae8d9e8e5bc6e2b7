package repo

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// Repository is a bare repository that auxsync owns: a cache, or a scratch one.
// It is safe for concurrent use, but two processes must not write to one.
type Repository struct {
	git     *Git
	dir     string
	borrow  *Repository // its objects are readable here too; nil for none
	scratch bool
	lent    string      // a folder of objects that is all there is of it; "" for the one in dir
	theirs  string      // somebody's own git directory that is looked at through this one
	made    os.FileInfo // of the cache's mark; nil if it is no cache

	once    sync.Once
	objects *folder // opened by the first reader
}

// Dir returns the git directory.
func (r *Repository) Dir() string { return r.dir }

// name is the directory that people are told of.
func (r *Repository) name() string { return cmp.Or(r.theirs, r.dir) }

// Close frees what reading took; a scratch repository is removed.
func (r *Repository) Close() error {
	r.once.Do(func() {}) // nobody opens it from here on
	if r.objects != nil {
		r.objects.close()
	}
	if !r.scratch {
		return nil
	}
	if err := os.RemoveAll(r.dir); err != nil {
		return fmt.Errorf("remove scratch repository: %w", err)
	}
	r.git.forget(r.dir)
	return nil
}

// folder returns the reader of this repository's own objects.
func (r *Repository) folder() *folder {
	r.once.Do(func() { r.objects = newFolder(r.store()) })
	return r.objects
}

// folders lists the readers of all objects of the repository.
func (r *Repository) folders() []*folder {
	var list []*folder
	for ; r != nil; r = r.borrow {
		if f := r.folder(); f != nil {
			list = append(list, f)
		}
	}
	return list
}

// borrowed is the environment with which a child also reads borrowed objects.
func (r *Repository) borrowed() []string {
	if r.borrow == nil {
		return nil
	}
	return []string{alternates(r.borrow.objectDirs())}
}

// store is the folder of this repository's own objects.
func (r *Repository) store() string {
	return cmp.Or(r.lent, filepath.Join(r.dir, "objects"))
}

// objectDirs lists the object folders that make up the repository.
func (r *Repository) objectDirs() []string {
	var list []string
	for ; r != nil; r = r.borrow {
		list = append(list, r.store())
	}
	return list
}

// alternates writes folders as git reads them: quoted, for a path may hold a colon.
func alternates(dirs []string) string {
	quotedDirs := make([]string, len(dirs))
	for i, d := range dirs {
		quotedDirs[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(d) + `"`
	}
	return "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + strings.Join(quotedDirs, ":")
}

// Refs returns the repository's refs below prefix: a full ref name, or the part
// of one up to a slash, with or without it. "" means all.
func (r *Repository) Refs(ctx context.Context, prefix string) (map[forks.Ref]forks.Hash, error) {
	refs := map[forks.Ref]forks.Hash{}
	args := []string{"for-each-ref", "--format=%(objectname) %(refname)", "--"}
	if prefix != "" {
		args = append(args, prefix)
	}
	_, err := r.git.run(ctx, call{args: args, dir: r.dir, env: r.borrowed(),
		stdout: &lineWriter{take: func(line []byte) error {
			ref, id, err := parseRefLine(line, ' ')
			refs[ref] = id
			return err
		}}})
	if err != nil {
		return nil, r.localProblem("list refs of "+r.dir, err)
	}
	return refs, nil
}

// Scratch makes a temporary bare repository that reads borrow's objects as well;
// nothing is ever written to borrow, which may be nil. Children of git are told
// so in their environment: there is no alternates file that a reader would
// follow by itself. Close removes it.
func (g *Git) Scratch(ctx context.Context, borrow *Repository) (*Repository, error) {
	dir, err := os.MkdirTemp("", "auxsync-scratch-*")
	if err != nil {
		return nil, diskProblem("make a scratch repository", os.TempDir(), err)
	}
	r := &Repository{git: g, dir: dir, borrow: borrow, scratch: true}
	if r.dir, err = filepath.Abs(dir); err == nil {
		g.remember(r.dir)
		err = g.initBare(ctx, r)
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// initBare makes r's directory an empty bare repository.
func (g *Git) initBare(ctx context.Context, r *Repository) error {
	_, err := g.run(ctx, call{dir: r.dir,
		args: []string{"init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=unused"}})
	if err != nil {
		return r.localProblem("make the repository "+r.dir, err)
	}
	return nil
}
