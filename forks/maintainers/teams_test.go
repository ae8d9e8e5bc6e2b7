package maintainers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

const (
	teamsPath = "maintainers/team-list.nix"
	slugsPath = "maintainers/github-teams.json"
)

func readTeams(t testing.TB, tree writtenTree) *maintainers.TeamList {
	t.Helper()
	list, err := maintainers.NewCache().Teams(tree)
	if err != nil || list == nil {
		t.Fatalf("have list %v, error %v", list, err)
	}
	return list
}

// teamCases are lists of teams, the name that is looked up, and what is found: "-" for no
// team, else attribute|short name|slug|members|line. "?" at the end stands for members
// that cannot be told.
var teamCases = []struct{ name, src, ask, want string }{
	{"a team has members in the order of the list", "{ lib }:\nwith lib.maintainers;\n{\n  acme = {\n    members = [\n      zoe\n      # old\n      _9p4\n      lf-\n    ];\n    scope = \"ACME\";\n    shortName = \"ACME tools\";\n    enableFeatureFreezePing = true;\n  };\n}", "acme", "acme|ACME tools||zoe 6,_9p4 8,lf- 9|4"},
	{"a team is found by its slug in any case", `with x; { docs = { github = "Documentation-Team"; }; }`, "documentation-team", "docs||Documentation-Team||1"},
	{"a team is found by its short name in any case", `with x; { k = { shortName = "KDE Plasma"; }; }`, "kde plasma", "k|KDE Plasma|||1"},
	{"an attribute name has a case", `{ kde = { }; }`, "KDE", "-"},
	{"an attribute name comes before a slug", `{ a = { github = "b"; }; b = { shortName = "the other"; }; }`, "b", "b|the other|||1"},
	{"a slug comes before a short name", `{ a = { shortName = "x"; }; b = { github = "x"; }; }`, "x", "b||x||1"},
	{"of two teams with a short name the first counts", `{ a = { shortName = "x"; }; b = { shortName = "x"; }; }`, "x", "a|x|||1"},
	{"teams may have had several slugs", `{ a = { githubTeams = [ "one" "two" ]; }; }`, "TWO", "a||one||1"},
	{"an emptied team has nobody", `{ lib }: with lib.maintainers; { lix = { members = []; }; }`, "lix", "lix||||1"},
	{"a team without members has nobody", `{ lix = { scope = "x"; }; }`, "lix", "lix||||1"},
	{"members of comments are none", `with m; { a = { members = [ /* no */ b ]; }; }`, "a", "a|||b 1|1"},
	{"teams of comments are none", "/* x = { members = [ a ]; }; */ { }", "x", "-"},
	{"a member is listed once", `with m; { a = { members = [ b c b ]; }; }`, "a", "a|||b 1,c 1|1"},
	{"members may be written with paths", `{ lib }: { a = { members = [ lib.maintainers.b maintainers.c lib.maintainers."d-e" (lib.maintainers.f) ]; }; }`, "a", "a|||b 1,c 1,d-e 1,f 1|1"},
	{"a with may stand in the team", `{ lib }: { a = with lib.maintainers; { members = [ b ]; }; }`, "a", "a|||b 1|1"},
	{"a with may stand at the members", `{ lib }: { a = { members = with lib.maintainers; [ b ]; }; }`, "a", "a|||b 1|1"},
	{"lists are joined", `with m; { a = { members = [ b ] ++ ([ c ] ++ [ d ]); }; }`, "a", "a|||b 1,c 1,d 1|1"},
	{"names of a list outside the with cannot be told", "let\n  core = [ b c ];\nin with m; { a = { members = core ++ [ d ]; }; }", "a", "a|||d 3|3?"},
	{"lists with a name have their own with", "{ lib }: let core = with lib.maintainers; [ b c ]; in { a = { members = core; }; }", "a", "a|||b 1,c 1|1"},
	{"a let before a with does not see its names", `let core = [ b ]; in with lib.maintainers; { a = { members = core; }; }`, "a", "a||||1?"},
	{"a let inside a with sees its names", `with lib.maintainers; let core = [ b ]; in { a = { members = core; }; }`, "a", "a|||b 1|1"},
	{"people may be inherited into a let", `{ lib }: let inherit (lib.maintainers) b c; in { a = { members = [ b c ]; }; }`, "a", "a|||b 1,c 1|1"},
	{"people may be named in a let", `{ lib }: let x = lib.maintainers.b; y = x; in { a = { members = [ y ]; }; }`, "a", "a|||b 1|1"},
	{"a let comes before a with", `with lib.maintainers; let b = lib.maintainers.c; in { a = { members = [ b ]; }; }`, "a", "a|||c 1|1"},
	{"an argument is nobody's name", `{ lib, b }: with lib.maintainers; { a = { members = [ b c ]; }; }`, "a", "a|||c 1|1?"},
	{"other teams of a recursive set", `with m; rec { a = { members = [ x ] ++ b.members; }; b = { members = [ y x ]; }; }`, "a", "a|||x 1,y 1|1"},
	{"other teams by lib.teams", `{ lib }: with lib.maintainers; { a = { members = lib.teams.b.members ++ [ z ]; }; b = { members = [ y ]; }; }`, "a", "a|||y 1,z 1|1"},
	{"teams of elsewhere cannot be told", `{ lib }: { a = { members = other.x.members; }; }`, "a", "a||||1?"},
	{"a function cannot be told", `with m; { a = { members = lib.unique [ b ]; }; }`, "a", "a||||1?"},
	{"a choice cannot be told", `with m; { a = { members = if x then [ b ] else [ c ]; }; }`, "a", "a||||1?"},
	{"a person in braces cannot be told", `{ a = { members = [ { name = "B"; } ]; }; }`, "a", "a||||1?"},
	{"a name that nothing brings in cannot be told", `{ a = { members = [ b ]; }; }`, "a", "a||||1?"},
	{"a set of something else is nobody", `{ a = { members = [ lib.licenses.mit ]; }; }`, "a", "a||||1?"},
	{"a team may be given by paths", `with m; { a.members = [ b ]; a.github = "c"; }`, "a", "a||c|b 1|1"},
	{"a team may be inherited", "let g = { a = { github = \"s\"; members = with m; [ b ]; }; }; in {\n inherit (g) a;\n}", "a", "a||s|b 1|2"},
	{"members may be inherited", `with m; let core = { members = [ b ]; }; in { a = { inherit (core) members; }; }`, "a", "a|||b 1|1"},
	{"members may be inherited from around", `with m; let members = [ b ]; in { a = { inherit members; }; }`, "a", "a|||b 1|1"},
	{"an inherit in a recursive set is from around", `with m; let members = [ b ]; in rec { inherit members; a = { inherit members; }; }`, "a", "a|||b 1|1"},
	{"people may be inherited from around", `{ lib }: let b = lib.maintainers.x; in rec { inherit b; a = { members = [ b ]; }; }`, "a", "a|||x 1|1"},
	{"a team may be joined", `with m; let x = { members = [ b ]; }; in { a = x // { shortName = "A"; }; }`, "a", "a|A||b 1|1"},
	{"a joined team wins", "with m; { a = { members = [ b ]; }; } //\n{ a = { members = [ c ]; }; }", "a", "a|||c 2|2"},
	{"texts may have a name", `let s = "slug"; in { a = { github = s; }; }`, "slug", "a||slug||1"},
	{"names of teams may be quoted", `{ "c++" = { github = "cpp"; }; }`, "c++", "c++||cpp||1"},
	{"teams of each other end", `with m; rec { a = { members = [ x ] ++ b.members; }; b = { members = a.members ++ [ y ]; }; }`, "a", "a|||x 1,y 1|1?"},
	{"a team of itself ends", `rec { a = a; }`, "a", "a||||1"},
}

