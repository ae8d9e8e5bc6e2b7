package maintainers

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/auxolotl/auxsync/forks"
)

// Haskell says who maintains which packages of the generated Haskell package set. It
// never changes. A nil Haskell knows nobody.
type Haskell struct {
	maintainers map[string][]Named // by package
	problem     string
}

// haskellPaths are the places of the file, the first that is there counts: today's, and
// the one until 2021.
var haskellPaths = [...]string{
	"pkgs/development/haskell-modules/configuration-hackage2nix/main.yaml",
	"pkgs/development/haskell-modules/configuration-hackage2nix.yaml",
}

const (
	haskellKey = "package-maintainers"
	// mostHaskell is the size of the file in bytes.
	mostHaskell = 1 << 20
)

// Haskell reads who maintains Haskell packages. It is never nil; what cannot be read is
// told by [Haskell.Problem]. An error is the tree's own.
func (c *Cache) Haskell(t Tree) (*Haskell, error) {
	for _, path := range haskellPaths {
		content, blob, err := t.File(path)
		if err != nil {
			return nil, fmt.Errorf("reading the maintainers of Haskell packages: %w", err)
		}
		if content == nil {
			continue
		}
		return once(c.tables, key{as: tableHaskell, path: path, blob: blob}, len(content), func() *Haskell {
			return readHaskell(path, content)
		}), nil
	}
	return &Haskell{problem: "there is no list of Haskell packages: neither " + strings.Join(haskellPaths[:], " nor ")}, nil
}

// Problem says in words why nothing is known, or what was left out; "" if nothing is
// amiss. It is safe to show.
func (h *Haskell) Problem() string {
	if h == nil {
		return "there is no list of Haskell packages"
	}
	return h.problem
}

// Of returns the handles of those who maintain a package, by its name on Hackage, sorted
// by handle, each once. They must not be changed.
func (h *Haskell) Of(pkg string) []Named {
	if h == nil {
		return nil
	}
	return h.maintainers[pkg]
}

// readHaskell reads the file. Its nodes are gone through as they are written: an alias is
// not followed, so that a small file cannot become a large one.
func readHaskell(path string, content []byte) *Haskell {
	if len(content) > mostHaskell {
		return &Haskell{problem: fmt.Sprintf("%s has %d bytes and is not read: at most %d are", path, len(content), mostHaskell)}
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return &Haskell{problem: fmt.Sprintf("%s cannot be read: %s", path, forks.Clip(forks.Inert(err.Error()), 160))}
	}
	h := &Haskell{maintainers: map[string][]Named{}}
	odd := 0
	for _, top := range document.Content {
		for key, value := range pairs(top) {
			if key.Value == haskellKey {
				odd += h.read(path, value)
			}
		}
	}
	for pkg, names := range h.maintainers {
		slices.SortStableFunc(names, func(a, b Named) int { return strings.Compare(a.Name, b.Name) })
		h.maintainers[pkg] = slices.CompactFunc(names, func(a, b Named) bool { return a.Name == b.Name })
	}
	switch {
	case odd > 0:
		h.problem = fmt.Sprintf("%s has %d entries below %s that are no names", path, odd, haskellKey)
	case len(h.maintainers) == 0:
		h.problem = fmt.Sprintf("%s names nobody below %s", path, haskellKey)
	}
	return h
}

// read reads handles and the packages of each. It returns how many entries have another
// form.
func (h *Haskell) read(path string, handles *yaml.Node) (odd int) {
	if handles.Kind != yaml.MappingNode && handles.Tag != "!!null" {
		return 1
	}
	for handle, packages := range pairs(handles) {
		switch {
		case !isName(handle):
			odd++
		case packages.Kind == yaml.SequenceNode:
			for _, pkg := range packages.Content {
				if isName(pkg) {
					h.maintainers[pkg.Value] = append(h.maintainers[pkg.Value], Named{handle.Value, placeOf(path, pkg.Line)})
				} else {
					odd++
				}
			}
		case packages.Tag != "!!null": // a handle whose packages are all commented out
			odd++
		}
	}
	return odd
}

func isName(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value != "" && n.Tag != "!!null" && n.Tag != "!!merge"
}

// pairs gives the keys and values of a mapping; none for any other node.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}
