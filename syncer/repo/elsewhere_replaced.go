package repo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A person may have told git to read one object for another: `git replace` makes a ref
// for each. Their commands follow that, and so does what stands in for one. Ids stay what
// they are, also in what is written: only what is read under an id is another object's.

// deepestReplacement is how many objects may stand for each other in a row, as in git.
const deepestReplacement = 5

// replacements are the objects that are read for others, by the others' ids.
type replacements map[forks.Hash]forks.Hash

// of is the object to read for an id: itself, mostly.
func (r replacements) of(id forks.Hash) (forks.Hash, error) {
	read := id
	for range deepestReplacement {
		other, ok := r[read]
		if !ok {
			return read, nil
		}
		read = other
	}
	return read, fmt.Errorf("read object %s: %w", id, errReplaced)
}

var errReplaced = errors.New("objects stand for each other in a ring, or in too long a row; see `git replace --list`")

// replaced lists what the person's git reads for other objects in their repository.
func (e *Elsewhere) replaced(ctx context.Context, env func(string) string) (replacements, error) {
	if env("GIT_NO_REPLACE_OBJECTS") != "" {
		return nil, nil
	}
	base := "refs/replace/"
	if other := env("GIT_REPLACE_REF_BASE"); other != "" {
		base = strings.TrimSuffix(other, "/") + "/"
	}
	out, err := e.git.output(ctx, e.asPerson(call{args: []string{"for-each-ref", "--format=%(objectname) %(refname)", "--", base}}))
	if err != nil {
		return nil, e.unreadable("list replacements", err)
	}
	r := replacements{}
	for line := range strings.Lines(string(out)) {
		hex, ref, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		// Whatever else there is git passes over too.
		if old, err := forks.ParseHash(strings.TrimPrefix(ref, base)); err == nil {
			if r[old], err = forks.ParseHash(hex); err != nil {
				return nil, fmt.Errorf("list replacements of %s: %w", e.dir, err)
			}
		}
	}
	if len(r) == 0 {
		return nil, nil
	}
	asked, err := e.git.output(ctx, e.asPerson(call{args: []string{"config", "--type=bool", "--default=true", "--get", "core.useReplaceRefs"}}))
	if err != nil {
		return nil, e.unreadable("read its settings", err)
	}
	if strings.TrimSpace(string(asked)) == "false" {
		return nil, nil
	}
	return r, nil
}

// follow makes the quarantine and its children read what stands for other objects.
func (e *Elsewhere) follow(ctx context.Context, r replacements) error {
	if len(r) == 0 {
		return nil
	}
	var refs strings.Builder
	for old, other := range r {
		fmt.Fprintf(&refs, "create refs/replace/%s %s\n", old, other)
	}
	_, err := e.git.run(ctx, call{args: []string{"update-ref", "--stdin"}, dir: e.scratch.dir, env: e.scratch.borrowed(), stdin: strings.NewReader(refs.String())})
	if err != nil {
		return e.unreadable("follow replacements", err)
	}
	e.overlook.replaced = r
	return nil
}
