package resolve

import (
	"bytes"

	"github.com/auxolotl/auxsync/forks"
)

// MaxResult is how large a decision may be that is remembered, in bytes.
const MaxResult = 1 << 20

// Conflict is one file on which a merge stops. Ours is upstream's, theirs the patch's.
type Conflict struct {
	File forks.ConflictFile
	// Mode is what the merge has at the path; 0 for nothing.
	Mode forks.Mode
	// Base, Ours and Theirs are the contents of the stages; nil where there is none.
	Base, Ours, Theirs []byte
}

// Entry is what stands at a path; Mode 0 is nothing.
type Entry struct {
	Mode    forks.Mode
	Content []byte
}

// Decision is what people decided about the conflict of a key.
type Decision struct {
	Key string
	// Result is the file, where the key is that of a file; else the lines in the place of a
	// hunk, without a mode.
	Result Entry
}

// Markers reports whether content has conflict markers that none of the versions that
// were merged has.
type Markers func(content []byte, inputs ...[]byte) bool

// Derive returns what people decided who made answer of the conflict; nothing where that
// cannot be told, or is no decision: markers are left, it is larger than [MaxResult], or
// the conflict is of a kind that is not remembered.
func (c Conflict) Derive(answer Entry, left Markers) []Decision {
	if !c.rememberable() || !fits(answer) || left(answer.Content, c.inputs()...) {
		return nil
	}
	if list, ok := c.deriveHunks(answer); ok {
		return list
	}
	return []Decision{{Key: c.fileKey(), Result: answer}}
}

// fits reports whether an entry is one that can be kept.
func fits(e Entry) bool {
	switch e.Mode {
	case 0, forks.ModeRegular, forks.ModeExecutable, forks.ModeSymlink:
		return len(e.Content) <= MaxResult
	}
	return false
}

// rememberable reports whether a decision about the conflict shows in its path alone.
func (c Conflict) rememberable() bool {
	for _, s := range c.File.Stages {
		if s.Mode == forks.ModeSubmodule || s.Mode == forks.ModeDir {
			return false
		}
	}
	switch c.File.Kind {
	case forks.Content, forks.AddAdd, forks.ModifyDelete, forks.Binary, forks.ModeChange:
		return len(c.File.Stages) > 0
	}
	return false
}

// inputs lists the versions that were merged.
func (c Conflict) inputs() [][]byte {
	var out [][]byte
	for _, content := range [][]byte{c.Base, c.Ours, c.Theirs} {
		if content != nil {
			out = append(out, content)
		}
	}
	return out
}

// deriveHunks says what an answer has in the place of each hunk. It is not ok where the
// answer changes more than hunks, where a hunk's part of it is not certain, and where the
// same hunk was decided in two ways.
func (c Conflict) deriveHunks(answer Entry) (list []Decision, ok bool) {
	text, ok := c.text()
	if !ok || answer.Mode != c.Mode {
		return nil, false
	}
	parts, ok := text.parts(answer.Content)
	if !ok {
		return nil, false
	}
	decided := map[string][]byte{}
	for i, h := range text.hunks {
		key := c.hunkKey(h)
		before, again := decided[key]
		if again && !bytes.Equal(before, parts[i]) {
			return nil, false
		}
		if decided[key] = parts[i]; !again {
			list = append(list, Decision{Key: key, Result: Entry{Content: parts[i]}})
		}
	}
	return list, true
}

// Outcome is what became of a conflict.
type Outcome struct {
	// Settled: Entry stands in the place of the conflict.
	Settled bool
	Entry   Entry
	// Used are the resolutions that settled it.
	Used []forks.Resolution
	// Why says in a clause why nothing was used although something is known; "" otherwise.
	Why string
	// Declined are resolutions that are known and that people did not want for this patch.
	Declined []forks.Resolution
}

// Apply settles a conflict by what is known: all of it, or nothing. An error is one of
// reading what is known.
func (c Conflict) Apply(known Lookup, left Markers) (Outcome, error) {
	if !c.rememberable() {
		return Outcome{}, nil
	}
	out, found, err := c.applyWhole(known)
	if err == nil && !found && out.Why == "" {
		out, err = c.applyHunks(known)
	}
	if err != nil || !out.Settled {
		return out, err
	}
	if left(out.Entry.Content, c.inputs()...) {
		return Outcome{Why: "what was decided before would leave conflict markers"}, nil
	}
	return out, nil
}

// applyWhole looks for a decision about the file as it is.
func (c Conflict) applyWhole(known Lookup) (out Outcome, found bool, err error) {
	hit, err := known(c.fileKey())
	if err != nil || hit.Why != "" {
		return Outcome{Why: hit.Why, Declined: hit.Declined}, true, err
	}
	if !hit.Found {
		return Outcome{}, false, nil
	}
	return Outcome{Settled: true, Entry: hit.Result, Used: []forks.Resolution{hit.Known}}, true, nil
}

// applyHunks puts a decision in the place of each hunk.
func (c Conflict) applyHunks(known Lookup) (out Outcome, err error) {
	text, ok := c.text()
	if !ok {
		return out, nil
	}
	var parts [][]byte
	for _, h := range text.hunks {
		hit, err := known(c.hunkKey(h))
		if err != nil || hit.Why != "" {
			return Outcome{Why: hit.Why, Declined: hit.Declined}, err
		}
		if !hit.Found {
			return Outcome{}, nil
		}
		parts, out.Used = append(parts, hit.Result.Content), append(out.Used, hit.Known)
	}
	content, ok := text.with(parts)
	if !ok {
		return Outcome{Why: "what was decided before ends in the middle of a line here"}, nil
	}
	out.Settled, out.Entry = true, Entry{Mode: c.Mode, Content: content}
	return out, nil
}
