package main

import (
	"encoding/json"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/nix"
)

// reads reports whether a file's content is well-formed, where that can be told by its
// name: both sides of a conflict are suggested only where they are together.
func reads(file forks.Path, content []byte) (ok, known bool) {
	switch path.Ext(string(file)) {
	case ".nix":
		f, err := nix.Parse(content, nix.Limits{})
		return err == nil && namesOnce(f.Root), true
	case ".json":
		return json.Valid(content), true
	case ".md", ".txt":
		return utf8.Valid(content), true
	}
	return false, false
}

// namesOnce reports whether no set or let of a Nix file gives one name twice: two sides
// of a changed line often do, which is syntax and yet no program.
func namesOnce(root nix.Node) (ok bool) {
	ok = true
	nix.Walk(root, func(n nix.Node) bool {
		given := map[string]bool{}
		for _, child := range n.Children() {
			b, isBinding := child.(*nix.Binding)
			if !isBinding {
				continue
			}
			names, static := b.Path.Names()
			name := strings.Join(names, "\x00")
			ok = ok && !(static && given[name])
			given[name] = given[name] || static
		}
		return ok
	})
	return ok
}
