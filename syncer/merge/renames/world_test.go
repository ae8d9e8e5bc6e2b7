package renames

import (
	"crypto/sha1"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// tree is the files of a tree as repotest writes them: path to content.
type tree map[string]string

// memory is blobs in memory.
type memory map[forks.Hash][]byte

func (m memory) Blob(id forks.Hash) ([]byte, error) {
	data, ok := m[id]
	if !ok {
		return nil, fmt.Errorf("object %s is missing", id)
	}
	return data, nil
}

// sized is memory that also tells sizes.
type sized struct{ memory }

func (s sized) Size(id forks.Hash) (int64, error) {
	data, err := s.Blob(id)
	return int64(len(data)), err
}

// add stores a blob and returns its id.
func (m memory) add(data string) forks.Hash {
	id := forks.Hash(sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data)))
	m[id] = []byte(data)
	return id
}

// file makes the entry of a path from repotest's content.
func (m memory) file(path, content string) File {
	f := File{Path: path, Mode: forks.ModeRegular}
	for _, mode := range []forks.Mode{forks.ModeRegular, forks.ModeExecutable, forks.ModeSymlink, forks.ModeSubmodule} {
		mark, _, _ := strings.Cut(repotest.Executable(""), "100755")
		if rest, ok := strings.CutPrefix(content, fmt.Sprintf("%s%06o ", mark, mode)); ok {
			f.Mode, content = mode, rest
		}
	}
	if f.Mode == forks.ModeSubmodule {
		f.ID, _ = forks.ParseHash(content)
		return f
	}
	f.ID = m.add(content)
	return f
}

// question asks for the files that moved from base to side.
func question(m memory, base, side tree) Question {
	var q Question
	for _, p := range slices.Sorted(maps.Keys(base)) {
		if _, kept := side[p]; !kept {
			q.Gone = append(q.Gone, m.file(p, base[p]))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(side)) {
		if _, old := base[p]; !old {
			q.New = append(q.New, m.file(p, side[p]))
		}
	}
	return q
}

// tell writes pairs in the way of git's raw format, sorted by destination.
func tell(pairs []Pair) string {
	var b strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&b, "R%03d %q %q\n", p.Score*100/MaxScore, p.From.Path, p.To.Path)
	}
	return b.String()
}

// git runs git on a repository with something on standard input.
func git(t testing.TB, r *repotest.Repo, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(repotest.Env(), "GIT_DIR="+r.Dir)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// fastRepo is a repository that does not compress.
func fastRepo(t testing.TB) *repotest.Repo {
	t.Helper()
	r := repotest.New(t, t.TempDir())
	r.Git(t, "config", "core.compression", "0")
	r.Git(t, "config", "pack.depth", "0")
	return r
}

// gitRenames asks git for the renames of each side against its base, in one process.
func gitRenames(t testing.TB, sides [][2]tree, options ...string) []string {
	t.Helper()
	r := fastRepo(t)
	var commits []repotest.Commit
	for _, s := range sides {
		change := maps.Clone(s[1])
		for p := range s[0] {
			if _, kept := change[p]; !kept {
				change[p] = repotest.Delete
			}
		}
		commits = append(commits,
			repotest.Commit{Branch: "case", Orphan: true, Subject: "base", Files: s[0]},
			repotest.Commit{Branch: "case", Subject: "side", Files: change})
	}
	ids := r.Build(t, commits...)
	var in strings.Builder
	at := map[string]int{}
	for i := range sides {
		at[ids[2*i+1].String()] = i
		fmt.Fprintf(&in, "%s\n", ids[2*i+1])
	}
	args := append([]string{"diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-rename-empty"}, options...)
	return readRenames(t, git(t, r, in.String(), args...), at, len(sides))
}

// readRenames reads the answer of diff-tree by case, as tell writes it.
func readRenames(t testing.TB, out string, at map[string]int, n int) []string {
	t.Helper()
	found := make([]map[string]string, n)
	current := -1
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for k := 0; k < len(fields); k++ {
		f := fields[k]
		if i, ok := at[f]; ok {
			current = i
			found[i] = map[string]string{}
			continue
		}
		status := f[strings.LastIndexByte(f, ' ')+1:]
		if status[0] != 'R' {
			k++
			continue
		}
		found[current][fields[k+2]] = fmt.Sprintf("%s %q %q\n", status, fields[k+1], fields[k+2])
		k += 2
	}
	answers := make([]string, n)
	for i, m := range found {
		for _, p := range slices.Sorted(maps.Keys(m)) {
			answers[i] += m[p]
		}
	}
	return answers
}
