package maintainers_test

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// written is a tree of files, by path.
type written map[string]string

func (w written) File(path string) ([]byte, forks.Hash, error) {
	text, ok := w[path]
	if !ok {
		return nil, forks.Hash{}, nil
	}
	return []byte(text), sha1.Sum([]byte(text)), nil
}

func (w written) Names(dir string) (names []string, _ error) {
	prefix := dir + "/"
	if dir == "" {
		prefix = ""
	}
	for path := range w {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			name, _, deeper := strings.Cut(rest, "/")
			if deeper {
				name += "/"
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// with is w with other files in it; "" takes one away.
func (w written) with(files ...string) written {
	other := written{}
	for path, text := range w {
		other[path] = text
	}
	for i := 0; i < len(files); i += 2 {
		other[files[i]] = files[i+1]
		if files[i+1] == "" {
			delete(other, files[i])
		}
	}
	return other
}

const (
	peopleList = "maintainers/maintainer-list.nix"
	teamsList  = "maintainers/team-list.nix"
	forgeTeams = "maintainers/github-teams.json"

	hello   = "pkgs/by-name/he/hello/package.nix"
	patch   = "pkgs/by-name/he/hello/fix.patch"
	several = "pkgs/top-level/several.nix"
	module  = "nixos/modules/services/hello.nix"
	cabal   = "pkgs/development/haskell-modules/configuration-common.nix"
)

// packages is a small package set.
func packages() written {
	return written{
		peopleList: `{
  alice = { name = "Alice"; github = "alice"; githubId = 1; email = "alice@example.org"; };
  bob = { name = "Bob"; github = "Bobby"; githubId = 2; };
  carol = { name = "Carol"; github = "carol"; githubId = 3; };
  dave = { name = "Dave"; email = "dave@example.org"; };
  erin = { name = "Erin"; github = "erin"; githubId = 5; };
  "0x_frank" = { name = "Frank"; github = "frank"; githubId = 6; };
}
`,
		teamsList: `{ lib }: with lib.maintainers; {
  greeters = { members = [ alice carol ]; shortName = "Greeters"; };
  forge = { github = "on-the-forge"; };
  empty = { members = [ ]; };
}
`,
		forgeTeams: `{ "on-the-forge": { "id": 7, "name": "Forge", "description": "", "members": { "Hedy": 8, "carol": 3 }, "maintainers": {} } }`,
		hello: `{ lib, stdenv }:
stdenv.mkDerivation {
  pname = "hello";
  meta = {
    maintainers = with lib.maintainers; [ bob alice ];
  };
}
`,
		patch: "--- a\n",
		several: `{ lib }: {
  one = mk {
    pname = "one";
    meta.maintainers = [ lib.maintainers.alice ];
  };
  two = mk {
    pname = "two";
    meta.maintainers = [ lib.maintainers.carol ];
  };
}
`,
		module: `{ lib, ... }: {
  options = { };
  meta.maintainers = with lib.maintainers; [ erin ];
}
`,
		cabal: `{ haskellLib }: self: super: {
  pandoc = doJailbreak super.pandoc;
  text = super.text;
}
`,
		"pkgs/development/haskell-modules/configuration-hackage2nix/main.yaml": "package-maintainers:\n  carol:\n    - pandoc\n  alice:\n    - text\n",
		"ci/OWNERS": "* @aux/everything\n/pkgs/by-name/he/ @Erin @NixOS/greeters dave@example.org\n/nixos/modules/\n",
	}
}

// ask makes a question about files of one tree.
func ask(t written, paths ...string) maintainers.Question {
	q := maintainers.Question{Trees: maintainers.Trees{Fork: t}}
	for _, path := range paths {
		q.Files = append(q.Files, maintainers.Place{Path: path})
	}
	return q
}

func roster(more ...func(*forks.Roster)) forks.Roster {
	r := forks.Roster{
		People: map[string]forks.Resident{}, Patches: map[forks.PatchID][]forks.Ask{}, Teams: map[string][]forks.Ask{},
		SIGs: map[string]forks.SIG{
			"core": {Name: "Core", Members: []string{"coral", "cory"}, Team: "aux/core"},
			"go":   {Name: "Go", Members: []string{"gopher"}, Paths: []string{"pkgs/by-name/go/**"}},
		},
		DefaultSIG: "core",
		Limits:     forks.AskLimits{Asked: 3, PerPerson: 5, Treewide: 25},
	}
	for _, change := range more {
		change(&r)
	}
	return r
}

// candidatesOf is an answer in lines: source, name#id, hits and reason of each candidate.
func candidatesOf(f maintainers.Found) (lines []string) {
	for _, c := range f.Candidates {
		name := c.Name()
		if c.ID != 0 {
			name += fmt.Sprintf("#%d", c.ID)
		}
		if c.SIG != "" {
			name += " of " + c.SIG
		}
		lines = append(lines, fmt.Sprintf("%s %s x%d: %s", c.Source, name, c.Hits, c.Reason))
	}
	return lines
}

// stepsOf is the trace in lines; "+" is a name that was accepted.
func stepsOf(f maintainers.Found) (lines []string) {
	for _, s := range f.Trace {
		sign := "-"
		if s.Accepted {
			sign = "+"
		}
		lines = append(lines, fmt.Sprintf("%s %s [%s] (%s) %s: %s", sign, s.Source, s.Name, s.Where, s.Login, s.Why))
	}
	return lines
}

const (
	maintainsHello = "maintains hello: " + hello + ":5"
	ownsHello      = "owns " + hello + ": ci/OWNERS:2"
	noLogin        = "no login is known for it"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		question maintainers.Question
		want     []string // candidates; the beginning of a line is enough
		trace    []string // lines that are in the trace, in this order; the beginning is enough
		unknown  bool     // nobody may be found
	}{
		"a package's maintainers come before its owners": {
			question: ask(packages(), hello),
			want:     []string{"meta alice#1 x1: " + maintainsHello, "meta Bobby#2 x1: " + maintainsHello, "owners erin#5 x1: " + ownsHello},
			trace: []string{"+ meta [alice] (" + hello + ":5) alice: " + maintainsHello, "+ meta [bob] (" + hello + ":5) Bobby: ",
				"+ owners [@Erin] (ci/OWNERS:2) erin", "- owners [@NixOS/greeters] (ci/OWNERS:2) : the policy does not say who stands for this team",
				"- owners [dave@example.org] (ci/OWNERS:2) : " + noLogin},
		},
		"a file beside a package belongs to it": {
			question: ask(packages(), patch),
			want:     []string{"meta alice#1", "meta Bobby#2", "owners erin#5"},
		},
		"who is led to by most files comes first": {
			question: ask(packages(), several, hello),
			want:     []string{"meta alice#1 x2: maintains one", "meta Bobby#2 x1", "meta carol#3 x1", "owners erin#5 x1"},
		},
		"one file with several packages answers by its lines": {
			question: maintainers.Question{Trees: maintainers.Trees{Fork: packages()},
				Files: []maintainers.Place{{Path: several, Fork: []maintainers.Lines{{First: 7, Last: 7}}}}},
			want:  []string{"meta carol#3 x1: maintains two: " + several + ":8"},
			trace: []string{"+ meta [carol]", "- owners [@aux/everything] (ci/OWNERS:1)"},
		},
		"lines of two packages lead to both": {
			question: maintainers.Question{Trees: maintainers.Trees{Fork: packages()},
				Files: []maintainers.Place{{Path: several, Fork: []maintainers.Lines{{First: 3, Last: 3}, {First: 7, Last: 7}}}}},
			want: []string{"meta alice#1 x1: maintains one", "meta carol#3 x1: maintains two"},
		},
		"a module's maintainers, whose folder has an owner of nobody": {
			question: ask(packages(), module),
			want:     []string{"module erin#5 x1: maintains " + module + ":3"},
			trace:    []string{"+ module [erin] (" + module + ":3) erin", "- owners [] (ci/OWNERS:3"},
		},
		"a module's maintainers come after those of packages": {
			question: ask(packages(), module, several),
			want:     []string{"meta alice#1", "meta carol#3", "module erin#5"},
		},
		"the Haskell package set names people by package": {
			question: maintainers.Question{Trees: maintainers.Trees{Fork: packages()},
				Files: []maintainers.Place{{Path: cabal, Fork: []maintainers.Lines{{First: 2, Last: 2}}}}},
			want:  []string{"haskell carol#3 x1: maintains Haskell's pandoc: pkgs/development/haskell-modules/configuration-hackage2nix/main.yaml:"},
			trace: []string{"- meta [] (" + cabal + ") : no maintainers are named here in the fork", "+ haskell [carol]"},
		},
		"lines of the YAML file are of packages too": {
			question: maintainers.Question{Trees: maintainers.Trees{Fork: packages()},
				Files: []maintainers.Place{{Path: "pkgs/development/haskell-modules/configuration-hackage2nix/main.yaml", Fork: []maintainers.Lines{{First: 5, Last: 5}}}}},
			want: []string{"haskell alice#1 x1: maintains Haskell's text"},
		},
		"the Haskell package set as a whole leads to nobody": {
			question: ask(packages(), cabal),
			trace:    []string{"- haskell [] (" + cabal + ") : these lines are of no package that has maintainers in the fork"},
			unknown:  true,
		},
		"the policy comes first: patch, then paths, then SIGs": {
			question: func() maintainers.Question {
				q := ask(packages(), hello, "pkgs/by-name/go/gofmt/package.nix")
				q.Patch = "p0123456789"
				q.Roster = roster(func(r *forks.Roster) {
					r.Patches[q.Patch] = []forks.Ask{{Login: "Pat"}}
					r.Owners = []forks.OwnerRule{{Pattern: "pkgs/**", Ask: []forks.Ask{{Login: "lost"}}, Line: 3}, {Pattern: "pkgs/by-name/he/**", Ask: []forks.Ask{{Login: "ALICE"}, {SIG: "go"}}, Line: 4}}
				})
				return q
			}(),
			want: []string{"policy gopher of Go x2: in SIG Go: the policy names them for pkgs/by-name/he/**", "policy Pat x2: the policy names them for this patch",
				"policy alice x1: the policy names them for pkgs/by-name/he/**", "policy lost x1: the policy names them for pkgs/**", "meta Bobby#2 x1", "owners erin#5 x1",
				"on duty aux/core of Core x0: is asked where nobody else is known", "on duty coral of Core x0: in SIG Core: is asked where nobody else is known", "on duty cory of Core x0"},
			trace: []string{"+ policy [Pat] (policy.toml) Pat", "+ policy [ALICE] (policy.toml:4) alice", "+ policy [sig:go] (policy.toml:4) gopher", "+ policy [lost] (policy.toml:3) lost",
				"- policy [sig:Go] (policy.toml) gopher: already a candidate", "- meta [alice] (" + hello + ":5) alice: already a candidate"},
		},
		"the last rule of the policy counts, also one that asks nobody": {
			question: func() maintainers.Question {
				q := ask(packages(), module)
				q.Roster = roster(func(r *forks.Roster) {
					r.Owners = []forks.OwnerRule{{Pattern: "nixos/**", Ask: []forks.Ask{{Login: "lost"}}, Line: 3}, {Pattern: "nixos/modules/**", Line: 4}}
				})
				return q
			}(),
			want:  []string{"module erin#5", "on duty aux/core", "on duty coral", "on duty cory"},
			trace: []string{"- policy [] (policy.toml:4) : names nobody for nixos/modules/**"},
		},
		"the message's trailers, then the author": {
			question: func() maintainers.Question {
				q := ask(packages(), hello)
				q.Message = "hello: greet\n\nAuxsync-Owner: not-in-the-last-paragraph\n\nAuxsync-Owner: @Zoe, sig:go,\nSigned-off-by: Ada\nauxsync-owner:  carOL\nAuxsync-Owner: no login\n"
				q.Author = forks.Person{Name: "Grace", Email: "99+Grace-H@users.noreply.github.com"}
				q.Roster = roster()
				return q
			}(),
			want: []string{"trailer carol x1", "trailer gopher of Go x1", "trailer Zoe x1: the patch's message names them", "author Grace-H#99 x1: wrote the patch", "meta alice#1", "meta Bobby#2",
				"owners erin#5", "on duty aux/core", "on duty coral", "on duty cory"},
			trace: []string{"+ trailer [@Zoe] (the patch's message) Zoe", "+ trailer [sig:go] (the patch's message) gopher", "+ trailer [carOL] (the patch's message) carol",
				"- trailer [no login] (the patch's message) : " + noLogin, "+ author [Grace] (the patch) Grace-H: wrote the patch"},
		},
		"a message with Windows' ends of lines has trailers": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Message = "pandoc: patch\r\n\r\nAuxsync-Owner: zoe\r\n"
				return q
			}(),
			want: []string{"trailer zoe x1"},
		},
		"a message of one paragraph has no trailers": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Message = "\n\nAuxsync-Owner: zoe\n"
				return q
			}(),
			unknown: true,
		},
		"an author is found by the address in the list": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Author = forks.Person{Name: "A.", Email: "Alice@Example.org"}
				return q
			}(),
			want: []string{"author alice#1 x1: wrote the patch"},
		},
		"an author's address of old has no number": {
			question: func() maintainers.Question {
				q := ask(packages(), several)
				q.Author = forks.Person{Email: "carol@users.noreply.github.com"}
				return q
			}(),
			want:  []string{"author carol x1: wrote the patch", "meta alice#1"},
			trace: []string{"+ author [carol@users.noreply.github.com]", "- meta [carol] (" + several + ":8) carol: already a candidate"},
		},
		"an author whom nobody knows is named, not by the address": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Author = forks.Person{Name: "Grace", Email: "grace@example.org"}
				return q
			}(),
			trace:   []string{"- author [Grace] (the patch) : " + noLogin},
			unknown: true,
		},
		"a bot is nobody": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Author = forks.Person{Name: "updater[bot]", Email: "1234+updater[bot]@users.noreply.github.com"}
				return q
			}(),
			trace:   []string{"- author [updater[bot]] (the patch) : is a bot"},
			unknown: true,
		},
		"where the fork's list was emptied upstream's answers": {
			question: func() maintainers.Question {
				q := ask(packages().with(peopleList, "{ }\n"), hello)
				q.UpstreamList = packages()
				return q
			}(),
			want: []string{"meta alice#1", "meta Bobby#2", "owners erin#5"},
		},
		"where the fork removed its owners those of upstream are asked": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "", "ci/OWNERS", ""), hello)
				q.Trees.Upstream = q.Trees.Fork // a patch before this one removed them
				q.UpstreamList = packages()
				return q
			}(),
			want: []string{"upstream owners erin#5"},
		},
		"where all lists were emptied names stay names": {
			question: ask(packages().with(peopleList, "{ }\n", "ci/OWNERS", ""), hello),
			trace: []string{"- meta [] () : maintainers/maintainer-list.nix is empty", "- meta [alice] (" + hello + ":5) : " + noLogin, "- meta [bob] (" + hello + ":5) : " + noLogin,
				"- owners [] () : "},
			unknown: true,
		},
		"a list that cannot be read is told": {
			question: ask(packages().with(peopleList, "{ alice = \n<<<<<<< ours\n", "ci/OWNERS", ""), hello),
			trace:    []string{"- meta [] () : maintainers/maintainer-list.nix cannot be read: line 2"},
			unknown:  true,
		},
		"the case of a handle counts": {
			question: ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.maintainers = [ lib.maintainers.Alice ]; }\n", "ci/OWNERS", ""), hello),
			trace:    []string{"- meta [Alice] (" + hello + ":1) : " + noLogin},
			unknown:  true,
		},
		"a handle without a login in the list is an alias, or a name": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.maintainers = with lib.maintainers; [ dave gone ghost ]; }\n", "ci/OWNERS", ""), hello)
				q.Roster.People = map[string]forks.Resident{"david": {Login: "David", Aliases: []string{"dave", "Gone"}}}
				return q
			}(),
			want:  []string{"meta David x1: " + "maintains hello: " + hello + ":1"},
			trace: []string{"+ meta [dave] (" + hello + ":1) David", "- meta [ghost] (" + hello + ":1) : " + noLogin, "- meta [gone] (" + hello + ":1) David: already a candidate"},
		},
		"the policy's login stands for the one in the list": {
			question: func() maintainers.Question {
				q := ask(packages().with("ci/OWNERS", "* @FRANK\n"), hello)
				q.Roster.People = map[string]forks.Resident{"alison": {Login: "alison", Aliases: []string{"alice"}}, "frank": {Login: "Frank"}}
				return q
			}(),
			want: []string{"meta alison x1", "meta Bobby#2", "owners Frank#6"},
		},
		"an account that was renamed is one person": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.maintainers = with lib.maintainers; [ alice newcomer ]; }\n", "ci/OWNERS", "* @alice-lovelace\n"), hello)
				q.UpstreamList = packages().with("ci/OWNERS", "", peopleList, `{
  alice = { name = "Alice"; github = "alice-lovelace"; githubId = 1; };
  newcomer = { name = "N"; github = "alice"; githubId = 77; };
}
`)
				return q
			}(),
			want: []string{"meta alice#1 x1", "meta alice#77 x1"}, // whoever took the old login is somebody else
			trace: []string{"+ meta [alice] (" + hello + ":1) alice", "+ meta [newcomer] (" + hello + ":1) alice",
				"- owners [@alice-lovelace] (ci/OWNERS:1) alice: already a candidate"},
		},
		"the members of a small team may be asked": {
			question: ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.teams = [ lib.teams.greeters lib.teams.forge ]; }\n", "ci/OWNERS", ""), hello),
			want:     []string{"meta alice#1 x1: in team greeters, which", "meta carol#3 x1: in team forge, which", "meta Hedy#8 x1: in team forge, which maintains hello: " + hello + ":1"},
			trace: []string{"+ meta [forge] (" + hello + ":1) : its members may be asked", "+ meta [carol] (", "+ meta [Hedy] (", "+ meta [greeters]", "+ meta [alice] (" + teamsList + ":2) alice",
				"- meta [carol] (" + teamsList + ":2) carol: already a candidate"},
		},
		"a team that nobody knows, or of nobody, leads to nobody": {
			question: ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.teams = [ lib.teams.empty lib.teams.gone ]; }\n", "ci/OWNERS", ""), hello),
			trace:    []string{"- meta [empty] (" + hello + ":1) : no members of this team are known", "- meta [gone] (" + hello + ":1) : no list has a team of this name"},
			unknown:  true,
		},
		"a large team is never asked one by one, who stands for it is": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.teams = [ lib.teams.crowd ]; }\n", "ci/OWNERS", "",
					teamsList, "{ lib }: with lib.maintainers; { crowd = { members = [ a b c d e f g h i j k l m n o p ]; }; }\n"), hello)
				q.Roster = roster(func(r *forks.Roster) { r.Teams["crowd"] = []forks.Ask{{SIG: "go"}, {Login: "carol"}} })
				return q
			}(),
			want:  []string{"team map carol x1: stands for team crowd, which maintains hello: " + hello + ":1", "team map gopher of Go x1: in SIG Go: stands for team crowd, which", "on duty aux/core", "on duty coral", "on duty cory"},
			trace: []string{"- meta [crowd] (" + hello + ":1) : a team of 16 is too large to ask its members", "+ team map [crowd] (" + hello + ":1) gopher", "+ team map [crowd] (" + hello + ":1) carol"},
		},
		"a team that the policy gives to nobody is not asked": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "{ lib }: { pname = \"hello\"; meta.teams = [ lib.teams.forge ]; }\n"), hello)
				q.Roster.Teams = map[string][]forks.Ask{"on-the-forge": {}, "nixos/greeters": {}}
				return q
			}(),
			want:  []string{"owners erin#5"},
			trace: []string{"- meta [forge] (" + hello + ":1) : the policy asks nobody for this team", "- owners [@NixOS/greeters] (ci/OWNERS:2) : the policy asks nobody for this team"},
		},
		"owners' teams are those that the policy knows": {
			question: func() maintainers.Question {
				q := ask(packages(), "pkgs/by-name/he/other")
				q.Trees.Upstream = written{"ci/OWNERS": "* @NixOS/Greeters @Up @AUX/core @NixOS/others\n"}
				q.Roster = roster(func(r *forks.Roster) { r.Teams["nixos/greeters"] = []forks.Ask{{Login: "greta"}} })
				return q
			}(),
			want: []string{"owners erin#5 x1: owns pkgs/by-name/he/other: ci/OWNERS:2", "owners greta x1: stands for team NixOS/greeters, which owns", "upstream owners aux/core of Core x1",
				"upstream owners coral of Core x1: in SIG Core: owns", "upstream owners cory of Core x1", "upstream owners Up x1: owns pkgs/by-name/he/other: ci/OWNERS:1"},
			trace: []string{"- upstream owners [@NixOS/Greeters] (ci/OWNERS:1) greta: already a candidate", "+ upstream owners [@Up]", "+ upstream owners [@AUX/core] (ci/OWNERS:1) aux/core",
				"- upstream owners [@NixOS/others] (ci/OWNERS:1) : the policy does not say who stands for this team", "- on duty [sig:core] (policy.toml) coral: already a candidate"},
		},
		"owners may be named by address, in whatever case": {
			question: ask(packages().with("ci/OWNERS", "* ALICE@example.org\n"), "README"),
			want:     []string{"owners alice#1 x1: owns README: ci/OWNERS:1"},
		},
		"a SIG that is not there, or has nobody, leads to nobody": {
			question: func() maintainers.Question {
				q := ask(written{}, "README")
				q.Roster = roster(func(r *forks.Roster) {
					r.DefaultSIG, r.SIGs["void"] = "", forks.SIG{Name: "Void"}
					r.Owners = []forks.OwnerRule{{Pattern: "*", Ask: []forks.Ask{{SIG: "void"}, {SIG: "gone"}}, Line: 2}}
				})
				return q
			}(),
			trace:   []string{"- policy [sig:void] (policy.toml:2) : the SIG has no members", "- policy [sig:gone] (policy.toml:2) : the policy has no SIG of this name"},
			unknown: true,
		},
		"a file that the fork removed is read in upstream, then before the patch": {
			question: maintainers.Question{Files: []maintainers.Place{{Path: several}, {Path: module}},
				Trees: maintainers.Trees{Fork: written{peopleList: packages()[peopleList]}, Upstream: written{several: packages()[several]}, Parent: packages()}},
			want: []string{"meta alice#1 x1: maintains one", "meta carol#3 x1: maintains two", "module erin#5 x1: maintains " + module},
			trace: []string{"- meta [] (" + several + ") : there is no such file in the fork", "- meta [] (" + module + ") : there is no such file in the fork", "- meta [] (" + module + ") : there is no such file in upstream",
				"+ meta [alice]", "+ module [erin]"},
		},
		"a file with conflict markers is not guessed at": {
			question: func() maintainers.Question {
				q := ask(packages().with(hello, "{ lib }: {\n<<<<<<< ours\n  meta.maintainers = [ lib.maintainers.alice ];\n=======\n>>>>>>> theirs\n}\n", "ci/OWNERS", ""), hello)
				q.Trees.Parent = packages()
				return q
			}(),
			want:  []string{"meta alice#1", "meta Bobby#2"},
			trace: []string{"- meta [] (" + hello, "- meta [] (" + hello + ") : no maintainers are named here in the fork", "+ meta [alice] (" + hello + ":5) alice"},
		},
		"who changed the files in the fork lately": {
			question: func() maintainers.Question {
				q := ask(packages(), cabal)
				q.Committers = []maintainers.Committer{{Person: forks.Person{Name: "Alice", Email: "alice@example.org"}, Commits: 1},
					{Person: forks.Person{Name: "Grace", Email: "9+grace@users.noreply.github.com"}, Commits: 4}, {Person: forks.Person{Email: "nobody@example.org"}, Commits: 9}}
				return q
			}(),
			want:  []string{"committers grace#9 x0: changed these files in the fork 4 times lately", "committers alice#1 x0: changed these files in the fork once lately"},
			trace: []string{"- committers [nobody@example.org] (the fork's history) : " + noLogin},
		},
		"where nobody is known the default SIG is asked": {
			question: func() maintainers.Question {
				q := ask(written{}, "README")
				q.Roster = roster()
				return q
			}(),
			want:  []string{"on duty aux/core of Core x0", "on duty coral of Core x0", "on duty cory of Core x0"},
			trace: []string{"- meta [] (README) : there is no such file in the fork", "+ on duty [sig:core] (policy.toml) aux/core"},
		},
		"a default SIG that is not there is told": {
			question: func() maintainers.Question {
				q := ask(written{}, "README")
				q.Roster = roster(func(r *forks.Roster) { r.DefaultSIG = "cora" })
				return q
			}(),
			trace:   []string{"- on duty [sig:cora] (policy.toml) : the policy has no SIG of this name"},
			unknown: true,
		},
		"without trees, files and policy nobody is known": {unknown: true, trace: []string{"- on duty [] () : nobody is known, and the policy has no default SIG"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := maintainers.NewCache().Find(c.question)
			if err != nil {
				t.Fatal(err)
			}
			got, trace := candidatesOf(found), stepsOf(found)
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) || c.unknown != (len(c.want) == 0) || found.Treewide {
				t.Errorf("found\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
			rest := trace
			for _, want := range c.trace {
				i := slices.IndexFunc(rest, func(line string) bool { return strings.HasPrefix(line, want) })
				if i < 0 {
					t.Errorf("%q is not, in this order, in the trace\n  %s", want, strings.Join(trace, "\n  "))
					break
				}
				rest = rest[i+1:]
			}
			again, err := maintainers.NewCache().Find(c.question)
			if err != nil || !slices.Equal(candidatesOf(again), got) || !slices.Equal(stepsOf(again), trace) {
				t.Errorf("asked again: %q, error %v", candidatesOf(again), err)
			}
		})
	}
}
