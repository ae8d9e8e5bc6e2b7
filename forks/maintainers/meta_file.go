package maintainers

import (
	"fmt"
	"path"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/nix"
)

// A readFile is a file that was asked for: src is nil where there is none, and problem
// says why one that is there is not read.
type readFile struct {
	src     *source
	problem string
}

// open reads a file of the tree, once for a question.
func (r *resolver) open(name string) readFile {
	if f, ok := r.files[name]; ok || r.fault != nil {
		return f
	}
	content, blob, err := r.tree.File(name)
	var f readFile
	switch {
	case err != nil:
		r.fault = fmt.Errorf("read %s: %w", forks.Inert(name), err)
	case content == nil:
	case r.read == metaFiles:
		f.problem = fmt.Sprintf("more than %d files would have to be read", metaFiles)
	default:
		r.read++
		f = r.parsed(name, content, blob)
	}
	r.files[name] = f
	return f
}

func (r *resolver) parsed(name string, content []byte, blob forks.Hash) readFile {
	if line := unfinished(content); line > 0 {
		return readFile{problem: fmt.Sprintf("line %d: a conflict marker stands here, so the file is a merge that nobody finished", line)}
	}
	file, err := r.cache.parse(blob, content)
	if err != nil {
		return readFile{problem: err.Error()}
	}
	return readFile{src: &source{name, file}}
}

// unfinished returns the line of the first of two conflict markers, wherever they stand:
// in a string they break no syntax, and the sides are mixed all the same.
func unfinished(content []byte) (line int) {
	first, n := 0, 0
	for l := range strings.Lines(string(content)) {
		n++
		switch {
		case first == 0 && strings.HasPrefix(l, "<<<<<<< "):
			first = n
		case first > 0 && strings.HasPrefix(l, ">>>>>>> "):
			return first
		}
	}
	return 0
}

// imported returns what is in the file that a path names, or nil if the path is known
// only by evaluating.
func (r *resolver) imported(p *nix.Path, from *source) value {
	at := spot{p, from}
	name, ok := relative(p, from.path)
	if !ok {
		return nil
	}
	if known := ofTree(name); known != "" {
		return symbol{[]string{known}, at, true}
	}
	f := r.open(name)
	if f.src == nil && f.problem == "" {
		f = r.open(path.Join(name, "default.nix"))
	}
	switch {
	case f.problem != "":
		return unknown{at, f.problem, r.read < metaFiles}
	case f.src == nil:
		return unknown{at: at, why: "there is no such file"}
	}
	return r.content(f.src)
}

// ofTree returns the name that the content of a file has everywhere: lib, and the lists
// of maintainers and teams. They are looked up by name, not read here.
func ofTree(name string) string {
	switch path.Base(name) {
	case "lib":
		return "lib"
	case "default.nix":
		if path.Base(path.Dir(name)) == "lib" {
			return "lib"
		}
	case "maintainers.nix", "maintainer-list.nix":
		return "maintainers"
	case "team-list.nix":
		return "teams"
	}
	return ""
}

// content returns what is in a file.
func (r *resolver) content(src *source) value {
	return r.eval(src.file.Root, &scope{src: src}, alone)
}

// relative returns the path in the tree of a path in a file; ok is false for one that
// interpolates, or leads out of the tree.
func relative(p *nix.Path, file string) (name string, ok bool) {
	if len(p.Parts) != 1 {
		return "", false
	}
	t, ok := p.Parts[0].(*nix.Text)
	if !ok || strings.HasPrefix(t.Raw, "/") || strings.HasPrefix(t.Raw, "~") {
		return "", false
	}
	name = path.Join(path.Dir(file), t.Raw)
	return name, name != "." && name != ".." && !strings.HasPrefix(name, "../")
}

// packageFile returns the file of a package by its name: by the rule of pkgs/by-name, or
// beside the file that asks.
func (r *resolver) packageFile(name string, from *source) readFile {
	if strings.ContainsAny(name, "/") || strings.Trim(name, ".") == "" {
		return readFile{}
	}
	dir := path.Dir(from.path)
	candidates := []string{path.Join(dir, name+".nix"), path.Join(dir, name), path.Join(path.Dir(dir), name)}
	if path.Base(dir) == name {
		candidates = append(candidates, dir)
	}
	if shard := strings.ToLower(name); len(shard) >= 2 {
		candidates = append([]string{path.Join(byName, shard[:2], name)}, candidates...)
	}
	for _, c := range candidates {
		for _, base := range packageFiles {
			n := path.Join(c, base)
			if strings.HasSuffix(c, ".nix") {
				n = c
			}
			if f := r.open(n); n != from.path && (f.src != nil || f.problem != "") {
				return f
			}
		}
	}
	return readFile{}
}
