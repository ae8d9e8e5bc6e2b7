package syncertest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Fork makes a copy with all refs at another address.
func (s *Server) Fork(_ repotest.TB, url string) *Server {
	fork := s.git.NewServer(url)
	fork.Now, fork.at = s.Now, s.refs()
	return fork
}

// Refs returns all refs.
func (s *Server) Refs(repotest.TB) map[forks.Ref]forks.Hash { return s.refs() }

// SetRef moves a branch or full ref without further ado; a zero id removes it.
func (s *Server) SetRef(_ repotest.TB, branch string, id forks.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id.IsZero() {
		delete(s.at, fullRef(branch))
		return
	}
	s.at[fullRef(branch)] = id
}

// Tip returns the commit of a branch or full ref, which must exist.
func (s *Server) Tip(t repotest.TB, branch string) forks.Hash {
	t.Helper()
	id := s.refs()[fullRef(branch)]
	if id.IsZero() {
		t.Fatalf("%s has no %s", s.url, fullRef(branch))
	}
	return id
}

// Tree returns the tree of a commit.
func (s *Server) Tree(t repotest.TB, commit forks.Hash) forks.Hash {
	t.Helper()
	tree, err := s.git.view().treeOf(commit)
	fatal(t, err)
	return tree
}

// File returns the content of a file at a branch, a full ref or an id in hex, and whether
// it exists.
func (s *Server) File(t repotest.TB, rev, path string) (string, bool) {
	t.Helper()
	id, err := forks.ParseHash(rev)
	if err != nil {
		id = s.Tip(t, rev)
	}
	v := s.git.view()
	e, err := v.at(s.Tree(t, id), path)
	fatal(t, err)
	if e.mode == 0 || e.mode == forks.ModeDir || e.mode == forks.ModeSubmodule {
		return "", false
	}
	o, err := v.object(e.id)
	fatal(t, err)
	return string(o.data), true
}

// Commit adds a commit to a branch, making it if need be.
func (s *Server) Commit(t repotest.TB, branch, author, subject string, files map[string]string) forks.Hash {
	t.Helper()
	return s.Build(t, repotest.Commit{Branch: branch, Author: author, Subject: subject, Files: files})[0]
}

// Merge adds a merge of other to a branch: our own engine's, with files on top. Without
// files it must be clean.
func (s *Server) Merge(t repotest.TB, branch, author, subject string, other forks.Hash, files map[string]string) forks.Hash {
	t.Helper()
	q := newQuarantine(s.git.repository(s.url))
	tip := s.Tip(t, branch)
	merged, err := q.MergeCommits(context.Background(), tip, other)
	fatal(t, err)
	if !merged.Clean() && len(files) == 0 {
		t.Fatalf("merge %s into %s of %s: %v", other, branch, s.url, merged.Files)
	}
	fatal(t, q.Pack(context.Background(), []forks.Hash{merged.Tree}, nil))
	return s.Build(t, repotest.Commit{Branch: branch, Author: author, Subject: subject, Parents: []forks.Hash{tip, other}, Tree: merged.Tree, Files: files})[0]
}

// Build makes commits and returns their ids. A commit without Parents follows the one
// before it on its branch.
func (s *Server) Build(t repotest.TB, commits ...repotest.Commit) []forks.Hash {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []forks.Hash
	for _, c := range commits {
		ref := fullRef(c.Branch)
		if c.Date.IsZero() {
			c.Date = s.Now
			s.Now = s.Now.Add(time.Minute)
		}
		if c.Author == "" {
			c.Author = repotest.Ada
		}
		if c.Committer == "" {
			c.Committer = c.Author
		}
		if tip := s.at[ref]; c.Parents == nil && !tip.IsZero() && !c.Orphan {
			c.Parents = []forks.Hash{tip}
		}
		b := builder{s.git}
		tree := b.tree(t, c)
		at := fmt.Sprintf(" %d +0000", c.Date.Unix())
		s.at[ref] = b.write(t, "commit", encodeCommit(tree, c.Parents, c.Author+at, c.Committer+at, c.Subject+"\n"))
		out = append(out, s.at[ref])
	}
	return out
}

// encodeCommit writes a commit; author and committer have their dates.
func encodeCommit(tree forks.Hash, parents []forks.Hash, author, committer, message string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", author, committer, message)
	return b.Bytes()
}

// builder writes objects for good.
type builder struct{ git *Git }

func (b builder) write(t repotest.TB, kind string, data []byte) forks.Hash {
	t.Helper()
	o, err := parse(kind, data, b.git.objects.find)
	fatal(t, err)
	b.git.objects.keep(o)
	return o.id
}

// tree makes the tree of a commit: what is removed goes first, for a file may take the
// place of a folder.
func (b builder) tree(t repotest.TB, c repotest.Commit) forks.Hash {
	t.Helper()
	top := c.Tree
	if top.IsZero() && len(c.Parents) > 0 {
		var err error
		top, err = b.git.view().treeOf(c.Parents[0])
		fatal(t, err)
	}
	if top.IsZero() {
		top = forks.EmptyTree
	}
	paths := slices.Sorted(maps.Keys(c.Files))
	for _, p := range paths {
		if c.Files[p] == repotest.Delete {
			top = b.put(t, top, p, entry{})
		}
	}
	mark := strings.TrimSuffix(repotest.Executable(""), "100755 ")
	for _, p := range paths {
		content, e := c.Files[p], entry{mode: forks.ModeRegular}
		if content == repotest.Delete {
			continue
		}
		if rest, marked := strings.CutPrefix(content, mark); marked {
			mode, text, _ := strings.Cut(rest, " ")
			_, err := fmt.Sscanf(mode, "%o", &e.mode)
			fatal(t, err)
			content = text
		}
		if e.mode == forks.ModeSubmodule {
			id, err := forks.ParseHash(content)
			fatal(t, err)
			e.id = id
		} else {
			e.id = b.write(t, "blob", []byte(content))
		}
		top = b.put(t, top, p, e)
	}
	return top
}

// put places an entry at a path, or removes what is there if it is zero.
func (b builder) put(t repotest.TB, tree forks.Hash, path string, e entry) forks.Hash {
	t.Helper()
	list, err := b.git.view().folder(tree)
	fatal(t, err)
	name, below, deeper := strings.Cut(path, "/")
	i := slices.IndexFunc(list, func(e entry) bool { return e.name == name })
	if deeper {
		inner := forks.EmptyTree
		if i >= 0 && list[i].mode == forks.ModeDir {
			inner = list[i].id
		} else if e.mode == 0 {
			return tree
		}
		if inner = b.put(t, inner, below, e); inner == forks.EmptyTree {
			e = entry{}
		} else {
			e = entry{mode: forks.ModeDir, id: inner}
		}
	}
	list = slices.Clone(list)
	if i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if e.mode != 0 {
		e.name = name
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.place(), b.place()) })
	var data bytes.Buffer
	for _, e := range list {
		fmt.Fprintf(&data, "%o %s\x00%s", uint32(e.mode), e.name, e.id[:])
	}
	return b.write(t, "tree", data.Bytes())
}

func fullRef(branch string) forks.Ref {
	if strings.HasPrefix(branch, "refs/") {
		return forks.Ref(branch)
	}
	return forks.BranchRef(branch)
}

func fatal(t repotest.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}
