package maintainers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks/nix"
)

// Meta is whom the meta of a package names, or that of a NixOS module or test.
type Meta struct {
	// Path is that of the file that was read: the one asked about, or the one of its
	// package.
	Path string
	// Package is the name of the package that the lines belong to, "" if it is not known.
	Package string
	Module  bool // a NixOS module or test
	// Handles are from meta.maintainers, Teams from meta.teams and from teams.x.members in
	// meta.maintainers, by their attributes. Both are sorted, each once.
	Handles, Teams []Named
	// Doubts are what could not be found out. Nothing is guessed for them.
	Doubts []Doubt
}

// Doubt is an expression that may stand for people and is not understood.
type Doubt struct {
	Where string // "path:line", or a path
	Text  string // of the expression, its beginning; hostile
	Why   string // in a few words, for people
}

// Packages of a file of which nobody said which lines are meant, above which nobody is
// asked for all of them.
const metaPacks = 20

// How many folders above that of a file its package may be defined in.
const metaLevels = 3

const byName = "pkgs/by-name"

// packageFiles are the files that a package may have in its folder.
var packageFiles = []string{"package.nix", "default.nix"}

// Meta returns whom the package names that a path belongs to, with the lines concerned;
// without lines, those of every package of the file. There is one Meta for each package
// that the lines meet, in the order of the file, and none if nothing is named and
// nothing is in doubt. A folder is that of its package; a file that is not Nix, that names
// nobody or is not there belongs to the package of its folder, or of the nearest of three
// above. Nothing is evaluated: a
// name counts for what it is bound to, an argument for its default. The error is one of the tree's.
func (c *Cache) Meta(tree Tree, name string, lines []Lines) ([]Meta, error) {
	r := &resolver{cache: c, tree: tree, files: map[string]readFile{}}
	metas := r.metas(name, lines)
	return metas, r.fault
}

func (r *resolver) metas(name string, lines []Lines) []Meta {
	if strings.HasSuffix(name, ".nix") {
		metas, its := r.ofFile(name, lines)
		if its {
			return metas
		}
	}
	if dir, ok := packageFolder(name); ok {
		metas, _ := r.ofFolder(dir, name, true)
		return metas
	}
	if metas, ok := r.ofFolder(name, name, true); ok {
		return metas // it is a folder itself
	}
	dir := path.Dir(name)
	for range metaLevels + 1 {
		if metas, ok := r.ofFolder(dir, name, false); ok || dir == "." {
			return metas
		}
		dir = path.Dir(dir)
	}
	return nil
}

// packageFolder returns pkgs/by-name/<xx>/<name> for all that is in it.
func packageFolder(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, byName+"/")
	parts := strings.SplitN(rest, "/", 3)
	if !ok || len(parts) < 3 {
		return "", false
	}
	return path.Join(byName, parts[0], parts[1]), true
}

// ofFile returns whom a file itself names around the lines; its is false if the question
// is one for the file's folder.
func (r *resolver) ofFile(name string, lines []Lines) (metas []Meta, its bool) {
	f := r.open(name)
	if f.problem != "" {
		return refused(name, f.problem), true
	}
	if f.src == nil {
		return nil, false
	}
	ix := newIndex(f.src)
	if len(lines) == 0 {
		metas = r.whole(ix)
		return metas, len(metas) > 0 || slices.ContainsFunc(ix.packs, func(p *pack) bool { return p.has(bindsMeta) })
	}
	metas = r.around(ix, lines)
	return metas, len(metas) > 0 || r.hasMeta(ix, lines)
}

// hasMeta reports whether lines belong to a package that names nobody.
func (r *resolver) hasMeta(ix *index, lines []Lines) bool {
	return slices.ContainsFunc(lines, func(l Lines) bool {
		return len(ix.meets(l, func(sites []*site) bool {
			return slices.ContainsFunc(sites, func(s *site) bool { return s.form == bindsMeta })
		})) > 0
	})
}