func TestTheListOfTeamsIsReadInAllItsForms(t *testing.T) {
	t.Parallel()
	for _, c := range teamCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := readTeams(t, writtenTree{teamsPath: c.src})
			have := "-"
			if team, ok := list.Team(c.ask); ok {
				members := strings.ReplaceAll(strings.ReplaceAll(told(team.Handles), teamsPath+":", ""), ", ", ",")
				have = strings.Join([]string{team.Attr, team.ShortName, team.Slug, members, strings.TrimPrefix(team.Where, teamsPath+":")}, "|")
				if list.Problem() != "" {
					have += "?"
				}
			}
			if have != c.want {
				t.Errorf("have %s, want %s (%s)", have, c.want, list.Problem())
			}
		})
	}
}

const slugsSrc = `{
  "darwin-core": {
    "description": "Maintain it",
    "id": 11265438,
    "maintainers": {
      "emilazy": 18535642
    },
    "members": {
      "Toonn": 1486805,
      "../evil": 4,
      "emilazy": 18535642
    },
    "name": "Darwin"
  },
  "odd": [ 1, 2 ],
  "Only-Forge": {
    "id": 5,
    "members": { "zed": 0 },
    "name": "Only here"
  }
}
`

func TestATeamWithASlugHasTheAccountsOfTheForge(t *testing.T) {
	t.Parallel()
	list := readTeams(t, writtenTree{
		teamsPath: `{ lib }: with lib.maintainers; { darwin = { github = "darwin-core"; }; both = { github = "only-forge"; members = [ a ]; shortName = "Both"; }; }`,
		slugsPath: slugsSrc,
	})
	team, ok := list.Team("darwin")
	if have := fmt.Sprint(team.Accounts, team.ShortName, team.Slug); !ok || have != "[{emilazy 18535642} {Toonn 1486805}]Darwindarwin-core" {
		t.Errorf("have %s", have)
	}
	for _, name := range []string{"darwin", "darwin-core", "Darwin", "DARWIN-CORE"} {
		if found, ok := list.Team(name); !ok || found.Attr != "darwin" {
			t.Errorf("%s finds %+v", name, found)
		}
	}
	both, _ := list.Team("both")
	if have := fmt.Sprint(both.Accounts, both.Handles, both.ShortName); have != "[{zed 0}] [{a maintainers/team-list.nix:1}]Both" {
		t.Errorf("have %s", have)
	}
	if list.Len() != 2 {
		t.Errorf("%d teams: one that a team of the list has the slug of is there twice", list.Len())
	}
	if want := slugsPath + ":15"; !strings.Contains(list.Problem(), want) {
		t.Errorf("problem %q does not tell of %s", list.Problem(), want)
	}
}

