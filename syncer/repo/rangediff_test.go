package repo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestRangeDiffTellsHowAChangeReadsNow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "old", repotest.Ada, "base", files{"a": "1\n2\n3\n4\n5\n", "gone": "x\n"})
	b.up.SetRef(t, "new", b.up.Tip(t, "old"))
	old := b.up.Commit(t, "old", repotest.Ada, "a: change", files{"a": "1\n2\nmine\n4\n5\n"})
	b.up.Commit(t, "new", repotest.Grace, "upstream", files{"a": "0\n1\n2\n3\nfour\n5\n"})
	moved := b.up.Build(t, repotest.Commit{Branch: "new", Author: repotest.Ada, Subject: "a: change", Files: files{"a": "0\n1\n2\nmine, adapted\nfour\n5\n"}})[0]
	other := b.up.Build(t, repotest.Commit{Branch: "new", Author: repotest.Alan, Subject: "nothing in common", Files: files{"gone": repotest.Delete}})[0]
	q := b.quarantine(t)

	text, shortened, err := q.RangeDiff(t.Context(), old, moved, 1<<10)
	if err != nil || shortened || strings.HasPrefix(text, " ") && !strings.HasPrefix(text, " @@") {
		t.Fatalf("%q, %t, %v", text, shortened, err)
	}
	for _, want := range []string{"\n-+mine\n", "\n++mine, adapted\n", "\n+ four\n"} {
		if !strings.Contains("\n"+text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, old.String()) || strings.Contains(text, "a: change") {
		t.Errorf("the header is there:\n%s", text)
	}
	cut, shortened, err := q.RangeDiff(t.Context(), old, moved, 30)
	if err != nil || !shortened || len(cut) > 30 || !strings.HasPrefix(text, cut) || !strings.HasSuffix(cut, "\n") {
		t.Errorf("cut: %q, %t, %v", cut, shortened, err)
	}
	if text, shortened, err := q.RangeDiff(t.Context(), old, old, 1<<10); text != "" || shortened || err != nil {
		t.Errorf("the same: %q, %t, %v", text, shortened, err)
	}
	if text, _, err := q.RangeDiff(t.Context(), old, other, 1<<10); err != nil || !strings.Contains(text, "nothing in common") || strings.Contains(text, "-------") {
		t.Errorf("nothing in common: %q, %v", text, err)
	}
	if _, _, err := q.RangeDiff(t.Context(), old, forks.Hash{1}, 1<<10); err == nil {
		t.Errorf("a commit that nobody has is compared")
	}
}

func TestALongRangeDiffIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	text := func(word string) string {
		var s strings.Builder
		for n := range 20000 {
			fmt.Fprintf(&s, "%s \x1b[31m %d %s\n", word, n, strings.Repeat("y", 40))
		}
		return s.String()
	}
	base := b.up.Commit(t, "one", repotest.Ada, "base", files{"b": "0\n"})
	b.up.SetRef(t, "two", base)
	old := b.up.Commit(t, "one", repotest.Ada, "a", files{"a": text("one")})
	new := b.up.Commit(t, "two", repotest.Ada, "a", files{"a": text("two"), "c": strings.Repeat("z", 200<<10)})
	got, shortened, err := b.quarantine(t).RangeDiff(t.Context(), old, new, 6<<10)
	if err != nil || !shortened || len(got) > 6<<10 || len(got) < 5<<10 {
		t.Errorf("%d bytes, %t, %v", len(got), shortened, err)
	}
}

func TestLinesInWhichTwoCommitsDiffer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n2\n3\n", "m": "1\n2\n3\n4\n", "bin": "\x00\n"})
	two := b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "1\n3\n4\n5\n", "m": repotest.Delete, "moved": "1\n2\n3\n4\n", "bin": "\x00\x01\n"})
	three := b.up.Commit(t, "main", repotest.Ada, "three", files{"a": "1\n3\n4\n"})
	q := b.quarantine(t)
	for _, c := range []struct {
		a, b forks.Hash
		want [3]int
	}{{one, two, [3]int{3, 2, 1}}, {two, three, [3]int{1, 0, 1}}, {three, two, [3]int{1, 1, 0}}, {one, one, [3]int{}}} {
		files, added, removed, err := q.CountLines(t.Context(), c.a, c.b)
		if got := [3]int{files, added, removed}; got != c.want || err != nil {
			t.Errorf("%v, %v, want %v", got, err, c.want)
		}
	}
}
