package mergetest

import (
	"maps"
	"slices"
	"strings"
)

// Shrink makes a case small, as long as it fails: it takes whole paths away from all
// three trees, then from single ones, then makes files equal to the base's, then takes
// lines away, and begins again until nothing helps. It is greedy: what is left need not
// be the smallest case, but nothing in it is idle.
func Shrink(c Case, fails func(Case) bool) Case {
	for {
		smaller := shrinkLines(shrinkPaths(c, fails), fails)
		if smaller.String() == c.String() {
			return c
		}
		c = smaller
	}
}

func shrinkPaths(c Case, fails func(Case) bool) Case {
	try := func(change func(Case)) {
		smaller := c.Clone()
		change(smaller)
		if smaller.String() != c.String() && fails(smaller) {
			c = smaller
		}
	}
	for _, path := range c.paths() {
		try(func(s Case) {
			for _, t := range s.trees() {
				delete(t, path)
			}
		})
	}
	for _, path := range c.paths() {
		try(func(s Case) { delete(s.Ours, path); delete(s.Theirs, path) })
		for i := range 3 {
			try(func(s Case) { delete(s.trees()[i], path) })
		}
		for _, side := range []int{1, 2} {
			try(func(s Case) {
				if e, ok := s.Base[path]; ok && !s.trees()[side].inTheWay(path) {
					s.trees()[side][path] = e
				}
			})
		}
	}
	return c
}

// shrinkLines takes single lines away, from all files that hold the same content at once
// or from all files that hold the line.
func shrinkLines(c Case, fails func(Case) bool) Case {
	for _, content := range c.contents() {
		lines := slices.Collect(strings.Lines(content))
		for i := len(lines) - 1; i >= 0; i-- {
			fewer := strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
			smaller := c.replaced(strings.Join(lines, ""), fewer)
			if fails(smaller) {
				c, lines = smaller, slices.Delete(lines, i, i+1)
			}
		}
	}
	all := map[string]bool{}
	for _, content := range c.contents() {
		for line := range strings.Lines(content) {
			all[line] = true
		}
	}
	for _, line := range slices.Sorted(maps.Keys(all)) {
		if smaller := c.withoutLine(line); fails(smaller) {
			c = smaller
		}
	}
	return c
}

func (c Case) withoutLine(line string) Case {
	c = c.Clone()
	for _, t := range c.trees() {
		for path, e := range t {
			if !e.isFile() {
				continue
			}
			lines := slices.DeleteFunc(slices.Collect(strings.Lines(e.Content)), func(l string) bool { return l == line })
			e.Content = strings.Join(lines, "")
			t[path] = e
		}
	}
	return c
}

func (c Case) replaced(old, new string) Case {
	c = c.Clone()
	for _, t := range c.trees() {
		for path, e := range t {
			if e.isFile() && e.Content == old {
				e.Content = new
				t[path] = e
			}
		}
	}
	return c
}

func (c Case) paths() []string {
	all := map[string]bool{}
	for _, t := range c.trees() {
		for path := range t {
			all[path] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (c Case) contents() []string {
	all := map[string]bool{}
	for _, t := range c.trees() {
		for _, e := range t {
			if e.isFile() {
				all[e.Content] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}
