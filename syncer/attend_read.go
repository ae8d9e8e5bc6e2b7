package syncer

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// maxShown is the size of the largest file whose conflicts are shown on a page, in
// bytes.
const maxShown = 4 << 20

// told is what the objects of the fork say about a conflict.
type told struct {
	message string // of the patch
	files   []pulls.CaseFile
	shorter bool // the fix branch has no conflict file
	// places says where on each side the files are in conflict.
	places map[forks.Path]maintainers.Place
	who    who
}

// read reads a track's state from the cache, and what is told of the conflicts that
// are still looked at.
func (a *attendance) read(ctx context.Context, t forks.Track, records map[forks.ProposalID]forks.PullRecord) (aboutTrack, error) {
	about := aboutTrack{track: t, told: map[forks.ProposalID]told{}}
	known := a.retold.of(keyOf(t))
	policy, err := digestOf(a.rosterOf(t.Fork))
	if err != nil {
		return about, err
	}
	err = a.reading(ctx, t, func(v *visit, q Quarantine) error {
		err := v.readFork(ctx, true)
		if err != nil {
			return err
		}
		r := a.retold.state(keyOf(t), v.found.state)
		if r == nil {
			if r, err = v.readState(q); err != nil || r == nil {
				return err
			}
			a.retold.keepState(keyOf(t), r)
		}
		about.state = r.state
		for _, p := range r.state.Proposals {
			if p.Status == forks.Queued || records[p.ID].Told && !p.Status.Live() && p.Status != forks.Declined {
				continue
			}
			was, ok := known[p.ID]
			now := was.told
			if !ok || was.fix != p.Fix || was.picked != p.Picked {
				if now, err = tell(q, p); err != nil {
					return err
				}
			}
			if key := whoKeyOf(v, r.state, p, policy); asksPeople(p) && now.who.key != key {
				found, err := a.findPeople(ctx, v, q, r.state, p, now)
				if err != nil {
					return fmt.Errorf("find who could decide about %s: %w", p.ID, err)
				}
				now.who = who{key: key, found: found}
				if now.who.members, err = a.maintainersOf(ctx, v, q, r.state, p, now); err != nil {
					return fmt.Errorf("find who maintains what %s is about: %w", p.ID, err)
				}
			}
			about.told[p.ID] = now
		}
		return nil
	})
	if err == nil {
		a.retold.keep(keyOf(t), about)
	}
	return about, err
}

// tell reads what people are shown of a conflict. All of it stays reachable from the
// state; a file that is too large or no file is not shown.
func tell(q Quarantine, p forks.Proposal) (t told, err error) {
	if t.message, err = messageOf(q, p.Picked); err != nil {
		return t, err
	}
	file, err := fileAt(q, p.Fix, pulls.ConflictFileName)
	if err != nil {
		return t, err
	}
	t.shorter, t.places = file == nil, map[forks.Path]maintainers.Place{}
	for _, f := range p.Conflict.Files {
		c := pulls.CaseFile{ConflictFile: f}
		if c.Content, err = fileAt(q, p.Fix, string(f.Path)); err != nil {
			return t, err
		}
		if len(c.Content) > maxShown {
			c.Content = nil
		}
		var inputs [][]byte
		var merged sides
		for _, s := range f.Stages {
			if s.Mode != forks.ModeRegular && s.Mode != forks.ModeExecutable || c.Content == nil {
				continue
			}
			_, data, err := q.Object(s.ID)
			if err != nil {
				return t, err
			}
			inputs = append(inputs, data)
			*merged.stage(s.Stage) = data
		}
		// Where the hunks cannot be told from the file's own lines none is shown.
		c.Hunks, _ = pulls.Hunks(c.Content, inputs...)
		place := maintainers.Place{Path: string(f.Path)}
		place.Upstream, place.Parent, place.Fork = sideLines(c.Hunks, merged)
		t.places[f.Path] = place
		t.files = append(t.files, c)
	}
	return t, nil
}

func messageOf(q Quarantine, commit forks.Hash) (string, error) {
	if commit.IsZero() {
		return "", nil
	}
	_, raw, err := q.Object(commit)
	if err != nil {
		return "", err
	}
	_, message, _ := bytes.Cut(raw, []byte("\n\n"))
	return string(message), nil
}

// fileAt reads a file of a commit; nil if there is no such file, or no commit.
func fileAt(q Quarantine, commit forks.Hash, path string) ([]byte, error) {
	if commit.IsZero() {
		return nil, nil
	}
	kind, raw, err := q.Object(commit)
	if err != nil {
		return nil, err
	}
	if kind != "commit" {
		return nil, fmt.Errorf("%s is a %s", commit.Short(), kind)
	}
	at, _, err := commitLinks(raw)
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(path, "/") {
		_, data, err := q.Object(at)
		if err != nil {
			return nil, err
		}
		if at = entryOf(data, name); at.IsZero() {
			return nil, nil
		}
	}
	kind, data, err := q.Object(at)
	if err != nil || kind != "blob" {
		return nil, err
	}
	return data, nil
}

// entryOf finds a name in a tree's data. What is no folder or file of this repository,
// a submodule, is not found.
func entryOf(tree []byte, name string) forks.Hash {
	for len(tree) > 0 {
		head, rest, ok := bytes.Cut(tree, []byte{0})
		if !ok || len(rest) < len(forks.Hash{}) {
			return forks.Hash{}
		}
		mode, entry, _ := bytes.Cut(head, []byte(" "))
		if string(entry) == name && string(mode) != "160000" {
			return forks.Hash(rest[:len(forks.Hash{})])
		}
		tree = rest[len(forks.Hash{}):]
	}
	return forks.Hash{}
}

// patchOf finds a patch of a state, in the stack or ended.
func patchOf(s forks.State, id forks.PatchID) (forks.Patch, bool) {
	for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
		if i := slices.IndexFunc(list, func(p forks.Patch) bool { return p.ID == id }); i >= 0 {
			return list[i], true
		}
	}
	return forks.Patch{}, false
}