// ofFolder returns whom the package of a folder names, for a file in it. Where the
// package's file says which of its packages uses the file, that one counts; the whole
// folder of a package belongs to it in any case.
func (r *resolver) ofFolder(dir, name string, all bool) (metas []Meta, ok bool) {
	for _, base := range packageFiles {
		file := path.Join(dir, base)
		if file == name && !all {
			continue
		}
		f := r.open(file)
		if f.problem != "" {
			return refused(file, f.problem), true
		}
		if f.src == nil {
			continue
		}
		ix := newIndex(f.src)
		mentioned := ix.mentions(name)
		if metas := r.around(ix, mentioned); len(metas) > 0 {
			return metas, true
		}
		if len(mentioned) > 0 && !all {
			continue
		}
		if metas := r.ofRoot(ix); len(metas) > 0 || !all {
			return metas, len(metas) > 0
		}
		if metas := r.whole(ix); len(metas) > 0 {
			return metas, true
		}
	}
	return nil, false
}

func refused(name, why string) []Meta {
	return []Meta{{Path: name, Doubts: []Doubt{{Where: name, Why: why}}}}
}

// around returns whom the packages name that lines belong to.
func (r *resolver) around(ix *index, lines []Lines) []Meta {
	var met []*site
	for _, l := range lines {
		met = add(met, ix.meets(l, r.says))
	}
	return r.described(ix, met)
}

// ofRoot returns whom a file names that is one package as a whole.
func (r *resolver) ofRoot(ix *index) []Meta {
	return r.described(ix, ix.owners([]nix.Node{ix.src.file.Root}, r.says))
}

// whole returns whom all packages of a file name. What a let binds for packages to use
// counts where there is nothing else.
func (r *resolver) whole(ix *index) []Meta {
	var packs, ingredients []*pack
	for _, p := range ix.packs {
		switch {
		case p.ingredient():
			ingredients = append(ingredients, p)
		case p.node == ix.src.file.Root || p.has(bindsMeta) || p.has(bindsPeople):
			packs = append(packs, p)
		}
	}
	direct := len(packs)
	for _, p := range ix.packs { // calls that are packages of their own
		if !p.ingredient() && !slices.ContainsFunc(packs, p.liesIn) && (p.has(callsFile) || len(packs) < metaPacks) {
			packs = append(packs, p)
		}
	}
	if direct > 0 && len(packs) > metaPacks {
		packs = packs[:direct]
	}
	for _, packs := range [][]*pack{packs, ingredients} {
		if len(packs) > metaPacks {
			return refused(ix.src.path, fmt.Sprintf("it has more than %d packages, and nothing says which of them is meant", metaPacks))
		}
		var sites []*site
		for _, p := range packs {
			sites = append(sites, p.sites...)
		}
		sites = slices.DeleteFunc(sites, func(s *site) bool { return !r.says([]*site{s}) })
		if metas := r.described(ix, sites); len(metas) > 0 {
			return metas
		}
	}
	return nil
}

// ingredient reports whether a let binds a set or a function, for packages to use.
func (p *pack) ingredient() bool {
	_, function := unwrapped(p.node).(*nix.Lambda)
	return p.shared && (function || p.isSet())
}

// liesIn reports whether a package is the other one, or a part of it.
func (p *pack) liesIn(other *pack) bool {
	at, around := p.node.Range(), other.node.Range()
	return around.Start <= at.Start && at.End <= around.End
}

func (p *pack) has(form siteForm) bool {
	return slices.ContainsFunc(p.sites, func(s *site) bool { return s.form == form })
}

// says reports whether one of the sites names people, or would if more were known.
func (r *resolver) says(sites []*site) bool {
	return slices.ContainsFunc(sites, func(s *site) bool {
		d := r.readSite(s)
		return d.names() || d.refused || d.binds && s.form == bindsMeta
	})
}

// given is what a site is. What a call gives may be a function, which others call with
// the rest: version: { stdenv }: …
func (r *resolver) given(s *site) value {
	of := r.eval(s.expr, s.scope, alone)
	if s.form == callsHere || s.form == callsFile {
		return r.opened(of)
	}
	return of
}