func TestATeamThatOnlyTheForgeHasIsKnown(t *testing.T) {
	t.Parallel()
	list := readTeams(t, writtenTree{slugsPath: slugsSrc})
	team, ok := list.Team("only-forge")
	if want := (maintainers.Team{ShortName: "Only here", Slug: "Only-Forge", Accounts: []forks.Account{{Login: "zed"}}, Where: slugsPath + ":16"}); !ok || fmt.Sprint(team) != fmt.Sprint(want) {
		t.Errorf("have %+v, want %+v", team, want)
	}
}

func TestATeamOfEightyIsGivenWhole(t *testing.T) {
	t.Parallel()
	var names, logins []string
	for i := range 85 {
		names = append(names, fmt.Sprintf("p%d", i))
		logins = append(logins, fmt.Sprintf("%q: %d", names[i], i+1))
	}
	list := readTeams(t, writtenTree{
		teamsPath: "with m; { all = { github = \"all\"; members = [ " + strings.Join(names, " ") + " ]; }; }",
		slugsPath: `{ "all": { "name": "All", "members": { ` + strings.Join(logins, ", ") + ` } } }`,
	})
	if team, _ := list.Team("all"); len(team.Handles) != 85 || len(team.Accounts) != 85 {
		t.Errorf("%d handles and %d accounts", len(team.Handles), len(team.Accounts))
	}
}

