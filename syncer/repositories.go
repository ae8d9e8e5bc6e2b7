package syncer

import (
	"context"
	"io"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// What passes need of repositories. [OnDisk] is what the program uses; package
// syncertest keeps the same promises in memory, without a process. Errors are those of
// package repo.

// Git opens repositories. It is safe for concurrent use.
type Git interface {
	// Remote checks how a repository is to be reached, without reaching for it.
	Remote(a repo.Access) (Remote, error)
	// OpenCache opens the cache in dir, making it if there is none. One that lost a part
	// of itself is a [*repo.DamagedError].
	OpenCache(ctx context.Context, dir string) (Repository, error)
	// OpenExisting opens the cache in dir to read from it, beside whoever uses it; nil if
	// there is none.
	OpenExisting(ctx context.Context, dir string) (Repository, error)
	// Scratch makes a temporary repository that reads borrow's objects as well; borrow may
	// be nil.
	Scratch(ctx context.Context, borrow Repository) (Repository, error)
	// Lend opens somebody's repository in dir, which is read and never written, for a
	// scratch one to borrow from until release is called.
	Lend(ctx context.Context, dir string) (r Repository, release func() error, err error)
	// Rebuild replaces a damaged cache by an empty one; who calls it holds no Use of it.
	Rebuild(ctx context.Context, damage *repo.DamagedError) (Repository, error)
	// Use says that somebody works in the cache in dir until release is called.
	Use(dir string) (release func())
	// TryUse is Use for a short look, and never waits.
	TryUse(dir string) (release func())
	// TryAlone takes the cache in dir for one user alone, if nobody works there now.
	TryAlone(dir string) (release func(), ok bool)
}

// Remote is a repository elsewhere: upstream, or the fork. It is safe for concurrent use.
type Remote interface {
	// URL is the address as people may see it.
	URL() string
	// List returns the refs whose full names begin with one of prefixes, or all refs.
	List(ctx context.Context, prefixes ...string) (map[forks.Ref]forks.Hash, error)
	// Head returns the branch that HEAD names; "" if the repository is empty.
	Head(ctx context.Context) (branch string, err error)
	// Fetch brings the refs of specs, and all that they reach, into a repository, and
	// removes what a pattern finds no more. A missing exact ref is a
	// [*repo.MissingRefError]; then nothing has changed.
	Fetch(ctx context.Context, into Repository, specs []repo.FetchSpec, progress io.Writer) error
	// FetchShallow fetches the commits of specs without their ancestors into a scratch
	// repository.
	FetchShallow(ctx context.Context, into Repository, specs []repo.FetchSpec) error
	// Push moves all refs or none, each from where its update says. Nothing has moved if
	// the error is a [*repo.LeaseError] or a [*repo.RefusedError]; after any other it may
	// have. A ref that is already where it shall be passes whatever its lease.
	Push(ctx context.Context, from Repository, updates []forks.RefUpdate) error
	// Probe tries what a pass needs, and leaves nothing behind. Each right that is missing
	// is a [*repo.RightError] in the error.
	Probe(ctx context.Context, rewind bool) error
}

// Repository is a cache, or a scratch repository. It is safe for concurrent use.
type Repository interface {
	// Dir is the git directory.
	Dir() string
	// Refs returns the refs below prefix: a full name, or the part of one up to a slash.
	Refs(ctx context.Context, prefix string) (map[forks.Ref]forks.Hash, error)
	// Commits is Refs with annotated tags followed to their commits, and without what is
	// none.
	Commits(ctx context.Context, prefix string) (map[forks.Ref]forks.Hash, error)
	// Graph prepares the walks through what was fetched last.
	Graph(ctx context.Context) error
	// Quarantine opens an empty one.
	Quarantine(ctx context.Context) (Quarantine, error)
	// Maintain keeps a cache small and quick. The caller has it alone.
	Maintain(ctx context.Context, o repo.MaintainOptions) (repo.Maintained, error)
	// Close frees what reading took; a scratch repository is removed.
	Close() error
}

// Quarantine is a repository's objects, with a throw-away store in front of them that
// takes what is written. It is safe for concurrent use.
type Quarantine interface {
	rebase.Objects
	rebase.History
	merge.Bases
	Measures
	// Merger is git's own merge over these objects.
	rebase.Merger
	// Inputs reads what is merged: an object that is missing is a [*repo.DamagedError].
	Inputs() merge.Objects
	// Tree opens the files of a commit or a tree, as long as the quarantine is open.
	Tree(commit forks.Hash) (maintainers.Tree, error)
	// Outside lists those of ids, commits that are there, that none of tips contains, in
	// their order.
	Outside(ctx context.Context, ids, tips []forks.Hash) ([]forks.Hash, error)
	// NewestFirstParents lists the newest commits of tip's first-parent chain, at most
	// most of them, newest first.
	NewestFirstParents(ctx context.Context, tip forks.Hash, most int) ([]forks.Hash, error)
	// Pack makes durable what tips reach and known does not.
	Pack(ctx context.Context, tips, known []forks.Hash) error
	// KeepMerge keeps two commits whose merge is that of three trees, to be looked at.
	KeepMerge(ctx context.Context, base, ours, theirs forks.Hash, known []forks.Hash) (a, b forks.Hash, err error)
	// Close throws away what was not packed.
	Close() error
}

// Measures answers what people are told about a history. A zero from leaves out nothing.
type Measures interface {
	// Committed returns the committer date of a commit, whatever it is.
	Committed(id forks.Hash) (time.Time, error)
	// CountCommits counts the commits of from..to without the merges.
	CountCommits(ctx context.Context, from, to forks.Hash) (int, error)
	// Log reads the commits of from..to without the merges, mostly oldest first; of more
	// than most the newest.
	Log(ctx context.Context, from, to forks.Hash, most int, r repo.LogReader) error
	// CountLines counts in how many files two commits differ, and the lines that b has
	// more and less.
	CountLines(ctx context.Context, a, b forks.Hash) (files, added, removed int, err error)
	// CountChanged counts the files in which two commits differ; one that moved is two.
	CountChanged(ctx context.Context, a, b forks.Hash) (int, error)
	// Authors lists who wrote the commits of from..to that change one of paths.
	Authors(ctx context.Context, from, to forks.Hash, paths []forks.Path, most int) ([]repo.Authored, error)
	// RangeDiff compares two forms of a change, in at most most bytes of hostile text.
	RangeDiff(ctx context.Context, old, new forks.Hash, most int) (text string, shortened bool, err error)
}
