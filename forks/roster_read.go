package forks

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// rosterReader reads what a policy says of people. It goes on past problems, as the
// configReader does whose methods it has.
type rosterReader struct {
	*configReader
	roster Roster
	lines  map[string]int     // of keys that were read, by their path
	named  map[string]keyPath // where a login or alias is a person's, by lower case
	refs   []sigRef
}

// sigRef is a SIG that is named by others.
type sigRef struct {
	name string
	line int
	path keyPath
}

// item is one text of a list.
type item struct {
	value string
	line  int
}

var (
	// An alias is a handle in a list of maintainers, which is what Nix takes for an
	// attribute, or the name of an author, by which people are known without a forge.
	aliasPattern        = regexp.MustCompile(`^[\p{L}\p{N}_]([\p{L}\p{M}\p{N}_'. -]{0,98}[\p{L}\p{M}\p{N}_'.-])?$`)
	sigNamePattern      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	upstreamTeamPattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,38}/)?[A-Za-z0-9_][A-Za-z0-9_'.-]{0,99}$`)
	patchIDPattern      = regexp.MustCompile(`^p[0-9a-f]{10}$`)
)

// read reads the tables about people, and the keys beside them.
func (r *rosterReader) read(root *tomlTable) Roster {
	r.people(root)
	r.sigs(root)
	r.defaultSIG(root)
	r.owners(root)
	r.patches(root)
	r.teams(root)
	r.limits(root)
	for _, ref := range r.refs {
		switch _, ok := r.roster.SIG(ref.name); {
		case !sigNamePattern.MatchString(ref.name):
			r.problems.add(ref.line, ref.path, "%q cannot be the name of a SIG", ref.name)
		case !ok:
			r.problems.add(ref.line, ref.path, "there is no SIG %q; add a table [sigs.%s]", ref.name, keyPath{ref.name})
		}
	}
	return r.roster
}

func (r *rosterReader) people(root *tomlTable) {
	r.roster.People = map[string]Resident{}
	all, _ := r.table(root, nil, "people")
	for _, login := range all.keys {
		path := keyPath{"people", login}
		t, line := r.table(all, keyPath{"people"}, login)
		if line == 0 {
			continue // it is no table
		}
		r.lines[path.String()] = line
		if err := checkLogin(login); err != nil {
			r.problems.add(line, path, "%v", err)
		}
		personKeys().check(t, path, r.problems)
		key := strings.ToLower(login)
		if first, twice := r.named[key]; twice {
			r.problems.add(line, path, "is the same login as %s, in line %d: case does not count", first, r.lines[first.String()])
			continue
		}
		r.named[key] = path
		who := Resident{Login: login, Away: r.days(t, path, "away"), OptOut: r.yes(t, path, "opt_out")}
		if v := t.values["on_call"]; v != nil && v.kind == tomlBoolean {
			who.Contact = r.yes(t, path, "on_call")
		} else {
			who.OnDuty = r.days(t, path, "on_call")
		}
		r.roster.People[key] = who
	}
	for _, login := range all.keys {
		if v := all.values[login]; v.kind == tomlTableKind {
			r.aliases(v.table, keyPath{"people", login}, login)
		}
	}
}

// aliases reads the aliases of a person once all logins are known: each name is one
// person's.
func (r *rosterReader) aliases(t *tomlTable, path keyPath, login string) {
	at := path.child("aliases")
	person := strings.ToLower(login)
	who, own := r.roster.People[person], path.String()
	for _, alias := range r.items(t, path, "aliases") {
		key := strings.ToLower(alias.value)
		first, taken := r.named[key]
		switch {
		case !aliasPattern.MatchString(alias.value):
			r.problems.add(alias.line, at, "%q is neither a handle of a list of maintainers, such as \"ada-l\", nor a name, such as \"Ada Lovelace\"", alias.value)
			continue
		case taken && first.String() != own && first.String() != at.String():
			r.problems.add(alias.line, at, "%q is a name of %s too; a name stands for one person", alias.value, keyPath(first[:2]))
			continue
		case taken:
			continue // it is theirs already
		}
		r.named[key] = at
		who.Aliases = append(who.Aliases, alias.value)
	}
	if _, known := r.roster.People[person]; known {
		r.roster.People[person] = who
	}
}

