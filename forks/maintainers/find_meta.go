package maintainers

import (
	"cmp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// side is one of the trees on which a place is read.
type side struct {
	tree  Tree
	lines []Lines
	name  string // for people
}

// sides lists the sides of a place that there are, in the order in which they count.
func (t Trees) sides(p Place) (list []side) {
	for _, s := range []side{{t.Fork, p.Fork, "in the fork"}, {t.Upstream, p.Upstream, "in upstream"}, {t.Parent, p.Parent, "before the patch"}} {
		if s.tree != nil {
			list = append(list, s)
		}
	}
	return list
}

// MetaOf reads what the packages and modules at a place say, on the first of its sides
// that names anybody: see [Cache.Meta]. Notes tell of what could not be read, and of the
// sides that name nobody. An error is a tree's own.
func (c *Cache) MetaOf(t Trees, p Place) (metas []Meta, notes []Step, err error) {
	for _, s := range t.sides(p) {
		metas, err := c.Meta(s.tree, p.Path, s.lines)
		if err != nil {
			return nil, nil, err
		}
		named := false
		for _, m := range metas {
			for _, d := range m.Doubts {
				notes = append(notes, d.step(m.source()))
			}
			named = named || len(m.Handles)+len(m.Teams) > 0
		}
		if named {
			return metas, notes, nil
		}
		content, _, err := s.tree.File(p.Path)
		if err != nil {
			return nil, nil, err
		}
		why := "no maintainers are named here "
		if content == nil {
			why = "there is no such file "
		}
		notes = append(notes, Step{Source: FromMeta, Where: p.Path, Why: why + s.name})
	}
	return nil, notes, nil
}

func (d Doubt) step(source Source) Step {
	s := Step{Source: source, Where: d.Where, Why: d.Why}
	if d.Text != "" {
		s.Why = d.Text + ": " + d.Why
	}
	return s
}

func (m Meta) source() Source {
	if m.Module {
		return FromModule
	}
	return FromMeta
}

// said is what one package says about a conflicted file.
type said struct {
	Meta
	path string // that is in conflict
}

// reason is why somebody named there could be asked.
func (s said) reason(where string) string {
	what := cmp.Or(s.Package, s.Path)
	if strings.HasPrefix(where, what+":") {
		return "maintains " + where
	}
	return "maintains " + what + ": " + where
}

// packages meets whom packages name, then modules and tests.
func (s *search) packages() error {
	for _, f := range s.Files {
		metas, notes, err := s.MetaOf(s.Trees, f)
		if err != nil {
			return err
		}
		for _, n := range notes {
			s.step(n)
		}
		for _, m := range metas {
			s.said = append(s.said, said{m, f.Path})
		}
	}
	for _, source := range []Source{FromMeta, FromModule} {
		for _, m := range s.said {
			if m.source() != source {
				continue
			}
			for _, h := range m.Handles {
				s.handle(mention{Source: source, name: h.Name, where: h.Where, reason: m.reason(h.Where), paths: []string{m.path}})
			}
			for _, t := range m.Teams {
				s.team(mention{Source: source, name: t.Name, where: t.Where, reason: m.reason(t.Where), paths: []string{m.path}})
			}
		}
	}
	return nil
}

// teamMap meets who stands for the teams that packages name.
func (s *search) teamMap() {
	for _, m := range s.said {
		for _, t := range m.Teams {
			team, _ := s.teamOf(t.Name)
			asks, _ := s.standIn(t.Name, team)
			for _, a := range asks {
				s.ask(mention{Source: FromTeamMap, name: t.Name, where: t.Where, paths: []string{m.path},
					reason: "stands for team " + t.Name + ", which " + m.reason(t.Where)}, a)
			}
		}
	}
}

// standIn is whom the policy asks for a team of upstream's, by any of its names.
func (s *search) standIn(name string, team Team) (asks []forks.Ask, mapped bool) {
	for _, key := range []string{name, team.Slug, team.ShortName} {
		if asks, mapped = s.Roster.Teams[strings.ToLower(key)]; mapped && key != "" {
			return asks, true
		}
	}
	return nil, false
}
