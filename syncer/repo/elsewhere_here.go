package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// A person who calls a command in a repository of theirs expects of it what git would
// do there: follow GIT_DIR and GIT_OBJECT_DIRECTORY, their own settings beside the
// repository's, its grafts and shallow ends. So the children that look at it for the
// command see the person's environment in place of the hardened one, as far as git
// reads it for that. They are rev-parse, rev-list, merge-base, config, var, cat-file,
// for-each-ref and check-attr: none of them runs a program that a setting names, and nothing may be
// fetched.

// here is what only a person's own repository has.
type here struct {
	dir    string   // from where it was found
	person []string // environment of children

	mu        sync.Mutex
	revisions *talk // of Resolve
}

func (h *here) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.revisions.close()
}

// Here opens the repository that a command was called in, found and looked at as git
// itself would: env is the person's environment by name. The methods that need that say
// so. Errors: NeedsPerson if there is none, or one that cannot be read.
func (g *Git) Here(ctx context.Context, dir string, env func(string) string) (*Elsewhere, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := aFolder(dir); err != nil {
		return nil, err
	}
	h := &here{dir: dir, person: personsEnvironment(dir, env)}
	gitDir, objects, err := g.locate(ctx, dir, call{search: dir, person: h.person})
	if err != nil {
		return nil, err
	}
	stores, err := objectStores(objects, listedAlternates(env("GIT_ALTERNATE_OBJECT_DIRECTORIES"), dir)...)
	if err != nil {
		return nil, err
	}
	e, err := (&Elsewhere{git: g, dir: gitDir, objects: objects, here: h}).open(ctx, stores)
	if err != nil {
		return nil, err
	}
	replaced, err := e.replaced(ctx, env)
	if err == nil {
		err = e.follow(ctx, replaced)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// passedOn are the names that git reads to find a repository, its objects and settings,
// and a person's name.
var passedOn = []string{
	"HOME", "XDG_CONFIG_HOME", "PATH", "TMPDIR", "TZ", "USER", "LOGNAME", "EMAIL",
	"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_NAMESPACE",
	"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
	"GIT_ATTR_NOSYSTEM", "GIT_ATTR_SOURCE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE",
	"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
}

// passedPaths are those among them that are paths from where the person is.
var passedPaths = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE"}

// personsEnvironment is what the children see that look at a person's repository.
func personsEnvironment(dir string, env func(string) string) []string {
	list := []string{
		"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "GIT_OPTIONAL_LOCKS=0",
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
	}
	names := passedOn
	count, _ := strconv.Atoi(env("GIT_CONFIG_COUNT"))
	for i := range min(count, 1000) {
		n := strconv.Itoa(i)
		names = append(slices.Clip(names), "GIT_CONFIG_KEY_"+n, "GIT_CONFIG_VALUE_"+n)
	}
	for _, name := range names {
		// A setting may have an empty value; an empty name is as good as none.
		if value := env(name); value != "" || strings.HasPrefix(name, "GIT_CONFIG_VALUE_") {
			list = append(list, name+"="+value)
		}
	}
	for _, name := range passedPaths {
		if value := env(name); value != "" {
			if !filepath.IsAbs(value) {
				value = filepath.Join(dir, value)
			}
			list = append(list, name+"="+value)
		}
	}
	if lent := listedAlternates(env("GIT_ALTERNATE_OBJECT_DIRECTORIES"), dir); len(lent) > 0 {
		list = append(list, alternates(lent))
	}
	return list
}

// listedAlternates reads folders of objects as git lists them in its environment: a
// colon between them, and quotes around one that holds a colon.
func listedAlternates(list, dir string) []string {
	var dirs []string
	for list != "" {
		var one string
		if quotedOne, err := strconv.QuotedPrefix(list); err == nil && list[0] == '"' {
			one, _ = strconv.Unquote(quotedOne)
			list = strings.TrimPrefix(list[len(quotedOne):], ":")
		} else {
			one, list, _ = strings.Cut(list, ":")
		}
		if one == "" {
			continue
		}
		if !filepath.IsAbs(one) {
			one = filepath.Join(dir, one)
		}
		if info, err := os.Stat(one); err == nil && info.IsDir() {
			dirs = append(dirs, filepath.Clean(one))
		}
	}
	return dirs
}

// Quarantine is in front of all the repository's objects: what is written to it is
// gone with Close, unless it is kept.
func (e *Elsewhere) Quarantine() *Quarantine { return e.overlook }

// Keep writes what the quarantine holds as ONE pack into the repository's own folder of
// objects. No ref is moved.
func (e *Elsewhere) Keep(ctx context.Context) error { return e.overlook.PackInto(ctx, e.objects) }

// Dir is the git directory.
func (e *Elsewhere) Dir() string { return e.dir }

// asPerson makes a call one of the person's own; elsewhere it is hardened.
func (e *Elsewhere) asPerson(c call) call {
	if e.here == nil {
		c.dir = e.dir
		return c
	}
	c.search, c.person = e.here.dir, e.here.person
	return c
}

// Prefix is the folder that the command was called in, from the top of its work tree and
// with a slash at its end: "" at the top, and outside of a work tree. It is for a
// repository opened by [Git.Here].
func (e *Elsewhere) Prefix(ctx context.Context) (prefix string, inside bool, err error) {
	out, err := e.git.output(ctx, e.asPerson(call{args: []string{"rev-parse", "--is-inside-work-tree", "--show-prefix"}}))
	if err != nil {
		return "", false, e.unreadable("find the work tree", err)
	}
	answer, rest, _ := strings.Cut(string(out), "\n")
	if inside = answer == "true"; inside {
		prefix = strings.TrimSuffix(rest, "\n")
	}
	return prefix, inside, nil
}

// Setting is one of git's settings; a key alone has no value, and means true.
type Setting struct {
	Key      string // section and name in lower case
	Value    string
	HasValue bool
}

// Settings lists the settings whose keys match a regular expression as `git config
// --get-regexp` reads it, in git's order: the last one of a key counts. Of a repository
// that was not opened by [Git.Here] they are the repository's own.
func (e *Elsewhere) Settings(ctx context.Context, pattern string) ([]Setting, error) {
	c := e.asPerson(call{args: []string{"config", "-z", "--get-regexp", pattern}, maxExit: 1})
	out, err := e.git.output(ctx, c)
	if err != nil {
		return nil, e.unreadable("read its settings", err)
	}
	var list []Setting
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if entry == "" {
			continue
		}
		key, value, has := strings.Cut(entry, "\n")
		list = append(list, Setting{key, value, has})
	}
	return list, nil
}

// Committer returns the name, address and date of commits that the person would make
// now, as a commit object has them. It is for a repository opened by [Git.Here].
func (e *Elsewhere) Committer(ctx context.Context) (string, error) {
	out, err := e.git.output(ctx, e.asPerson(call{args: []string{"var", "GIT_COMMITTER_IDENT"}}))
	if failure, ok := errors.AsType[*GitError](err); ok && failure.Cause == nil {
		return "", forks.AskPerson("set user.name and user.email", "find the committer: %w", err)
	}
	return strings.TrimSuffix(string(out), "\n"), ended(err)
}

// unreadable gives the failure of a child that looked at the repository its kind.
func (e *Elsewhere) unreadable(doing string, err error) error {
	if failure, ok := errors.AsType[*GitError](err); ok && failure.Cause == nil {
		return forks.AskPerson("see what git says there", "%s of %s: %w", doing, e.dir, err)
	}
	return ended(err)
}