// readSite reads whom a site names, once.
func (r *resolver) readSite(s *site) *reading {
	if s.read != nil {
		return s.read
	}
	s.read = &reading{}
	r.steps = 0
	at := spot{s.expr, s.scope.src}
	of := r.given(s)
	if s.form == bindsPeople {
		r.readMeta(of, at, s.read)
		return s.read
	}
	if meta, found := r.attr(of, s.attr); found != absent {
		r.readMeta(meta, at, s.read)
	}
	return s.read
}

// described makes one Meta of the sites of each package.
func (r *resolver) described(ix *index, sites []*site) (metas []Meta) {
	packs := slices.Clone(ix.packs)
	slices.SortStableFunc(packs, func(a, b *pack) int { return a.node.Range().Start - b.node.Range().Start })
	for _, p := range packs {
		m := Meta{Path: ix.src.path}
		for _, s := range p.sites {
			if !slices.Contains(sites, s) {
				continue
			}
			d := r.readSite(s)
			if s.form != bindsMeta && !d.names() && !d.refused {
				continue
			}
			m.Handles = append(m.Handles, d.handles...)
			m.Teams = append(m.Teams, d.teams...)
			m.Doubts = append(m.Doubts, d.doubts...)
			m.Module = m.Module || isModule(s)
		}
		m.Handles, m.Teams = sorted(m.Handles), sorted(m.Teams)
		if len(m.Handles)+len(m.Teams)+len(m.Doubts) > 0 {
			m.Package = r.packageName(ix, p, m.Module)
			if !slices.ContainsFunc(metas, m.same) {
				metas = append(metas, m)
			}
		}
	}
	return metas
}

// same reports whether two packages cannot be told apart: one that a let binds and the
// file gives, or the tests of a file.
func (m Meta) same(o Meta) bool {
	return m.Package == o.Package && slices.Equal(m.Handles, o.Handles) && slices.Equal(m.Teams, o.Teams) && slices.Equal(m.Doubts, o.Doubts)
}

// packageName returns the name of a package: of the folder that belongs to it, of the
// attribute that it is bound to, or that it gives itself.
func (r *resolver) packageName(ix *index, p *pack, module bool) string {
	if module {
		return ""
	}
	if p.name != "" && !p.shared && !(p.isSet() && p.sites[0].form == bindsPeople) {
		return p.name
	}
	folder, ok := packageFolder(ix.src.path)
	if ok && slices.Contains(packageFiles, strings.TrimPrefix(ix.src.path, folder+"/")) {
		return path.Base(folder)
	}
	for _, s := range p.sites {
		r.steps = 0
		of := r.given(s)
		for _, attr := range []string{"pname", "name"} {
			v, _ := r.attr(of, attr)
			if t, ok := r.force(v).(text); ok {
				return withoutVersion(string(t))
			}
		}
	}
	dir, base := path.Split(ix.src.path)
	switch {
	case ok:
		return path.Base(folder)
	case p.node == ix.src.file.Root && dir != "" && slices.Contains(packageFiles, base):
		return path.Base(dir)
	case p.isSet():
		return ""
	}
	return p.name
}

// isSet reports whether a package is a mere set, for others to use.
func (p *pack) isSet() bool {
	_, ok := unwrapped(p.node).(*nix.AttrSet)
	return ok
}

// withoutVersion returns the name in "name-1.2", as Nix parses it.
func withoutVersion(name string) string {
	for i := 0; i+1 < len(name); i++ {
		if c := name[i+1] | 0x20; name[i] == '-' && (c < 'a' || c > 'z') {
			return name[:i]
		}
	}
	return name
}

// isModule reports whether a site is that of a NixOS module or test: by its path, or by
// what else it binds.
func isModule(s *site) bool {
	name := s.scope.src.path
	for _, dir := range []string{"nixos/modules/", "nixos/tests/", "modules/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	n, ok := s.expr.(*nix.AttrSet)
	return ok && (binds(n.Entries, "options") || binds(n.Entries, "config"))
}

func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
