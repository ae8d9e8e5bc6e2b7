package mergetest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Trees as values, and a short way to write them down.
//
// A file is "path = content", files are apart by ";" or a new line. Content is words,
// each a line of the file: "a = 1 x 3" has three lines. "1..10" stands for the lines 1 to
// 10, and "k1..3" for k1, k2, k3. What words cannot say is one quoted Go string, and so
// may a path be. A mark behind the path tells what is no plain file: "*" an executable,
// "@" a symlink (its target is one word), "%" a submodule (a hex digit that its id repeats,
// or the whole id).

// Entry is one path of a tree.
type Entry struct {
	Mode    forks.Mode
	Content string // for a submodule the id of its commit, in hex
}

func (e Entry) isFile() bool {
	return e.Mode == forks.ModeRegular || e.Mode == forks.ModeExecutable
}

// Tree is the entries of a tree and of all below it, by path.
type Tree map[string]Entry

// Parse reads a tree. It panics where the text is not one: it stands in a test.
func Parse(text string) Tree {
	t := Tree{}
	for rest := skipBetween(text); rest != ""; rest = skipBetween(rest) {
		var path string
		var e Entry
		path, e, rest = parseFile(rest)
		if _, twice := t[path]; twice || t.inTheWay(path) {
			panic(fmt.Sprintf("tree %q: %q cannot stand there", text, path))
		}
		t[path] = e
	}
	return t
}

func skipBetween(text string) string { return strings.TrimLeft(text, "; \t\n") }

// parseFile reads one file and returns what follows it.
func parseFile(text string) (path string, e Entry, rest string) {
	mode := forks.ModeRegular
	modes := map[byte]forks.Mode{'*': forks.ModeExecutable, '@': forks.ModeSymlink, '%': forks.ModeSubmodule}
	if text[0] == '"' {
		path, rest = unquote(text)
	} else {
		end := strings.IndexAny(text, " =")
		if end < 0 {
			panic(fmt.Sprintf("tree: no = behind %q", text))
		}
		path, rest = text[:end], text[end:]
		if m, marked := modes[path[len(path)-1]]; marked {
			path, mode = path[:len(path)-1], m
		}
	}
	if m, marked := modes[rest[0]]; marked {
		mode, rest = m, rest[1:]
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), "=")
	if !ok {
		panic(fmt.Sprintf("tree: no = behind %q", path))
	}
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, `"`) {
		content, rest := unquote(rest)
		return path, Entry{mode, content}, rest
	}
	words := rest
	if end := strings.IndexAny(rest, ";\n"); end >= 0 {
		words, rest = rest[:end], rest[end:]
	} else {
		rest = ""
	}
	return path, Entry{mode, content(mode, strings.Fields(words))}, rest
}

func unquote(text string) (value, rest string) {
	quoted, err := strconv.QuotedPrefix(text)
	if err == nil {
		value, err = strconv.Unquote(quoted)
	}
	if err != nil {
		panic(fmt.Sprintf("tree: %q: %v", text, err))
	}
	return value, text[len(quoted):]
}

func content(mode forks.Mode, words []string) string {
	switch mode {
	case forks.ModeSymlink:
		return words[0]
	case forks.ModeSubmodule:
		return strings.Repeat(words[0], 40/len(words[0]))
	}
	var b strings.Builder
	for _, w := range words {
		first, last, isRange := strings.Cut(w, "..")
		end, err := strconv.Atoi(last)
		if !isRange || err != nil {
			b.WriteString(w + "\n")
			continue
		}
		prefix := strings.TrimRight(first, "0123456789")
		start, err := strconv.Atoi(first[len(prefix):])
		if err != nil {
			panic(fmt.Sprintf("tree: range %q", w))
		}
		for i := start; i <= end; i++ {
			fmt.Fprintf(&b, "%s%d\n", prefix, i)
		}
	}
	return b.String()
}

// String writes the tree so that Parse reads it, a file a line.
func (t Tree) String() string {
	var b strings.Builder
	for _, path := range t.Paths() {
		mark := map[forks.Mode]string{forks.ModeExecutable: "*", forks.ModeSymlink: "@", forks.ModeSubmodule: "%"}[t[path].Mode]
		fmt.Fprintf(&b, "%q%s = %q\n", path, mark, t[path].Content)
	}
	return b.String()
}

// Paths are the paths in byte order.
func (t Tree) Paths() []string { return slices.Sorted(maps.Keys(t)) }

// inTheWay reports whether path is below a file of the tree, or one is below path.
func (t Tree) inTheWay(path string) bool {
	for other := range t {
		if strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/") {
			return true
		}
	}
	return false
}

// put sets an entry; what is in its way goes.
func (t Tree) put(path string, e Entry) {
	maps.DeleteFunc(t, func(other string, _ Entry) bool {
		return strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/")
	})
	t[path] = e
}

// below lists the paths in a directory and all directories in it; "" is the top.
func (t Tree) below(dir string) []string {
	return slices.DeleteFunc(t.Paths(), func(path string) bool {
		return dir != "" && !strings.HasPrefix(path, dir+"/")
	})
}

// dirs lists the directories, the top left out.
func (t Tree) dirs() []string {
	all := map[string]bool{}
	for path := range t {
		for dir := parent(path); dir != ""; dir = parent(dir) {
			all[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

func basename(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
