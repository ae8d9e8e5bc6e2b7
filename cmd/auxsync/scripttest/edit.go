package scripttest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func dateAfter(unix int64) time.Time { return time.Unix(unix, 0).UTC().Add(time.Minute) }

// edits turns the words of a script into the files of a commit.
func edits(t tb, r *repotest.Repo, branch string, words []string) map[string]string {
	files := map[string]string{}
	for _, edit := range split(words) {
		apply(t, r, branch, files, edit)
	}
	return files
}

// split separates edits at the word ",".
func split(words []string) [][]string {
	var out [][]string
	for len(words) > 0 {
		end := slices.Index(words, ",")
		if end < 0 {
			return append(out, words)
		}
		out = append(out, words[:end])
		words = words[end+1:]
	}
	return out
}

func apply(t tb, r *repotest.Repo, branch string, files map[string]string, edit []string) {
	read := func(path string) []string {
		text, ok := files[path]
		if !ok {
			if text, ok = r.File(t, branch, path); !ok {
				t.Fatalf("%s has no %s at %s", r.Dir, path, branch)
			}
		}
		return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	write := func(path string, lines []string) { files[path] = strings.Join(lines, "\n") + "\n" }
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		t.Check(err)
		return n - 1
	}
	switch words := len(edit); {
	case edit[0] == "edit" && words == 4:
		lines := read(edit[1])
		lines[number(edit[2])] = edit[3]
		write(edit[1], lines)
	case edit[0] == "insert" && words == 4:
		write(edit[1], slices.Insert(read(edit[1]), number(edit[2]), edit[3]))
	case edit[0] == "cut" && words == 3:
		n := number(edit[2])
		write(edit[1], slices.Delete(read(edit[1]), n, n+1))
	case edit[0] == "mv" && words == 3:
		write(edit[2], read(edit[1]))
		files[edit[1]] = repotest.Delete
	case edit[0] == "rm" && words == 2:
		files[edit[1]] = repotest.Delete
	case edit[0] == "add" && words > 2:
		write(edit[1], edit[2:])
	case edit[0] == "bytes" && words == 3:
		files[edit[1]] = edit[2]
	case edit[0] == "exec" && words == 2:
		files[edit[1]] = repotest.Executable(strings.Join(read(edit[1]), "\n") + "\n")
	case edit[0] == "link" && words == 3:
		files[edit[1]] = repotest.Symlink(edit[2])
	default:
		t.Fatalf("no such edit: %q; there are %q", edit, slices.Sorted(maps.Keys(map[string]bool{
			"edit PATH N TEXT": true, "insert PATH N TEXT": true, "cut PATH N": true, "mv OLD NEW": true, "rm PATH": true, "add PATH LINE…": true,
			"bytes PATH CONTENT": true, "exec PATH": true, "link PATH TARGET": true})))
	}
}
