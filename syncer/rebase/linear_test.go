package rebase

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func (l *lab) linear(t *testing.T, commits []forks.Hash, onto forks.Hash, committer string) LinearResult {
	t.Helper()
	r, err := Linear(t.Context(), l.q, l.q, commits, onto, committer)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (l *lab) raw(t *testing.T, id forks.Hash) string {
	t.Helper()
	_, data, err := l.q.Object(id)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWhatStandsWhereItIsToGoIsItself(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n"})
	tree := l.Tree(t, base)
	signed, err := l.q.Write("commit", fmt.Appendf(nil, "tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter C <c> 2 +0000\ngpgsig -----BEGIN\n \n -----END\n\nsigned\n", tree, base))
	if err != nil {
		t.Fatal(err)
	}
	if r := l.linear(t, []forks.Hash{signed}, base, ""); r.Tip != signed || !slices.Equal(r.Commits, []forks.Hash{signed}) {
		t.Errorf("%+v, want %s", r, signed)
	}
	if r := l.linear(t, nil, base, ""); r.Tip != base || len(r.Commits) != 0 {
		t.Errorf("%+v", r)
	}
	r := l.linear(t, []forks.Hash{signed}, base, "D <d> 3 +0100")
	want := fmt.Sprintf("tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter D <d> 3 +0100\n\nsigned\n", tree, base)
	if got := l.raw(t, r.Tip); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReplayedCommitsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n"})
	patch := l.Build(t, repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "patch", Files: map[string]string{"g": "1\n"}})[0]
	onto := l.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": "2\n"})
	before := fmt.Sprintf("tree %s\nparent %s\n", l.Tree(t, patch), base)
	for name, c := range map[string]struct{ head, want, message string }{
		"a signature":        {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\ngpgsig -----BEGIN\n abc\n \n -----END\n", "author A <a> 1 +0000\ncommitter C <c> 2 +0000\n", "\nm\n"},
		"two of them":        {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\ngpgsig-sha256 x\n y\ngpgsig x\n y\n", "author A <a> 1 +0000\ncommitter C <c> 2 +0000\n", "\nm\n"},
		"an encoding":        {"author J\xf6rg <j> 1 +0000\ncommitter C <c> 2 +0000\nencoding iso-8859-1\n", "", "\ngr\xfc\xdfe\n"},
		"an unknown header":  {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\nx-note one\n two\n three\n", "", "\nm\n"},
		"a tag of a merge":   {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\nmergetag object 1\n type commit\n \n text\n", "", "\nm\n"},
		"no message":         {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\n", "", "\n"},
		"no end of message":  {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\n", "", "\nno newline"},
		"blank lines":        {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\n", "", "\n\n\n  m  \n\n\n"},
		"an odd committer":   {"author A <a> 1 +0000\ncommitter  Odd  <> 99999999999 -1234\n", "", "\nm\n"},
		"a header like ours": {"author A <a> 1 +0000\ncommitter C <c> 2 +0000\nx committer\n committer no\n", "", "\ncommitter neither\n"},
	} {
		if c.want == "" {
			c.want = c.head
		}
		id, err := l.q.Write("commit", []byte(before+c.head+c.message))
		if err != nil {
			t.Fatal(err)
		}
		r := l.linear(t, []forks.Hash{id}, onto, "")
		tree := strings.TrimPrefix(strings.SplitN(l.raw(t, r.Tip), "\n", 2)[0], "tree ")
		if want, got := fmt.Sprintf("tree %s\nparent %s\n", tree, onto)+c.want+c.message, l.raw(t, r.Tip); got != want {
			t.Errorf("%s:\n%q, want\n%q", name, got, want)
		}
	}
}

func TestWhatIsEmptyStaysAndWhatBecomesItGoes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n"})
	commits := l.Build(t,
		repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "taken", Files: map[string]string{"f": "2\n"}},
		repotest.Commit{Branch: "topic", Subject: "empty"},
		repotest.Commit{Branch: "topic", Subject: "own", Files: map[string]string{"g": "1\n"}})
	onto := l.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": "2\n", "h": "1\n"})
	r := l.linear(t, commits, onto, "")
	if r.Conflict != nil || len(r.Commits) != 3 || !r.Commits[0].IsZero() || r.Commits[1].IsZero() || r.Commits[2] != r.Tip {
		t.Fatalf("%+v", r)
	}
	if got := l.raw(t, r.Commits[1]); !strings.Contains(got, "parent "+onto.String()+"\n") || !strings.HasSuffix(got, "\n\nempty\n") {
		t.Errorf("%q", got)
	}
	if r := l.linear(t, commits[:1], onto, ""); r.Tip != onto {
		t.Errorf("all of it was taken: %+v", r)
	}
}

func TestALinearReplayEndsAtTheFirstConflict(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n"})
	commits := l.Build(t,
		repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "fine", Files: map[string]string{"g": "1\n"}},
		repotest.Commit{Branch: "topic", Subject: "both", Files: map[string]string{"f": "topic\n"}},
		repotest.Commit{Branch: "topic", Subject: "after", Files: map[string]string{"h": "1\n"}})
	onto := l.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": "main\n"})
	r := l.linear(t, commits, onto, "")
	if r.Conflict == nil || r.Conflict.Commit != commits[1] || r.Conflict.Subject != "both" || len(r.Conflict.Files) != 1 || r.Conflict.Files[0].Path != "f" {
		t.Fatalf("%+v", r)
	}
	if len(r.Commits) != 1 || r.Tip != r.Commits[0] {
		t.Errorf("before it: %+v", r)
	}
}

func TestRootsArePickedAndMergesAreNot(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n"})
	root := l.Build(t, repotest.Commit{Branch: "root", Orphan: true, Subject: "root", Files: map[string]string{"g": "1\n"}})[0]
	if r := l.linear(t, []forks.Hash{root}, base, ""); r.Conflict != nil || r.Tip == base || r.Tip == root {
		t.Errorf("%+v", r)
	}
	merged := l.Build(t, repotest.Commit{Branch: "merged", Subject: "merged", Parents: []forks.Hash{base, root}, Tree: l.Tree(t, base)})[0]
	_, err := Linear(t.Context(), l.q, l.q, []forks.Hash{merged}, base, "")
	if picked, ok := errors.AsType[*MergePickedError](err); !ok || picked.Commit != merged {
		t.Error(err)
	}
	if _, err := Linear(t.Context(), l.q, l.q, []forks.Hash{{1}}, base, ""); err == nil {
		t.Error("a commit that is nowhere was picked")
	}
	if _, err := Linear(t.Context(), l.q, l.q, []forks.Hash{l.Tree(t, base)}, base, ""); err == nil || !strings.Contains(err.Error(), "is a tree, want a commit") {
		t.Error(err)
	}
}

// A stack on its own base, less its last commit and then on it again, is the stack.
func TestAReplayThereAndBackIsTheSameTree(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	base := l.Commit(t, "main", repotest.Ada, "base", map[string]string{"f": "1\n", "g": "1\n"})
	commits := l.Build(t,
		repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "one", Files: map[string]string{"f": "2\n"}},
		repotest.Commit{Branch: "topic", Subject: "two", Files: map[string]string{"new": "2\n"}})
	onto := l.Commit(t, "main", repotest.Ada, "on", map[string]string{"g": "2\n"})
	there := l.linear(t, commits, onto, "")
	back := l.linear(t, there.Commits, base, "")
	if back.Tip != commits[1] {
		t.Errorf("%s, want %s: committer, author and message are kept, and so is the id", back.Tip, commits[1])
	}
}
