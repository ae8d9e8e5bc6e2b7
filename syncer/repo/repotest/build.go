package repotest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Build makes commits in one run of git fast-import and returns their ids. A
// commit without Parents follows the one before it on its branch.
func (r *Repo) Build(t TB, commits ...Commit) []forks.Hash {
	t.Helper()
	tips := map[forks.Ref]string{}
	for ref, id := range r.Refs(t) {
		tips[ref] = id.String()
	}
	var in bytes.Buffer
	for i, c := range commits {
		r.write(&in, c, i+1, tips)
	}
	in.WriteString("done\n")
	marks, err := os.CreateTemp("", "auxsync-marks-*")
	if err != nil {
		t.Fatalf("marks: %v", err)
	}
	defer os.Remove(marks.Name())
	defer marks.Close()
	r.fastImport(t, in.Bytes(), marks.Name())
	return readMarks(t, marks.Name(), len(commits))
}

func (r *Repo) fastImport(t TB, stream []byte, marks string) {
	t.Helper()
	runIn(t, r.Dir, stream, "fast-import", "--quiet", "--force", "--done", "--date-format=raw", "--export-marks="+marks)
}

// write appends one commit in fast-import's language.
func (r *Repo) write(in *bytes.Buffer, c Commit, mark int, tips map[forks.Ref]string) {
	if c.Date.IsZero() {
		c.Date = r.Now
		r.Now = r.Now.Add(time.Minute)
	}
	if c.Author == "" {
		c.Author = Ada
	}
	if c.Committer == "" {
		c.Committer = c.Author
	}
	ref := fullRef(c.Branch)
	var parents []string
	for _, p := range c.Parents {
		parents = append(parents, p.String())
	}
	if tip := tips[ref]; parents == nil && tip != "" && !c.Orphan {
		parents = []string{tip}
	}
	if len(parents) == 0 {
		fmt.Fprintf(in, "reset %s\n", ref)
	}
	fmt.Fprintf(in, "commit %s\nmark :%d\nauthor %s %s\ncommitter %s %s\n", ref, mark, c.Author, gitDate(c.Date), c.Committer, gitDate(c.Date))
	writeData(in, c.Subject+"\n")
	for i, p := range parents {
		fmt.Fprintf(in, "%s %s\n", []string{"from", "merge"}[min(i, 1)], p)
	}
	if !c.Tree.IsZero() {
		fmt.Fprintf(in, "M 040000 %s \"\"\n", c.Tree)
	}
	// What is removed goes first: a file may take the place of a directory.
	paths := slices.Sorted(maps.Keys(c.Files))
	for _, p := range paths {
		if c.Files[p] == Delete {
			fmt.Fprintf(in, "D %s\n", quotePath(p))
		}
	}
	for _, p := range paths {
		writeFile(in, p, c.Files[p])
	}
	tips[ref] = fmt.Sprintf(":%d", mark)
}

func writeFile(in *bytes.Buffer, path, content string) {
	mode := "100644"
	if rest, marked := strings.CutPrefix(content, modeMark); marked {
		mode, content, _ = strings.Cut(rest, " ")
	}
	switch {
	case content == Delete:
	case mode == "160000":
		fmt.Fprintf(in, "M %s %s %s\n", mode, content, quotePath(path))
	default:
		fmt.Fprintf(in, "M %s inline %s\n", mode, quotePath(path))
		writeData(in, content)
	}
}

func writeData(in *bytes.Buffer, s string) { fmt.Fprintf(in, "data %d\n%s\n", len(s), s) }

// quotePath writes a path as fast-import reads any bytes.
func quotePath(path string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(path) {
		if c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

// readMarks reads ":<mark> <id>" lines.
func readMarks(t TB, path string, n int) []forks.Hash {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("marks: %v", err)
	}
	ids := make([]forks.Hash, n)
	for line := range strings.Lines(string(data)) {
		var mark int
		var hex string
		if _, err := fmt.Sscanf(line, ":%d %s", &mark, &hex); err != nil || mark < 1 || mark > n {
			t.Fatalf("mark %q", line)
		}
		ids[mark-1] = parseHash(t, hex)
	}
	return ids
}
