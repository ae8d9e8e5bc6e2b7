package repo

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// mergeMessage is one of the messages behind a merge.
type mergeMessage struct {
	paths []string
	kind  string // git's stable name, such as "CONFLICT (contents)"
	text  string
}

// parseMerge reads the answer of "git merge-tree --write-tree -z --messages": a
// tree id; the conflicted entries, "<mode> <id> <stage>TAB<path>"; nothing; the
// messages, each as the number of its paths, the paths, its kind and its text.
// Each of these ends in NUL.
//
// The messages decide, not the exit code alone: git 2.39 leaves markers in the tree,
// says "CONFLICT (rename involved in collision)" and exits with 0.
func parseMerge(out []byte, conflicted bool) (forks.MergeResult, error) {
	fields := strings.Split(string(bytes.TrimSuffix(out, []byte{0})), "\x00")
	tree, err := forks.ParseHash(fields[0])
	if err != nil {
		return forks.MergeResult{}, fmt.Errorf("answer of merge-tree: %w", err)
	}
	result := forks.MergeResult{Tree: tree}
	stages, rest, err := parseStages(fields[1:])
	if err != nil {
		return forks.MergeResult{}, fmt.Errorf("answer of merge-tree: %w", err)
	}
	messages, err := parseMessages(rest)
	if err != nil {
		return forks.MergeResult{}, fmt.Errorf("answer of merge-tree: %w", err)
	}
	result.Files = conflictFiles(stages, messages)
	if conflicted && len(result.Files) == 0 {
		return forks.MergeResult{}, fmt.Errorf("answer of merge-tree: a conflict in no file")
	}
	return result, nil
}

func parseStages(fields []string) (stages map[string][]forks.Stage, rest []string, err error) {
	stages = map[string][]forks.Stage{}
	for i, f := range fields {
		if f == "" {
			return stages, fields[i+1:], nil
		}
		head, path, ok := strings.Cut(f, "\t")
		var mode uint32
		var hex string
		var stage int
		if n, err := fmt.Sscanf(head, "%o %s %d", &mode, &hex, &stage); !ok || err != nil || n != 3 {
			return nil, nil, fmt.Errorf("entry %q", f)
		}
		id, err := forks.ParseHash(hex)
		if err != nil {
			return nil, nil, err
		}
		stages[path] = append(stages[path], forks.Stage{Stage: stage, Mode: forks.Mode(mode), ID: id})
	}
	return stages, nil, nil
}

func parseMessages(fields []string) ([]mergeMessage, error) {
	var list []mergeMessage
	for len(fields) > 0 {
		n, err := strconv.Atoi(fields[0])
		if err != nil && len(fields) == 1 {
			break // advice about submodules, which belongs to no message
		}
		if err != nil || n < 0 || len(fields) < n+3 {
			return nil, fmt.Errorf("message of %q paths", fields[0])
		}
		list = append(list, mergeMessage{paths: fields[1 : n+1], kind: fields[n+1], text: fields[n+2]})
		fields = fields[n+3:]
	}
	return list, nil
}

// conflictFiles puts what git says about each path together, sorted by path. A
// path that only a message names has no stages.
func conflictFiles(stages map[string][]forks.Stage, messages []mergeMessage) []forks.ConflictFile {
	about := map[string][]mergeMessage{}
	for path := range stages {
		about[path] = nil
	}
	for _, m := range messages {
		if !strings.HasPrefix(m.kind, "CONFLICT") {
			continue
		}
		for _, path := range m.paths {
			about[path] = append(about[path], m)
		}
	}
	var files []forks.ConflictFile
	for path, said := range about {
		var texts []string
		for _, m := range said {
			if text := escapeLine(strings.TrimSpace(m.text)); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		slices.SortFunc(stages[path], func(a, b forks.Stage) int { return a.Stage - b.Stage })
		files = append(files, forks.ConflictFile{
			Path: forks.Path(path), Kind: conflictKind(said, stages[path]), Stages: stages[path],
			Message: strings.Join(texts, " "),
		})
	}
	slices.SortFunc(files, func(a, b forks.ConflictFile) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return files
}

// conflictKind finds the kind in what git says about a path. Where several apply,
// what happened to the file as a whole comes before what happened in it.
func conflictKind(said []mergeMessage, stages []forks.Stage) forks.ConflictKind {
	for _, known := range []struct {
		part string
		kind forks.ConflictKind
	}{
		{"submodule", forks.Submodule},
		{"rename/rename", forks.RenameRename},
		{"rename/delete", forks.RenameDelete},
		{"collision", forks.RenameAdd},
		{"directory rename", forks.DirRename},
		{"dir rename", forks.DirRename},
		{"file/directory", forks.FileDirectory},
		{"distinct", forks.DistinctTypes},
		{"modify/delete", forks.ModifyDelete},
		{"binary", forks.Binary},
	} {
		for _, m := range said {
			if strings.Contains(m.kind, known.part) {
				return known.kind
			}
		}
	}
	for _, m := range said {
		if strings.Contains(m.kind, "contents") {
			return contentKind(m, stages)
		}
	}
	return forks.OtherConflict
}

// contentKind tells apart what git calls a conflict of contents.
func contentKind(m mergeMessage, stages []forks.Stage) forks.ConflictKind {
	if n := len(stages); n >= 2 {
		ours, theirs := stages[n-2], stages[n-1]
		if ours.Stage == 2 && theirs.Stage == 3 && ours.ID == theirs.ID && ours.Mode != theirs.Mode {
			return forks.ModeChange
		}
		if ours.Mode == forks.ModeSubmodule || theirs.Mode == forks.ModeSubmodule {
			return forks.Submodule
		}
	}
	if strings.HasPrefix(m.text, "CONFLICT (add/add)") {
		return forks.AddAdd
	}
	return forks.Content
}
