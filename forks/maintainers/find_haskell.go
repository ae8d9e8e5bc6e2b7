package maintainers

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// haskellFolder has the Haskell package set, which is written by a program: its people
// stand in a file of their own.
const haskellFolder = "pkgs/development/haskell-modules/"

// yamlItem is a line of a list of packages.
var yamlItem = regexp.MustCompile(`^\s*-\s+["']?([A-Za-z0-9][A-Za-z0-9-]*)`)

// haskell meets who maintains the Haskell packages that conflicted lines are about. Of
// a file that is concerned as a whole nobody is known.
func (s *search) haskell() error {
	for _, f := range s.Files {
		if !strings.HasPrefix(f.Path, haskellFolder) {
			continue
		}
		for _, side := range s.Trees.sides(f) {
			people, err := s.Haskell(side.tree)
			if err != nil {
				return err
			}
			packages, err := s.haskellPackages(people, f.Path, side)
			if err != nil {
				return err
			}
			for _, name := range packages {
				for _, n := range people.Of(name) {
					s.handle(mention{Source: FromHaskell, name: n.Name, where: n.Where, reason: "maintains Haskell's " + name + ": " + n.Where, paths: []string{f.Path}})
				}
			}
			if len(packages) > 0 {
				break
			}
			s.note(FromHaskell, f.Path, "these lines are of no package that has maintainers "+side.name)
		}
	}
	return nil
}

// haskellPackages lists the packages of lines that somebody maintains.
func (s *search) haskellPackages(people *Haskell, name string, side side) (packages []string, err error) {
	content, blob, err := side.tree.File(name)
	if err != nil || content == nil || len(side.lines) == 0 {
		return nil, err
	}
	add := func(name string) bool {
		if len(people.Of(name)) == 0 {
			return false
		}
		if !slices.Contains(packages, name) {
			packages = append(packages, name)
		}
		return true
	}
	if path.Ext(name) != ".nix" {
		n := 0
		for line := range strings.Lines(string(content)) {
			n++
			if item := yamlItem.FindStringSubmatch(line); item != nil && slices.ContainsFunc(side.lines, func(l Lines) bool { return l.First <= n && n <= l.Last }) {
				add(item[1])
			}
		}
		return packages, nil
	}
	file, err := s.parse(blob, content)
	if err != nil {
		return nil, nil // packages have told of it
	}
	for _, l := range side.lines {
		within := file.Lines(l.First, l.Last)
		nix.Walk(file.Root, func(n nix.Node) bool {
			if at := n.Range(); at.End <= within.Start || within.End <= at.Start {
				return false
			}
			if b, ok := n.(*nix.Binding); ok {
				// The outermost name that is a package's: what is set in a package has
				// names of its own.
				if names, _ := b.Path.Names(); len(names) > 0 && add(names[0]) {
					return false
				}
			}
			return true
		})
	}
	return packages, nil
}
