package repo

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// parseMerge reads the answer of "git merge-tree --write-tree -z --messages": a
// tree id; the conflicted entries, "<mode> <id> <stage>TAB<path>"; nothing; the
// messages, each as the number of its paths, the paths, its kind and its text.
// Each of these ends in NUL.
//
// The exit code decides, but not alone: see [forks.MarkersLeft].
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
	if conflicted || forks.MarkersLeft(messages) {
		result.Files = forks.ConflictFiles(stages, messages)
	}
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

func parseMessages(fields []string) ([]forks.MergeMessage, error) {
	var list []forks.MergeMessage
	for len(fields) > 0 {
		n, err := strconv.Atoi(fields[0])
		if err != nil && len(fields) == 1 {
			break // advice about submodules, which belongs to no message
		}
		if err != nil || n < 0 || len(fields) < n+3 {
			return nil, fmt.Errorf("message of %q paths", fields[0])
		}
		list = append(list, forks.MergeMessage{Paths: fields[1 : n+1], Kind: fields[n+1], Text: fields[n+2]})
		fields = fields[n+3:]
	}
	return list, nil
}
