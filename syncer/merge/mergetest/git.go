package mergetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// workers is how many children of git are asked at once. Each answers one question; most
// of the time goes into starting them.
const workers = 2

// Git is a git that is asked, with a bare repository to ask it about.
type Git struct {
	path, dir string
}

// NewGit makes an empty repository in dir. The git is that of AUXSYNC_GIT, or the
// installed one.
func NewGit(t repotest.TB, dir string) *Git {
	t.Helper()
	g := &Git{path: cmp.Or(os.Getenv("AUXSYNC_GIT"), "git"), dir: filepath.Join(dir, "oracle.git")}
	if _, err := g.run(nil, "init", "--quiet", "--bare", "--template=", g.dir); err != nil {
		t.Fatalf("%v", err)
	}
	return g
}

// Ask hands the objects of the store to git and asks all questions; the answers are in
// their order.
func (g *Git) Ask(t repotest.TB, s *Store, questions ...Question) []Answer {
	t.Helper()
	g.Take(t, s)
	g.name(t, questions)
	answers := make([]Answer, len(questions))
	errs := make([]error, len(questions))
	next := make(chan int)
	var group sync.WaitGroup
	for range min(workers, len(questions)) {
		group.Go(func() {
			for i := range next {
				answers[i], errs[i] = g.ask(questions[i])
			}
		})
	}
	for i := range questions {
		next <- i
	}
	close(next)
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("%v", err)
	}
	return answers
}

// name makes the branches by which sides are called.
func (g *Git) name(t repotest.TB, questions []Question) {
	t.Helper()
	var in strings.Builder
	for _, q := range questions {
		for i, id := range []forks.Hash{q.Ours, q.Theirs} {
			if q.Names[i] != "" {
				fmt.Fprintf(&in, "create refs/heads/%s %s\n", q.Names[i], id)
			}
		}
	}
	if in.Len() == 0 {
		return
	}
	if _, err := g.run(strings.NewReader(in.String()), "update-ref", "--stdin"); err != nil {
		t.Fatalf("%v", err)
	}
}

func (g *Git) ask(q Question) (Answer, error) {
	args := append(q.Settings.arguments(), "merge-tree", "--write-tree", "-z", "--messages")
	if q.Unrelated {
		args = append(args, "--allow-unrelated-histories")
	}
	out, says, err := g.hear(nil, append(args, q.OursName(), q.TheirsName())...)
	var failure *failure
	switch {
	case err == nil:
		return parseAnswer(out, says, 0)
	case !errors.As(err, &failure):
		return Answer{}, err
	case failure.exit == 1:
		return parseAnswer(out, says, 1)
	case failure.exit < 0 && strings.Contains(failure.says, "Assertion"):
		return Answer{Exit: failure.exit, Aborted: strings.TrimSpace(failure.says)}, nil
	case strings.Contains(failure.says, "refusing to merge"):
		return Answer{Exit: failure.exit, Refused: strings.TrimSpace(failure.says)}, nil
	}
	return Answer{}, err
}

// Take hands the objects of the store, those that git does not have yet, to git, which
// checks them: a malformed tree is an error.
func (g *Git) Take(t repotest.TB, s *Store) {
	t.Helper()
	var pack bytes.Buffer
	n, err := s.pack(&pack)
	if err == nil && n > 0 {
		_, err = g.run(&pack, "index-pack", "--strict", "--stdin")
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// Fsck checks all objects of the repository; what git has to say about one is an error.
// That nothing refers to most of them is no news.
func (g *Git) Fsck(t repotest.TB) {
	t.Helper()
	out, err := g.run(nil, "fsck", "--strict", "--full", "--no-dangling", "--no-progress")
	if said := strings.TrimSpace(string(out)); err != nil || said != "" {
		t.Fatalf("git fsck: %v\n%s", err, said)
	}
}

// MergeBases asks for the best common ancestors, in git's order.
func (g *Git) MergeBases(one forks.Hash, others ...forks.Hash) ([]forks.Hash, error) {
	args := []string{"merge-base", "--all", one.String()}
	for _, id := range others {
		args = append(args, id.String())
	}
	out, err := g.run(nil, args...)
	var failure *failure
	if err != nil && (!errors.As(err, &failure) || failure.exit != 1) {
		return nil, err
	}
	var ids []forks.Hash
	for word := range strings.FieldsSeq(string(out)) {
		id, err := forks.ParseHash(word)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Load copies objects of git into the store: trees with all that is in them, by one
// `cat-file --batch`.
func (g *Git) Load(t repotest.TB, s *Store, ids ...forks.Hash) {
	t.Helper()
	seen := map[forks.Hash]bool{}
	for len(ids) > 0 {
		var in strings.Builder
		for _, id := range ids {
			seen[id] = true
			in.WriteString(id.String() + "\n")
		}
		out, err := g.run(strings.NewReader(in.String()), "cat-file", "--batch")
		if err != nil {
			t.Fatalf("%v", err)
		}
		var next []forks.Hash
		for range ids {
			head, rest, _ := bytes.Cut(out, []byte("\n"))
			var hex, kind string
			var size int
			if _, err := fmt.Sscanf(string(head), "%s %s %d", &hex, &kind, &size); err != nil || len(rest) <= size {
				t.Fatalf("git cat-file: %q: %v", head, err)
			}
			s.must(kind, rest[:size])
			if kind == "tree" {
				next = append(next, entriesOf(rest[:size])...)
			}
			out = rest[size+1:]
		}
		ids = nil
		for _, id := range next {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
}

// entriesOf lists what a tree holds, without submodules.
func entriesOf(tree []byte) (ids []forks.Hash) {
	for len(tree) > 0 {
		head, rest, _ := bytes.Cut(tree, []byte{0})
		if !bytes.HasPrefix(head, []byte("160000 ")) {
			ids = append(ids, forks.Hash(rest[:20]))
		}
		tree = rest[20:]
	}
	return ids
}

// failure is an exit code that is not 0; it is negative if a signal ended git.
type failure struct {
	args []string
	exit int
	says string
}

func (f *failure) Error() string {
	return fmt.Sprintf("git %s: exit code %d: %s", strings.Join(f.args, " "), f.exit, f.says)
}

func (g *Git) run(in io.Reader, args ...string) ([]byte, error) {
	out, _, err := g.hear(in, args...)
	return out, err
}

// hear runs git and returns what it writes and what it says beside that.
func (g *Git) hear(in io.Reader, args ...string) (out []byte, said string, err error) {
	cmd := exec.Command(g.path, args...)
	cmd.Env = append(repotest.Env(), "GIT_DIR="+g.dir)
	cmd.Stdin = in
	var written, says bytes.Buffer
	cmd.Stdout, cmd.Stderr = &written, &says
	err = cmd.Run()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		err = &failure{args: args, exit: exit.ExitCode(), says: says.String()}
	} else if err != nil {
		err = fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return written.Bytes(), says.String(), err
}
