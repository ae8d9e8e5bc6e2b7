package repo

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// plainNames takes the ids of throw-away commits out of messages and out of the
// names that git makes up for two things at one path: "dir~<id>" becomes
// "dir~patch", in the tree too.
func (q *Quarantine) plainNames(result forks.MergeResult, ids throwaways) (forks.MergeResult, error) {
	plain := []string{ids.base.String(), forks.WordBase, ids.ours.String(), forks.WordOurs, ids.theirs.String(), forks.WordTheirs}
	words := strings.NewReplacer(plain...)
	var renamed []string // what messages call it, and what it is called now
	for i := range result.Files {
		f := &result.Files[i]
		was := string(f.Path)
		now := words.Replace(was)
		if now == was {
			continue
		}
		tree, name, err := q.renameEntry(result.Tree, was, now[strings.LastIndexByte(now, '/')+1:])
		if err != nil {
			return forks.MergeResult{}, fmt.Errorf("name %s: %w", quoted(now), err)
		}
		now = was[:strings.LastIndexByte(was, '/')+1] + name
		result.Tree, f.Path = tree, forks.Path(now)
		renamed = append(renamed, forks.Inert(was), forks.Inert(now))
	}
	words = strings.NewReplacer(append(renamed, plain...)...)
	for i := range result.Files {
		result.Files[i].Message = words.Replace(result.Files[i].Message)
	}
	if len(renamed) > 0 {
		slices.SortFunc(result.Files, func(a, b forks.ConflictFile) int { return strings.Compare(string(a.Path), string(b.Path)) })
	}
	return result, nil
}

// renameEntry gives the entry at path another name in its directory, or that name
// with a number if it is taken. If nothing is at path, the tree stays as it is.
func (q *Quarantine) renameEntry(tree forks.Hash, path, name string) (forks.Hash, string, error) {
	final := name
	tree, err := q.editEntry(tree, path, func(entries []treeEntry, i int) error {
		taken := func(s string) bool {
			return slices.ContainsFunc(entries, func(e treeEntry) bool { return e.name == s })
		}
		for n := 0; taken(final); n++ {
			final = name + "_" + strconv.Itoa(n)
		}
		entries[i].name = final
		return nil
	})
	return tree, final, err
}

// label puts labels in place of the ids behind the conflict markers.
func (q *Quarantine) label(result forks.MergeResult, ids throwaways, labels forks.Labels) (forks.Hash, error) {
	labels = labels.Sanitized()
	swap := []markerLabel{
		{'<', ids.ours.String(), labels.Ours},
		{'|', ids.base.String(), labels.Base},
		{'>', ids.theirs.String(), labels.Theirs},
	}
	tree := result.Tree
	for _, f := range result.Files {
		var err error
		tree, err = q.editEntry(tree, string(f.Path), func(entries []treeEntry, i int) error {
			e := &entries[i]
			if e.mode != forks.ModeRegular && e.mode != forks.ModeExecutable {
				return nil
			}
			_, data, err := q.Object(e.id)
			if err != nil {
				return err
			}
			if changed := relabel(data, swap); !bytes.Equal(changed, data) {
				e.id, err = q.Write("blob", changed)
			}
			return err
		})
		if err != nil {
			return forks.Hash{}, fmt.Errorf("label the markers of %s: %w", quoted(string(f.Path)), err)
		}
	}
	return tree, nil
}

// markerLabel says what stands behind the markers of one side.
type markerLabel struct {
	marker  byte
	id      string
	instead string
}

// relabel changes the lines that are a marker followed by an id, with ":<path>"
// behind it where git had to say which file is meant, and nothing else.
func relabel(data []byte, swap []markerLabel) []byte {
	out := make([]byte, 0, len(data))
	for line := range bytes.Lines(data) {
		for _, s := range swap {
			width := len(line) - len(bytes.TrimLeft(line, string(s.marker)))
			if width < 7 {
				continue
			}
			rest, ok := bytes.CutPrefix(line[width:], []byte(" "+s.id))
			if ok && (len(rest) == 0 || bytes.IndexByte([]byte(":\r\n"), rest[0]) >= 0) {
				out = append(out, line[:width+1]...)
				out = append(out, s.instead...)
				line = rest
				break
			}
		}
		out = append(out, line...)
	}
	return out
}
