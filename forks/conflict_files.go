package forks

import (
	"cmp"
	"slices"
	"strings"
)

// A merge says what is in the way in sentences, each about one or more paths and of a
// kind that has a stable name, and it leaves stages of the paths that it could not
// settle. People are shown files: one entry for each path that a stage or a sentence
// about a conflict names, with everything that was said of it, and of one kind. Where
// several kinds apply, what happened to the file as a whole comes before what happened in
// it.

// MergeMessage is one of the sentences behind a merge.
type MergeMessage struct {
	Paths []string
	Kind  string // git's stable name, such as "CONFLICT (contents)"
	Text  string
}

// MarkersLeft reports whether a merge that git 2.39 calls clean has a conflict all the
// same: a moved file whose contents conflicted met another file, and the markers are in
// the tree. Other conflicts that are told of in a clean merge are none: git tells of a
// file in the way of a directory before it sees that nobody wants the file.
func MarkersLeft(messages []MergeMessage) bool {
	return slices.ContainsFunc(messages, func(m MergeMessage) bool { return m.Kind == "CONFLICT (rename involved in collision)" })
}

// ConflictFiles puts what a merge says about each path together, sorted by path. A path
// that only a message names has no stages. Messages of a file are joined to one line that
// is safe to show.
func ConflictFiles(stages map[string][]Stage, messages []MergeMessage) []ConflictFile {
	about := map[string][]MergeMessage{}
	for path := range stages {
		about[path] = nil
	}
	for _, m := range messages {
		if !strings.HasPrefix(m.Kind, "CONFLICT") {
			continue
		}
		for _, path := range m.Paths {
			about[path] = append(about[path], m)
		}
	}
	var files []ConflictFile
	for path, said := range about {
		var texts []string
		for _, m := range said {
			if text := Inert(strings.TrimSpace(m.Text)); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		of := slices.SortedFunc(slices.Values(stages[path]), func(a, b Stage) int { return cmp.Compare(a.Stage, b.Stage) })
		files = append(files, ConflictFile{Path: Path(path), Kind: conflictKind(said, of), Stages: of, Message: strings.Join(texts, " ")})
	}
	slices.SortFunc(files, func(a, b ConflictFile) int { return cmp.Compare(a.Path, b.Path) })
	return files
}

// conflictKind finds the kind in what is said about a path.
func conflictKind(said []MergeMessage, stages []Stage) ConflictKind {
	for _, known := range []struct {
		part string
		kind ConflictKind
	}{
		{"submodule", Submodule},
		{"rename/rename", RenameRename},
		{"rename/delete", RenameDelete},
		{"collision", RenameAdd},
		{"directory rename", DirRename},
		{"dir rename", DirRename},
		{"file/directory", FileDirectory},
		{"distinct", DistinctTypes},
		{"modify/delete", ModifyDelete},
		{"binary", Binary},
	} {
		for _, m := range said {
			if strings.Contains(m.Kind, known.part) {
				return known.kind
			}
		}
	}
	for _, m := range said {
		if strings.Contains(m.Kind, "contents") {
			return contentKind(m, stages)
		}
	}
	return OtherConflict
}

// contentKind tells apart what git calls a conflict of contents.
func contentKind(m MergeMessage, stages []Stage) ConflictKind {
	if n := len(stages); n >= 2 {
		ours, theirs := stages[n-2], stages[n-1]
		if ours.Stage == 2 && theirs.Stage == 3 && ours.ID == theirs.ID && ours.Mode != theirs.Mode {
			return ModeChange
		}
		if ours.Mode == ModeSubmodule || theirs.Mode == ModeSubmodule {
			return Submodule
		}
	}
	if strings.HasPrefix(m.Text, "CONFLICT (add/add)") {
		return AddAdd
	}
	return Content
}
