package lines

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// repository is a git repository with three commits, the last two on the first: each
// has one input of every case, all under the same names.
type repository struct {
	t    testing.TB
	path string
}

func newRepository(t testing.TB, cases []triple) *repository {
	t.Helper()
	r := &repository{t, t.TempDir()}
	r.git(nil, "init", "--bare", "--quiet", ".")
	r.git(nil, "config", "core.compression", "0")
	var in bytes.Buffer
	pick := func(which int, c triple) []byte { return [][]byte{c.base, c.ours, c.theirs}[which] }
	for which, name := range []string{"base", "ours", "theirs"} {
		fmt.Fprintf(&in, "commit refs/heads/%s\nmark :%d\ncommitter A <a@example.org> 1700000000 +0000\ndata 0\n", name, which+1)
		if which > 0 {
			fmt.Fprintln(&in, "from :1")
		}
		for i, c := range cases {
			data := pick(which, c)
			fmt.Fprintf(&in, "M 100644 inline a/%06d\ndata %d\n", i, len(data))
			in.Write(data)
			in.WriteByte('\n')
		}
	}
	r.git(&in, "fast-import", "--quiet")
	return r
}

// git runs git; exit status 1 is no failure.
func (r *repository) git(in io.Reader, args ...string) []byte {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.path
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.path, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C"}
	cmd.Stdin = in
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		r.t.Fatalf("git %v: %v: %s", args, err, said.Bytes())
	}
	return out
}

// diffs are the changes from the base to ours that git sees in each case. It is asked
// for a line of context: without any, it cuts common ends off before it compares.
func (r *repository) diffs(algorithm string, n int) [][]Change {
	r.t.Helper()
	out := r.git(nil, "-c", "diff.indentHeuristic=false", "diff", "-U1", "--text", "--no-renames", "--no-color",
		"--diff-algorithm="+algorithm, "base", "ours")
	all := make([][]Change, n)
	var in []Change
	var a, b, which, leftA, leftB int
	open := false
	for line := range bytes.Lines(out) {
		text := string(line)
		switch {
		case leftA <= 0 && leftB <= 0 && strings.HasPrefix(text, "diff --git"):
			name := strings.Fields(text)[2]
			which, _ = strconv.Atoi(name[strings.LastIndexByte(name, '/')+1:])
			in, open = nil, false
		case leftA <= 0 && leftB <= 0 && strings.HasPrefix(text, "@@ "):
			fields := strings.Fields(text)
			a, leftA = place(fields[1][1:])
			b, leftB = place(fields[2][1:])
			open = false
		case leftA <= 0 && leftB <= 0:
		case text[0] == ' ':
			a, b, leftA, leftB = a+1, b+1, leftA-1, leftB-1
			open = false
		case text[0] == '-' || text[0] == '+':
			if !open {
				in = append(in, Change{Range{a, a}, Range{b, b}})
				open = true
			}
			if text[0] == '-' {
				a, leftA = a+1, leftA-1
			} else {
				b, leftB = b+1, leftB-1
			}
			in[len(in)-1].A.End, in[len(in)-1].B.End = a, b
			all[which] = in
		}
	}
	return all
}

// place reads "start,count" of a hunk's head.
func place(s string) (start, count int) {
	first, rest, two := strings.Cut(s, ",")
	start, _ = strconv.Atoi(first)
	count = 1
	if two {
		count, _ = strconv.Atoi(rest)
	}
	if count > 0 {
		start--
	}
	return start, count
}

// merges are git's results in one style, and which of them are in conflict.
func (r *repository) merges(style, attributes string, n int) (contents [][]byte, conflicted []bool) {
	r.t.Helper()
	file := filepath.Join(r.path, "attributes-of-all")
	if err := os.WriteFile(file, []byte("* "+attributes+"\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	out := string(r.git(nil, "-c", "merge.conflictStyle="+style, "-c", "core.attributesFile="+file,
		"merge-tree", "--write-tree", "-z", "--no-messages", "ours", "theirs"))
	records := strings.Split(out, "\x00")
	conflicted = make([]bool, n)
	for _, record := range records[1:] {
		if _, path, ok := strings.Cut(record, "\t"); ok {
			i, _ := strconv.Atoi(strings.TrimPrefix(path, "a/"))
			conflicted[i] = true
		}
	}
	return r.files(records[0], n), conflicted
}

// favored are git's results with -X ours or -X theirs. They need a work tree.
func (r *repository) favored(style, side string, n int) [][]byte {
	r.t.Helper()
	r.git(nil, "config", "core.bare", "false")
	tree := filepath.Join(r.t.TempDir(), "tree")
	r.git(nil, "worktree", "add", "--quiet", "--detach", tree, "ours")
	r.git(nil, "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "merge.conflictStyle="+style,
		"-C", tree, "merge", "--quiet", "-m", "m", "-s", "ort", "-X", side, "theirs")
	merged := strings.TrimSpace(string(r.git(nil, "-C", tree, "rev-parse", "HEAD")))
	return r.files(merged, n)
}

// files are the contents of all cases in a tree.
func (r *repository) files(tree string, n int) (contents [][]byte) {
	r.t.Helper()
	var ask bytes.Buffer
	for i := range n {
		fmt.Fprintf(&ask, "%s:a/%06d\n", tree, i)
	}
	answers := bufio.NewReader(bytes.NewReader(r.git(&ask, "cat-file", "--batch")))
	for range n {
		head, err := answers.ReadString('\n')
		if err != nil {
			r.t.Fatal(err)
		}
		size, err := strconv.Atoi(strings.Fields(head)[2])
		if err != nil {
			r.t.Fatal(head, err)
		}
		data := make([]byte, size+1)
		if _, err := io.ReadFull(answers, data); err != nil {
			r.t.Fatal(err)
		}
		contents = append(contents, data[:size])
	}
	return contents
}

// baseName is what git calls the base behind markers.
func (r *repository) baseName() string {
	return strings.TrimSpace(string(r.git(nil, "rev-parse", "--short", "base")))
}
