package forks

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Path is a path inside a tree: bytes, not necessarily UTF-8, never trusted.
type Path string

// ConflictKind names what stands against what in one file.
type ConflictKind string

// The kinds of conflict. The words are git's.
const (
	Content       ConflictKind = "content"
	ModifyDelete  ConflictKind = "modify/delete"
	AddAdd        ConflictKind = "add/add"
	RenameDelete  ConflictKind = "rename/delete"
	RenameRename  ConflictKind = "rename/rename"
	RenameAdd     ConflictKind = "rename/add"
	DirRename     ConflictKind = "directory rename"
	FileDirectory ConflictKind = "file/directory"
	DistinctTypes ConflictKind = "distinct types"
	Binary        ConflictKind = "binary"
	Submodule     ConflictKind = "submodule"
	ModeChange    ConflictKind = "mode"
	OtherConflict ConflictKind = "other"
)

// Stage is one of the inputs of a conflicted path: 1 the base, 2 ours (the new
// parent), 3 theirs (the patch).
type Stage struct {
	Stage int  `json:"stage"`
	Mode  Mode `json:"mode"`
	ID    Hash `json:"id"`
}

// Mode is a file mode as git trees hold it; JSON has it in octal.
type Mode uint32

// The modes that git trees hold.
const (
	ModeDir        Mode = 0o040000
	ModeRegular    Mode = 0o100644
	ModeExecutable Mode = 0o100755
	ModeSymlink    Mode = 0o120000
	ModeSubmodule  Mode = 0o160000
)

// MarshalText writes the mode in six octal digits.
func (m Mode) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%06o", uint32(m)), nil }

// UnmarshalText reads octal digits.
func (m *Mode) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 8, 32)
	if err != nil {
		return fmt.Errorf("file mode %q: %w", text, err)
	}
	*m = Mode(n)
	return nil
}

// ConflictFile is one path on which a pick stops.
type ConflictFile struct {
	Path   Path
	Kind   ConflictKind
	Stages []Stage // in order of Stage; one or more
	// Message is git's own sentence about the conflict, on one line.
	Message string
}

type conflictFileJSON struct {
	Path    string       `json:"path"`
	PathB64 string       `json:"path_b64,omitempty"` // set where the path is not UTF-8
	Kind    ConflictKind `json:"kind"`
	Stages  []Stage      `json:"stages"`
	Message string       `json:"message,omitempty"`
}

// MarshalJSON adds path_b64 where the path is not UTF-8.
func (f ConflictFile) MarshalJSON() ([]byte, error) {
	w := conflictFileJSON{Path: string(f.Path), Kind: f.Kind, Stages: f.Stages, Message: f.Message}
	if w.Stages == nil {
		w.Stages = []Stage{}
	}
	if !utf8.ValidString(w.Path) {
		w.PathB64 = base64.StdEncoding.EncodeToString([]byte(f.Path))
	}
	return json.Marshal(w)
}

// UnmarshalJSON prefers path_b64.
func (f *ConflictFile) UnmarshalJSON(data []byte) error {
	var w conflictFileJSON
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*f = ConflictFile{Path: Path(w.Path), Kind: w.Kind, Stages: w.Stages, Message: w.Message}
	if w.PathB64 != "" {
		raw, err := base64.StdEncoding.DecodeString(w.PathB64)
		if err != nil {
			return fmt.Errorf("path_b64: %w", err)
		}
		f.Path = Path(raw)
	}
	return nil
}

// MergeResult is what a three-way merge of trees gives. Tree always exists; with
// conflicts it holds markers or the surviving side. Files is empty if and only
// if the merge is clean, and is sorted by path.
type MergeResult struct {
	Tree  Hash
	Files []ConflictFile
	// GaveUp: the engine could not make this merge with all that belongs to it, and made
	// it without looking for moved directories.
	GaveUp bool
}

// Clean reports whether nothing conflicted.
func (r MergeResult) Clean() bool { return len(r.Files) == 0 }

// Conflict is a patch that cannot follow upstream without a decision.
type Conflict struct {
	Patch PatchID `json:"patch"`
	// Cause is the upstream commit the conflict is asked about. Where patches conflict with each other CausePatch
	// names the earlier one, and Cause is the upstream commit at which its new
	// form begins.
	Cause      Hash    `json:"cause"`
	CausePatch PatchID `json:"cause_patch"`
	// Pin is the upstream commit that it is asked on, where that is a newer one than the
	// cause because somebody wanted that; see [Conflict.AskedOn].
	Pin Hash `json:"pin,omitzero"`
	// Inner is the commit inside a merged upstream branch that touched the same
	// paths; zero if the cause is not a merge.
	Inner Hash `json:"inner"`
	// CauseSubject and CauseAuthor describe Inner if set, else Cause.
	CauseSubject string `json:"cause_subject"`
	CauseAuthor  Person `json:"cause_author"`
	// Clean is the newest upstream commit on which the patch is clean.
	Clean Hash           `json:"clean"`
	Files []ConflictFile `json:"files"`
	// SuggestDrop names an upstream commit that already contained the patch.
	SuggestDrop Hash `json:"suggest_drop"`
}

// AskedOn is the upstream commit on which the conflict is asked about, the pin of its
// proposal: the answer is valid from there on.
func (c Conflict) AskedOn() Hash {
	if !c.Pin.IsZero() {
		return c.Pin
	}
	return c.Cause
}
