package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// deepestAlternates is how many repositories may borrow from each other in a row, as
// in git.
const deepestAlternates = 5

// Elsewhere is a repository of somebody's own, bare or not, opened to look at it.
// Nothing is written to it but what [Elsewhere.Keep] is asked to, no setting of it that
// names a program is followed, and nothing is fetched for it. It is safe for concurrent
// use.
type Elsewhere struct {
	git      *Git
	dir      string // the git directory, in which revisions are looked up
	objects  string // its own folder of objects
	lent     []*Repository
	scratch  *Repository
	overlook *Quarantine
	here     *here // set by [Git.Here]
}

// Elsewhere opens the repository that dir is in, found as git finds it. Whose it is
// does not matter. Errors: NeedsPerson if there is none, or one that cannot be read.
func (g *Git) Elsewhere(ctx context.Context, dir string) (*Elsewhere, error) {
	if err := aFolder(dir); err != nil {
		return nil, err
	}
	// Git would look at no repository of another user's. Nothing is run here that the
	// repository names, and nothing written.
	anybodys := []setting{{"safe.directory", "*"}}
	gitDir, objects, err := g.locate(ctx, dir, call{search: dir, settings: anybodys})
	if err != nil {
		return nil, err
	}
	e := &Elsewhere{git: g, dir: gitDir, objects: objects}
	stores, err := objectStores(objects)
	if err != nil {
		return nil, err
	}
	return e.open(ctx, stores)
}

// open puts a quarantine in front of folders of objects, the repository's own last.
func (e *Elsewhere) open(ctx context.Context, stores []string) (_ *Elsewhere, err error) {
	// What is borrowed is listed here: no reader follows a list by itself.
	var lender *Repository
	for _, store := range stores {
		lender = &Repository{git: e.git, dir: filepath.Dir(store), lent: store, borrow: lender}
		e.lent = append(e.lent, lender)
	}
	if e.scratch, err = e.git.Scratch(ctx, lender); err == nil {
		e.scratch.theirs = e.dir
		e.overlook, err = e.scratch.Quarantine(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Close frees what looking took. What was not kept is gone.
func (e *Elsewhere) Close() error {
	var errs []error
	if e.here != nil {
		errs = append(errs, e.here.close())
	}
	if e.overlook != nil {
		errs = append(errs, e.overlook.Close())
	}
	if e.scratch != nil {
		errs = append(errs, e.scratch.Close())
	}
	for _, r := range e.lent {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// Tree opens the files of a revision, in any form that git knows; it is used while the
// repository is open. Errors: NeedsPerson if there is no such revision, or it has no
// files.
func (e *Elsewhere) Tree(ctx context.Context, rev string) (*Tree, error) {
	id, err := e.find(ctx, rev)
	if err == nil {
		id, err = e.find(ctx, id+"^{}") // what a tag is of
	}
	if err != nil {
		return nil, fmt.Errorf("find %s in %s: %w", quoted(rev), e.dir, err)
	}
	hash, err := forks.ParseHash(id)
	if err != nil {
		return nil, fmt.Errorf("find %s in %s: %w", quoted(rev), e.dir, err)
	}
	tree, err := e.overlook.Tree(hash)
	if wrong, ok := errors.AsType[*WrongTypeError](err); ok {
		return nil, forks.AskPerson(nameRevision, "%s is a %s: it has no files", quoted(rev), wrong.Have)
	}
	return tree, err
}

const nameRevision = "name a commit, tag, branch or tree that is in the repository"

// find asks git what a revision is.
func (e *Elsewhere) find(ctx context.Context, rev string) (id string, err error) {
	if strings.ContainsRune(rev, 0) {
		return "", forks.AskPerson(nameRevision, "no revision has a zero byte")
	}
	out, err := e.git.output(ctx, call{args: []string{"rev-parse", "--verify", "--end-of-options", rev}, dir: e.dir})
	if failure, ok := errors.AsType[*GitError](err); ok && failure.Cause == nil {
		return "", &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: nameRevision}
	}
	return strings.TrimSpace(string(out)), ended(err)
}

const nameRepository = "name a folder that is a git repository, or is in one"

func aFolder(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return forks.AskPerson(nameRepository, "%s is no folder", quoted(dir))
	}
	return nil
}

// locate finds the git directory that dir is in or is, and its folder of objects, by
// calls that are made like the given one.
func (g *Git) locate(ctx context.Context, dir string, like call) (gitDir, objects string, err error) {
	var answers [2]string
	for i, ask := range [][]string{{"--git-dir"}, {"--show-object-format", "--git-path", "objects"}} {
		like.args = slices.Concat([]string{"rev-parse", "--path-format=absolute"}, ask)
		out, err := g.output(ctx, like)
		if err != nil {
			if failure, ok := errors.AsType[*GitError](err); ok && failure.Cause == nil {
				return "", "", forks.AskPerson(nameRepository, "look for a repository in %s: %w", quoted(dir), err)
			}
			return "", "", ended(fmt.Errorf("look for a repository in %s: %w", quoted(dir), err))
		}
		answers[i] = string(bytes.TrimSuffix(out, []byte("\n")))
	}
	format, objects, _ := strings.Cut(answers[1], "\n")
	if format != "sha1" {
		return "", "", forks.AskPerson("name a repository with SHA-1 ids", "the ids of %s are %s", answers[0], escapeLine(format))
	}
	return answers[0], objects, nil
}

// objectStores lists the folders of objects that a repository reads, its own last.
func objectStores(own string, lent ...string) ([]string, error) {
	stores := append([]string{own}, lent...)
	level := stores
	for range deepestAlternates {
		var deeper []string
		for _, dir := range level {
			more, err := alternatesOf(dir)
			if err != nil {
				return nil, err
			}
			for _, a := range more {
				if !slices.Contains(stores, a) {
					stores, deeper = append(stores, a), append(deeper, a)
				}
			}
		}
		level = deeper
	}
	slices.Reverse(stores)
	return stores, nil
}

// alternatesOf reads where else a folder of objects says that objects are.
func alternatesOf(objects string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(objects, "info", "alternates"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, forks.AskPerson("make the repository readable for this user", "look at a repository: %w", err)
	}
	var dirs []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '"' {
			if plain, err := strconv.Unquote(line); err == nil {
				line = plain
			}
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(objects, line)
		}
		if info, err := os.Stat(line); err == nil && info.IsDir() {
			dirs = append(dirs, filepath.Clean(line))
		}
	}
	return dirs, nil
}
