package maintainers

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/nix"
)

// Team is a team of upstream's list. All texts but logins are hostile.
type Team struct {
	Attr      string // the name that packages use; "" for a team that only the forge has
	ShortName string // what people call it
	Slug      string // the name on upstream's forge, without the organisation; "" for none
	// Handles are the members by their names in the list of maintainers, in the order
	// in which the list of teams has them, each once.
	Handles []Named
	// Accounts are the members that upstream's forge has, sorted by login.
	Accounts []forks.Account
	Where    string // the place of the entry, as "path:line"
}

// TeamList is a list of teams. It never changes. A nil TeamList is an empty one.
type TeamList struct {
	teams       []Team
	byAttr      map[string]int
	bySlug      map[string]int // lower case
	byShortName map[string]int // lower case
	problems    []string
}

const (
	teamListPath = "maintainers/team-list.nix"
	slugListPath = "maintainers/github-teams.json"
)

// Teams reads the tree's list of teams, and what is written down there of the forge's
// teams. The list is never nil; what cannot be read is told by [TeamList.Problem]. All
// members are given, however many: asking all of them is seldom right. An error is the
// tree's own.
func (c *Cache) Teams(t Tree) (*TeamList, error) {
	set, setBlob, err := t.File(teamListPath)
	if err != nil {
		return nil, fmt.Errorf("reading the list of teams: %w", err)
	}
	slugs, slugsBlob, err := t.File(slugListPath)
	if err != nil {
		return nil, fmt.Errorf("reading the teams of the forge: %w", err)
	}
	if set == nil && slugs == nil {
		return &TeamList{problems: []string{"there is no list of teams: neither " + teamListPath + " nor " + slugListPath}}, nil
	}
	k := key{as: tableTeams, blob: setBlob, also: slugsBlob}
	return once(c.tables, k, len(set)+len(slugs), func() *TeamList {
		return readTeams(set, slugs)
	}), nil
}

// Problem says in words what of the list cannot be read; "" if nothing is amiss. It is
// safe to show.
func (l *TeamList) Problem() string {
	if l == nil {
		return "there is no list of teams"
	}
	return strings.Join(l.problems, "; ")
}

// Len is the number of teams.
func (l *TeamList) Len() int {
	if l == nil {
		return 0
	}
	return len(l.teams)
}

// Team finds a team by its attribute name, its slug or its short name, in this order;
// the case counts in the attribute name only. What it returns must not be changed.
func (l *TeamList) Team(name string) (Team, bool) {
	if l == nil {
		return Team{}, false
	}
	i, ok := l.byAttr[name]
	if !ok {
		i, ok = l.bySlug[strings.ToLower(name)]
	}
	if !ok {
		i, ok = l.byShortName[strings.ToLower(name)]
	}
	if !ok {
		return Team{}, false
	}
	return l.teams[i], true
}

// readTeams reads the two files; one that is nil is not there.
func readTeams(set, slugs []byte) *TeamList {
	l := &TeamList{byAttr: map[string]int{}, bySlug: map[string]int{}, byShortName: map[string]int{}}
	var onForge map[string]forgeTeam
	if slugs != nil {
		var problem string
		onForge, problem = readForgeTeams(slugs)
		l.note(problem)
	}
	if set != nil {
		l.readSet(set, onForge)
	}
	for _, slug := range sortedKeys(onForge) {
		if _, known := l.bySlug[slug]; !known {
			t := onForge[slug]
			l.add(Team{Slug: t.slug, ShortName: t.name, Accounts: t.accounts, Where: t.where}, []string{slug})
		}
	}
	return l
}

// readSet reads the list proper.
func (l *TeamList) readSet(content []byte, onForge map[string]forgeTeam) {
	file, err := nix.Parse(content, nix.Limits{})
	if err != nil {
		l.note(fmt.Sprintf("%s cannot be read: %v", teamListPath, err))
		return
	}
	r := teamReader{setReader: newSetReader(teamListPath, file)}
	r.top = r.root()
	sets := r.sets(r.top)
	if len(sets) == 0 {
		l.note(teamListPath + " is not an attribute set, so no team is known from it")
	}
	for i := len(sets) - 1; i >= 0; i-- {
		for _, name := range r.names(sets[i].node.(*nix.AttrSet)) {
			if _, known := l.byAttr[name.Name]; known {
				continue // "//" has put another in its place
			}
			t, slugs := r.team(name)
			l.add(t.onForge(slugs, onForge), slugs)
		}
	}
	if r.unread > 0 {
		l.note(fmt.Sprintf("of %s, %d names of members cannot be told without evaluating, the first at %s", teamListPath, r.unread, r.firstUnread))
	}
}

// onForge adds what is known of a team's slugs.
func (t Team) onForge(slugs []string, onForge map[string]forgeTeam) Team {
	for _, slug := range slugs {
		if on, ok := onForge[slug]; ok {
			first(&t.ShortName, on.name)
			t.Accounts = mergeAccounts(t.Accounts, on.accounts)
		}
	}
	return t
}

// add adds a team with all of its slugs, in lower case. The first that has a name keeps it.
func (l *TeamList) add(t Team, slugs []string) {
	i := len(l.teams)
	l.teams = append(l.teams, t)
	claim := func(index map[string]int, k string) {
		if _, taken := index[k]; !taken && k != "" {
			index[k] = i
		}
	}
	claim(l.byAttr, t.Attr)
	claim(l.byShortName, strings.ToLower(t.ShortName))
	for _, slug := range slugs {
		claim(l.bySlug, slug)
	}
}

func (l *TeamList) note(problem string) {
	if problem != "" {
		l.problems = append(l.problems, problem)
	}
}
