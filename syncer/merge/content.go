package merge

// The versions of one file are merged by parts: its mode, and its contents. Where only
// one side changed a part, that is the result. Contents of regular files are merged by
// lines, unless they are binary; of links and submodules there is no merging.

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// markerSize is the usual length of conflict markers.
const markerSize = 7

// merged is the outcome of one file.
type merged struct {
	version
	clean bool
}

// mergeContent merges three versions of a file that is to be at path; at says where the
// inputs have them. Both sides have the same kind of file. Markers are longer by extra,
// because contents with markers may be merged again.
func (m *merging) mergeContent(path string, in [3]version, at [3]string, extra int) (merged, error) {
	o, a, b := in[base], in[ours], in[theirs]
	out := merged{version: b, clean: true}
	if a.mode != b.mode && a.mode != o.mode {
		out.mode, out.clean = a.mode, b.mode == o.mode
	}
	switch {
	case a.id == b.id || a.id == o.id:
		return out, nil
	case b.id == o.id:
		out.id = a.id
		return out, nil
	case a.kind() != b.kind():
		out.version, out.clean = a, false
		return out, nil
	case a.isRegular():
		return m.mergeFile(path, in, at, extra, out)
	case a.mode == forks.ModeSubmodule:
		return m.submodule(path, at[base], in, out), nil
	}
	switch {
	case m.depth > 0:
		out.version, out.clean = o, false
	case m.engine.options.Favor == lines.FavorTheirs:
		out.id = b.id
	default:
		out.id, out.clean = a.id, out.clean && m.engine.options.Favor == lines.FavorOurs
	}
	return out, nil
}

// mergeFile merges the contents of regular files.
func (m *merging) mergeFile(path string, in [3]version, at [3]string, extra int, out merged) (merged, error) {
	var text [3][]byte
	for side, v := range in {
		if side == base && !v.isRegular() {
			continue // what was something else has no lines in common
		}
		var err error
		if text[side], err = m.Blob(v.id); err != nil {
			return out, err
		}
	}
	attr := Attribute{}
	if m.engine.options.Attributes != nil {
		var err error
		if attr, err = m.engine.options.Attributes.Attribute(m.ctx, path); err != nil {
			return out, fmt.Errorf("merge: attributes of %q: %w", path, err)
		}
	}
	labels := m.named(m.labels, at)
	var content []byte
	if attr.Driver == DriverBinary || !mergeable(text) {
		if slices.ContainsFunc(text[:], lines.TooLarge) {
			m.large++
		}
		var clean bool
		if content, clean = m.chooseBinary(text, attr.Driver); !clean {
			said := m.named(lines.Labels(m.names), at)
			out.clean = false
			m.say(saidBinary, fmt.Sprintf("warning: Cannot merge binary files: %s (%s vs. %s)", path, said.Ours, said.Theirs), path)
		}
	} else {
		if attr.MarkerSize == 0 {
			attr.MarkerSize = markerSize
		}
		r, err := lines.MergeContext(m.ctx, text[base], text[ours], text[theirs], lines.Options{
			Style: m.engine.options.Style, Favor: m.favor(attr.Driver), Labels: labels, MarkerSize: attr.MarkerSize + extra})
		if err != nil {
			return out, fmt.Errorf("merge: lines of %q: %w", path, err)
		}
		content = r.Content
		if len(r.Conflicts) > 0 {
			out.clean = false
			m.hunks[path] = Conflict{Hunks: r.Conflicts, Blobs: blobsOf(in)}
		}
	}
	id, err := m.engine.objects.Write("blob", content)
	if err != nil {
		return out, fmt.Errorf("merge: write %q: %w", path, err)
	}
	out.id = id
	m.say(saidMerging, "Auto-merging "+path, path)
	return out, nil
}

// blobsOf are the texts that are merged of three versions.
func blobsOf(in [3]version) (ids [3]forks.Hash) {
	for side, v := range in {
		if v.isRegular() {
			ids[side] = v.id
		}
	}
	return ids
}

func mergeable(text [3][]byte) bool {
	return lines.Mergeable(text[base]) && lines.Mergeable(text[ours]) && lines.Mergeable(text[theirs])
}

// favor is how conflicting lines are decided; in a virtual merge base they never are.
func (m *merging) favor(d Driver) lines.Favor {
	switch {
	case d == DriverUnion:
		return lines.FavorUnion
	case m.depth > 0:
		return lines.FavorNone
	}
	return m.engine.options.Favor
}

// chooseBinary chooses between contents that cannot be merged. A virtual merge base
// has what its own base had: the sides say the rest.
func (m *merging) chooseBinary(text [3][]byte, d Driver) (content []byte, clean bool) {
	switch {
	case m.depth > 0:
		return text[base], true
	case m.engine.options.Favor == lines.FavorTheirs:
		return text[theirs], true
	}
	return text[ours], m.engine.options.Favor == lines.FavorOurs
}

// named adds the paths to what the inputs are called, if these differ.
func (m *merging) named(l lines.Labels, at [3]string) lines.Labels {
	if at[base] == at[ours] && at[ours] == at[theirs] {
		return l
	}
	return lines.Labels{Base: l.Base + ":" + at[base], Ours: l.Ours + ":" + at[ours], Theirs: l.Theirs + ":" + at[theirs]}
}

// submodule keeps ours: which commit of a submodule contains the other is written in
// the submodule's history, which is not here.
func (m *merging) submodule(path, name string, in [3]version, out merged) merged {
	out.id, out.clean = in[ours].id, false
	if m.depth > 0 {
		out.id = in[base].id
		if in[base].kind() != in[ours].kind() {
			out.version = in[base]
		}
	}
	m.say(saidSubmoduleUnknown, fmt.Sprintf("Failed to merge submodule %s (not checked out)", name), name)
	return out
}