func TestWhatIsWrongWithAListOfTeamsIsToldAndTheRestIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, teams, slugs, want string
		len                      int
	}{
		{"broken syntax", "{ a = ", `{"s": {"name": "S"}}`, teamsPath + " cannot be read: line 1", 1},
		{"conflict markers", "{\n>>>>>>> x\n}", `{}`, "conflict marker", 0},
		{"no set", "import ./x.nix", `{}`, "is not an attribute set", 0},
		{"no JSON", "{ a = { }; }", `hello`, slugsPath + " is not a JSON object", 1},
		{"a list", "{ a = { }; }", `[]`, slugsPath + " is not a JSON object", 1},
		{"JSON that ends early", "{ a = { }; }", "{\n\"b\": {},\n\"c\": {", slugsPath + " is broken at line 3", 2},
		{"conflict markers in JSON", "{ a = { }; }", "{\n\"b\": {},\n<<<<<<<\n\"c\": {}", "is broken at line", 2},
		{"names of another form", "{ a = { }; }", "{\"b\": {\"members\": [\"x\"]}}", "has another form", 1},
		{"numbers that are too large", "{ a = { }; }", "{\"b\": {\"members\": {\"x\": 1e99}}}", "has another form", 1},
		{"a large file", "{ a = { }; }", "{" + strings.Repeat(" ", 3<<20) + "}", "is not read", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := readTeams(t, writtenTree{teamsPath: c.teams, slugsPath: c.slugs})
			if !strings.Contains(list.Problem(), c.want) || list.Len() != c.len || forks.Inert(list.Problem()) != list.Problem() {
				t.Errorf("%d teams, problem %q; want %d and %q", list.Len(), list.Problem(), c.len, c.want)
			}
		})
	}
}

func TestTeamsAreReadAgainWhenEitherFileChanges(t *testing.T) {
	t.Parallel()
	cache := maintainers.NewCache()
	tree := writtenTree{teamsPath: `{ a = { github = "s"; }; }`, slugsPath: `{"s": {"name": "One"}}`}
	short := func() string {
		list, err := cache.Teams(tree)
		if err != nil {
			t.Fatal(err)
		}
		team, _ := list.Team("a")
		return team.ShortName
	}
	before := short()
	tree[slugsPath] = `{"s": {"name": "Two"}}`
	after := short()
	delete(tree, slugsPath)
	if before != "One" || after != "Two" || short() != "" {
		t.Errorf("have %q, %q and %q", before, after, short())
	}
}

// What a list costs is bounded, also where its names double each other.
func TestAHostileListOfTeamsEndsSoon(t *testing.T) {
	t.Parallel()
	var doubling strings.Builder
	doubling.WriteString("with m; rec { a0 = { members = [ x ]; };")
	for i := range 60 {
		fmt.Fprintf(&doubling, "a%d = { members = a%d.members ++ a%d.members; };", i+1, i, i)
	}
	doubling.WriteString("}")
	deep := "with m; " + strings.Repeat("let x = 1; in ", 900) + "{ a = { members = [" + strings.Repeat(" y", 200_000) + " ]; }; }"
	same := "with m; rec { a = { members = [" + strings.Repeat(" z", 100_000) + " ]; };" + strings.Repeat("z.b = 1;", 50_000) + "}"
	for name, src := range map[string]string{"doubling": doubling.String(), "deep": deep, "same": same} {
		if list := readTeams(t, writtenTree{teamsPath: src}); list.Problem() == "" || strings.Contains(list.Problem(), "cannot be read") {
			t.Errorf("%s: problem %q", name, list.Problem())
		}
	}
}

func FuzzTeamsAreReadOrSayWhyNot(f *testing.F) {
	for _, c := range teamCases {
		f.Add(c.src, slugsSrc)
	}
	f.Add("{ }", "{\n\"b\": {},\n\"c\": {")
	f.Add("{ }", "{\"a\": 1, \"a\": {\"members\": {\"x\": -1}}}")
	f.Fuzz(func(t *testing.T, teams, slugs string) {
		list := readTeams(t, writtenTree{teamsPath: teams, slugsPath: slugs})
		if forks.Inert(list.Problem()) != list.Problem() {
			t.Fatalf("the problem is not safe to show: %q", list.Problem())
		}
	})
}
