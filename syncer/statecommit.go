package syncer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// The files in the tree of a state commit.
const (
	stateFile = "state.json"
	// formsFile lists every commit that ever was a form of a patch, one line each:
	// id, space, patch.
	formsFile = "forms"
	// resolutionsDir has a blob for the result of each resolution that has one, named by
	// its id: whoever has the state has them.
	resolutionsDir = "resolutions"
)

// recorded is what a state ref holds.
type recorded struct {
	commit  forks.Hash
	state   forks.State
	forms   map[forks.Hash]forks.PatchID
	parents []forks.Hash
}

// readState reads a state commit; a zero id gives nil.
func readState(q Quarantine, id forks.Hash) (*recorded, error) {
	if id.IsZero() {
		return nil, nil
	}
	r := &recorded{commit: id, forms: map[forks.Hash]forks.PatchID{}}
	kind, raw, err := q.Object(id)
	if err != nil {
		return nil, fmt.Errorf("read state %s: %w", id.Short(), err)
	}
	if kind != "commit" {
		return nil, forks.AskPerson("restore the state ref to a commit of auxsync", "it is at %s, which is a %s and no state", id.Short(), kind)
	}
	files, err := r.files(q, raw)
	if err != nil {
		return nil, fmt.Errorf("read state %s: %w", id.Short(), err)
	}
	data, ok := files[stateFile]
	if !ok {
		return nil, forks.AskPerson("restore the state ref from its previous commit", "state commit %s has no %s", id.Short(), stateFile)
	}
	if r.state, err = forks.DecodeState(data); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(files[formsFile]))
	for lines.Scan() {
		hex, patch, _ := strings.Cut(lines.Text(), " ")
		form, err := forks.ParseHash(hex)
		if err != nil {
			return nil, forks.AskPerson("restore the state ref from its previous commit", "state commit %s: %s: %w", id.Short(), formsFile, err)
		}
		r.forms[form] = forks.PatchID(patch)
	}
	return r, lines.Err()
}

// readState reads the track's state as it was found; nil if there is none.
func (v *visit) readState(q Quarantine) (*recorded, error) {
	r, err := readState(q, v.found.state)
	if err != nil {
		return nil, fmt.Errorf("%s of fork %s: %w", v.track.StateRef(), v.track.Fork, err)
	}
	return r, nil
}

// files reads the blobs at the top of the state commit's tree, and its parents.
func (r *recorded) files(q Quarantine, raw []byte) (map[string][]byte, error) {
	tree, parents, err := commitLinks(raw)
	if err != nil {
		return nil, err
	}
	r.parents = parents
	return filesOf(q, tree, stateFile, formsFile)
}

// commitLinks reads tree and parents from a commit's header.
func commitLinks(raw []byte) (tree forks.Hash, parents []forks.Hash, err error) {
	head, _, _ := bytes.Cut(raw, []byte("\n\n"))
	for line := range strings.Lines(string(head)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "tree" && name != "parent" {
			continue
		}
		id, err := forks.ParseHash(value)
		if err != nil {
			return tree, nil, err
		}
		if name == "tree" {
			tree = id
		} else {
			parents = append(parents, id)
		}
	}
	return tree, parents, nil
}

// filesOf reads files at the top of a tree; one that is not there is left out.
func filesOf(q Quarantine, tree forks.Hash, names ...string) (map[string][]byte, error) {
	_, data, err := q.Object(tree)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		if !ok || len(rest) < 20 {
			return nil, errors.New("its tree is cut short")
		}
		_, name, _ := bytes.Cut(head, []byte(" "))
		var id forks.Hash
		copy(id[:], rest)
		if slices.Contains(names, string(name)) {
			kind, text, err := q.Object(id)
			if err != nil {
				return nil, err
			}
			if kind == "blob" {
				files[string(name)] = text
			}
		}
		data = rest[20:]
	}
	return files, nil
}

// writeState writes a state commit: parents are the previous one and all that has
// to stay reachable.
func writeState(q Quarantine, state forks.State, forms map[forks.Hash]forks.PatchID, parents []forks.Hash, message string) (forks.Hash, error) {
	data, err := forks.EncodeState(state)
	if err != nil {
		return forks.Hash{}, err
	}
	var list bytes.Buffer
	for _, id := range slices.SortedFunc(maps.Keys(forms), func(a, b forks.Hash) int { return bytes.Compare(a[:], b[:]) }) {
		fmt.Fprintf(&list, "%s %s\n", id, forms[id])
	}
	var tree bytes.Buffer
	known, err := q.Write("blob", list.Bytes())
	if err != nil {
		return forks.Hash{}, err
	}
	fmt.Fprintf(&tree, "100644 %s\x00%s", formsFile, known[:])
	if err := writeResolutions(q, &tree, state.Resolutions); err != nil {
		return forks.Hash{}, err
	}
	// In git's order: forms, resolutions, state.json.
	id, err := q.Write("blob", data)
	if err != nil {
		return forks.Hash{}, err
	}
	fmt.Fprintf(&tree, "100644 %s\x00%s", stateFile, id[:])
	treeID, err := q.Write("tree", tree.Bytes())
	if err != nil {
		return forks.Hash{}, err
	}
	var c bytes.Buffer
	fmt.Fprintf(&c, "tree %s\n", treeID)
	for _, p := range parents {
		fmt.Fprintf(&c, "parent %s\n", p)
	}
	who := fmt.Sprintf("auxsync <auxsync@localhost> %d +0000", state.At.Unix())
	fmt.Fprintf(&c, "author %s\ncommitter %s\n\n%s\n", who, who, message)
	return q.Write("commit", c.Bytes())
}
