package nix

// Walk calls visit for a node and all below it, each before those in it and in the
// order of the source. What is below a node for which visit returns false is left out.
// It recurses, at most Limits.Depth calls deep.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children() {
		Walk(c, visit)
	}
}

// EnclosingAt returns the nodes whose range has an offset, the root first and the
// smallest last. Trivia belongs to the node whose tokens it lies between; before the
// root and after it there is none.
func (f *File) EnclosingAt(offset int) []Node {
	return f.Enclosing(Range{offset, offset + 1})
}

// Enclosing returns the nodes that have a whole range of bytes in them, the root first
// and the smallest last. An empty range stands for the byte after it.
func (f *File) Enclosing(r Range) []Node {
	r.End = max(r.End, r.Start+1)
	var chain []Node
	nodes := []Node{f.Root}
	for len(nodes) > 0 {
		n := nodes[0]
		if at := n.Range(); at.Start <= r.Start && r.End <= at.End {
			chain = append(chain, n)
			nodes = n.Children()
			continue
		}
		nodes = nodes[1:]
	}
	return chain
}
