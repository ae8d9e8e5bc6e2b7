package maintainers

import (
	"slices"

	"github.com/auxolotl/auxsync/forks/nix"
)

// meets returns the sites that lines of a file belong to, by the smallest node around
// each token that says whom its package has.
func (ix *index) meets(lines Lines, says func([]*site) bool) (met []*site) {
	file := ix.src.file
	over := file.Lines(lines.First, lines.Last)
	root := file.Root
	if at := root.Range(); over.End <= at.Start || over.Start >= at.End {
		return ix.owners([]nix.Node{root}, says)
	}
	var below func(n nix.Node, around []nix.Node)
	below = func(n nix.Node, around []nix.Node) {
		around = append(around, n)
		own := true
		for _, c := range n.Children() {
			if at := c.Range(); at.Start < over.End && over.Start < at.End {
				below(c, around)
				own = false
			}
		}
		if own {
			met = add(met, ix.owners(around, says))
		}
	}
	below(root, nil)
	return met
}

// owners returns the sites of the innermost node of a chain that says something.
func (ix *index) owners(around []nix.Node, says func([]*site) bool) []*site {
	for _, n := range slices.Backward(around) {
		if sites := ix.flows[n]; len(sites) > 0 && says(sites) {
			return sites
		}
	}
	return nil
}

func add(all, more []*site) []*site {
	for _, s := range more {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// mentions returns the lines of a file on which the path of another one stands, or of a
// folder around it.
func (ix *index) mentions(name string) (lines []Lines) {
	file := ix.src.file
	nix.Walk(file.Root, func(n nix.Node) bool {
		if p, ok := n.(*nix.Path); ok {
			if to, ok := relative(p, ix.src.path); ok && within(name, to) {
				at := n.Range()
				lines = append(lines, Lines{file.Position(at.Start).Line, file.Position(at.End - 1).Line})
			}
		}
		return true
	})
	return lines
}