func (r *rosterReader) sigs(root *tomlTable) {
	r.roster.SIGs = map[string]SIG{}
	all, _ := r.table(root, nil, "sigs")
	for _, name := range all.keys {
		path := keyPath{"sigs", name}
		t, line := r.table(all, keyPath{"sigs"}, name)
		if line == 0 {
			continue // it is no table
		}
		r.lines[path.String()] = line
		if !sigNamePattern.MatchString(name) {
			r.problems.add(line, path, "a SIG's name has 1 to 40 letters, digits, '-', '_' and '.', and begins with a letter or digit")
		}
		sigKeys().check(t, path, r.problems)
		key := strings.ToLower(name)
		if first, twice := r.roster.SIGs[key]; twice {
			at := keyPath{"sigs", first.Name}
			r.problems.add(line, path, "is the same name as %s, in line %d: case does not count", at, r.lines[at.String()])
			continue
		}
		sig := SIG{Name: name, Team: r.team(t, path)}
		for _, m := range r.items(t, path, "members") {
			if strings.HasPrefix(m.value, sigPrefix) {
				r.problems.add(m.line, path.child("members"), "%q: a SIG has people as members, and no other SIG", m.value)
			} else if err := checkLogin(m.value); err != nil {
				r.problems.add(m.line, path.child("members"), "%q %v", m.value, err)
			}
			sig.Members = append(sig.Members, r.login(m.value))
		}
		for _, p := range r.items(t, path, "paths") {
			if err := checkPathPattern(p.value); err != nil {
				r.problems.add(p.line, path.child("paths"), "%q %v", p.value, err)
			}
			sig.Paths = append(sig.Paths, p.value)
		}
		r.roster.SIGs[key] = sig
	}
}

// team reads the team of a SIG on the forge.
func (r *rosterReader) team(t *tomlTable, path keyPath) string {
	value, ok := r.text(t, path, "team")
	if !ok || value.line == 0 {
		return ""
	}
	at := path.child("team")
	r.lines[at.String()] = value.line
	org, slug, isTeam := strings.Cut(value.value, "/")
	switch {
	case strings.HasPrefix(value.value, "@"):
		r.problems.add(value.line, at, "%q: write it without '@'", value.value)
	case !isTeam || !ownerPattern.MatchString(org) || !teamPattern.MatchString(slug):
		r.problems.add(value.line, at, "%q is no team of a forge, such as \"auxolotl/core\"", value.value)
	}
	r.show(at, value)
	return value.value
}

func (r *rosterReader) defaultSIG(root *tomlTable) {
	name, ok := r.text(root, nil, "default_sig")
	if !ok || name.line == 0 {
		return
	}
	path := keyPath{"default_sig"}
	r.lines[path.String()] = name.line
	r.show(path, name)
	// Both ways to write it are clear.
	r.roster.DefaultSIG = strings.TrimPrefix(name.value, sigPrefix)
	r.refs = append(r.refs, sigRef{r.roster.DefaultSIG, name.line, path})
}

func (r *rosterReader) owners(root *tomlTable) {
	all, _ := r.table(root, nil, "owners")
	for _, pattern := range all.keys {
		path, line := keyPath{"owners", pattern}, all.values[pattern].line
		if all.values[pattern].table != nil {
			r.problems.add(line, path, "is a table; put the whole pattern in quotes")
			continue
		}
		if err := checkPathPattern(pattern); err != nil {
			r.problems.add(line, path, "the pattern %v", err)
		}
		r.roster.Owners = append(r.roster.Owners, OwnerRule{Pattern: pattern, Ask: r.asks(all, keyPath{"owners"}, pattern), Line: line})
	}
}

func (r *rosterReader) patches(root *tomlTable) {
	r.roster.Patches = map[PatchID][]Ask{}
	all, _ := r.table(root, nil, "patches")
	for _, id := range all.keys {
		path, v := keyPath{"patches", id}, all.values[id]
		if !patchIDPattern.MatchString(id) {
			r.problems.add(v.line, path, "is no patch's id: \"p\" and ten hex digits, as `auxsync patches` shows it")
		}
		if v.kind == tomlArray && len(v.list) == 0 {
			r.problems.add(v.line, path, "names nobody; leave it out")
		}
		r.roster.Patches[PatchID(id)] = r.asks(all, keyPath{"patches"}, id)
	}
}

func (r *rosterReader) teams(root *tomlTable) {
	r.roster.Teams = map[string][]Ask{}
	spelled := map[string]string{}
	all, _ := r.table(root, nil, "teams")
	for _, name := range all.keys {
		path, line, key := keyPath{"teams", name}, all.values[name].line, strings.ToLower(name)
		if !upstreamTeamPattern.MatchString(name) {
			r.problems.add(line, path, "is no team of upstream's, such as rust or \"NixOS/rust\"")
		}
		if first, twice := spelled[key]; twice {
			r.problems.add(line, path, "is the same team as %s, in line %d: case does not count", keyPath{"teams", first}, all.values[first].line)
			continue
		}
		spelled[key] = name
		r.roster.Teams[key] = r.asks(all, keyPath{"teams"}, name)
	}
}

