package repo

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Authored is somebody with how many changes of theirs were found.
type Authored struct {
	forks.Person // as a commit names them; hostile
	Changes      int
}

// Authors lists who wrote the commits of from..to that change one of paths or something
// below it, the newest change first; a zero from leaves out none. Merges are passed
// over, a change that stands in history several times, after rebases, counts once, and
// of more than most commits the newest are looked at.
func (q *Quarantine) Authors(ctx context.Context, from, to forks.Hash, paths []forks.Path, most int) ([]Authored, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	commits, err := q.revList(ctx, limitToPaths([]string{"--no-merges", "--full-history", "--max-count=" + strconv.Itoa(most)}, revisions(to, from), paths))
	if err != nil {
		return nil, err
	}
	var list []Authored
	at, seen := map[forks.Person]int{}, map[string]bool{}
	for _, id := range commits {
		_, raw, err := q.Object(id)
		if err != nil {
			return nil, err
		}
		ident, subject := wrote(raw)
		change := ident + "\n" + subject
		if ident == "" || seen[change] {
			continue
		}
		seen[change] = true
		who := parseWho(ident)
		i, known := at[who]
		if !known {
			i, list = len(list), append(list, Authored{Person: who})
			at[who] = i
		}
		list[i].Changes++
	}
	return list, nil
}

// wrote returns the author of a commit, with the time, as its header has it, and the
// first line of its message.
func wrote(commit []byte) (ident, subject string) {
	head, message, _ := strings.Cut(string(commit), "\n\n")
	for line := range strings.Lines(head) {
		if author, ok := strings.CutPrefix(line, "author "); ok {
			ident = strings.TrimSuffix(author, "\n")
		}
	}
	subject, _, _ = strings.Cut(message, "\n")
	return ident, subject
}

// parseWho reads "NAME <EMAIL> TIME ZONE".
func parseWho(ident string) forks.Person {
	name, rest, _ := strings.Cut(ident, "<")
	email, _, _ := strings.Cut(rest, ">")
	return forks.Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
}

// CountChanged counts the files in which two commits differ; a file that moved is two.
func (q *Quarantine) CountChanged(ctx context.Context, a, b forks.Hash) (int, error) {
	out, err := q.run(ctx, call{args: []string{"diff-tree", "-r", "--no-renames", "--name-only", "-z", a.String(), b.String()}})
	if err != nil {
		return 0, err
	}
	return bytes.Count(out.stdout, []byte{0}), nil
}