func (r *rosterReader) limits(root *tomlTable) {
	path := keyPath{"limits"}
	t, _ := r.table(root, nil, "limits")
	limitKeys().check(t, path, r.problems)
	r.roster.Limits = defaultAskLimits()
	for _, limit := range []struct {
		key  string
		into *int
		most int64
	}{
		{"asked", &r.roster.Limits.Asked, maxAsked},
		{"per_person", &r.roster.Limits.PerPerson, 100},
		{"treewide", &r.roster.Limits.Treewide, 1_000_000},
	} {
		n := r.whole(t, path, limit.key, parsed[int64]{value: int64(*limit.into)}, 1, limit.most)
		*limit.into = int(n.value)
		if n.line > 0 {
			r.show(path.child(limit.key), n.text)
		}
	}
}

// sigPrefix stands in front of a SIG's name where people can be named too.
const sigPrefix = "sig:"

// asks reads whom to ask; never nil.
func (r *rosterReader) asks(t *tomlTable, path keyPath, key string) []Ask {
	list, at := []Ask{}, path.child(key)
	items := r.items(t, path, key)
	if n := len(items); n > maxAsked {
		r.problems.add(t.values[key].line, at, "names %d; %d at most are asked about one conflict: make a SIG of them", n, maxAsked)
	}
	for _, it := range items {
		name, isSIG := strings.CutPrefix(it.value, sigPrefix)
		switch err := checkLogin(it.value); {
		case isSIG:
			list = append(list, Ask{SIG: name})
			r.refs = append(r.refs, sigRef{name, it.line, at})
		case err != nil && strings.Contains(it.value, "/"):
			r.problems.add(it.line, at, `%q is a team; name a SIG, such as "sig:core", and give that the team`, it.value)
		case err != nil:
			r.problems.add(it.line, at, `%q %v; a SIG is named as "sig:core"`, it.value, err)
		default:
			list = append(list, Ask{Login: r.login(it.value)})
		}
	}
	return list
}

// login returns the login that a name stands for, which may be an alias.
func (r *rosterReader) login(name string) string {
	if who, ok := r.roster.Find(name); ok {
		return who.Login
	}
	return name
}

// checkLogin returns why a text is no login, or nil.
func checkLogin(name string) error {
	switch {
	case strings.HasPrefix(name, "@"):
		return fmt.Errorf("begins with '@'; leave that out")
	case !ownerPattern.MatchString(name):
		return fmt.Errorf(`is no login, such as "ada"`)
	}
	return nil
}

// days reads days and ranges of days.
func (r *rosterReader) days(t *tomlTable, path keyPath, key string) (ranges []DayRange) {
	for _, it := range r.items(t, path, key) {
		days, err := parseDayRange(it.value)
		if err != nil {
			r.problems.add(it.line, path.child(key), "%v", err)
			continue
		}
		ranges = append(ranges, days)
	}
	return ranges
}

// yes reads true or false; what is left out is false.
func (r *rosterReader) yes(t *tomlTable, path keyPath, key string) bool {
	if t.values[key] == nil {
		return false
	}
	r.lines[path.child(key).String()] = t.values[key].line
	return r.flag(t, path, key, false)
}

// items reads a list of texts, or one text alone, and shows it.
func (r *rosterReader) items(t *tomlTable, path keyPath, key string) (list []item) {
	v, at := t.values[key], path.child(key)
	if v == nil {
		return nil
	}
	values := v.list
	switch v.kind {
	case tomlArray:
	case tomlString:
		values = []*tomlValue{v}
	case tomlDate:
		r.problems.add(v.line, at, `must be a string or an array of strings, not %s; write days in quotes, such as "2026-12-20..2027-01-06"`, v.kind)
		return nil
	default:
		r.problems.add(v.line, at, "must be a string or an array of strings, not %s", v.kind)
		return nil
	}
	r.lines[at.String()] = v.line
	var shown []string
	for _, value := range values {
		line := max(v.line, value.line)
		switch {
		case value.kind != tomlString:
			r.problems.add(line, at, "must hold strings, not %s", value.kind)
		case value.text == "":
			r.problems.add(line, at, "has an empty text; leave it out")
		case strings.ContainsFunc(value.text, unicode.IsControl):
			r.problems.add(line, at, "contains a control character")
		default:
			list = append(list, item{value.text, line})
			shown = append(shown, value.text)
		}
	}
	if len(shown) == 0 {
		shown = []string{"none"}
	}
	r.show(at, text{strings.Join(shown, ", "), v.line, r.origin(v.line)})
	return list
}
