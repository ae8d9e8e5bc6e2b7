package maintainers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hmarr/codeowners"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

func readOwners(t testing.TB, tree writtenTree) *maintainers.Owners {
	t.Helper()
	owners, err := maintainers.NewCache().Owners(tree)
	if err != nil || owners == nil {
		t.Fatalf("have owners %v, error %v", owners, err)
	}
	return owners
}

// ruleCases are files of rules, a path, and its owners with their lines. "-" stands for no
// rule, and a line alone for a rule that names nobody.
var ruleCases = []struct{ name, src, path, want string }{
	{"a rule has users, teams and mails as they are written", "/lib @Mic92 @NixOS/stdenv a.b+c@example.org\n", "lib/x.nix", "1: @Mic92 @NixOS/stdenv a.b+c@example.org"},
	{"a mail may be of any domain", "/lib a@lix.systems\n", "lib/x.nix", "1: a@lix.systems"},
	{"the case of names stays", "/lib @INFINISIL @nixos/Stdenv\n", "lib/x.nix", "1: @INFINISIL @nixos/Stdenv"},
	{"the last rule that matches wins", "* @a\n/lib @b\n/lib/x.nix @c\n/pkgs @d\n", "lib/x.nix", "3: @c"},
	{"a later rule without owners un-owns", "/pkgs @a\n/pkgs/gcc\n", "pkgs/gcc/default.nix", "2:"},
	{"a rule with a comment for owners un-owns", "/pkgs @a\n/pkgs/gcc # nobody\n", "pkgs/gcc/default.nix", "2:"},
	{"what no rule matches has none", "/lib @a\n", "pkgs/x.nix", "-"},
	{"case counts in paths", "/Lib @a\n", "lib/x", "-"},
	{"a path without a slash is met anywhere", "Makefile @a\n", "a/b/Makefile", "1: @a"},
	{"a path with a slash is met at the top", "a/b @a\n", "x/a/b", "-"},
	{"a path without a slash first is met too", "pkgs/by-name/ca/cacert @a\n", "pkgs/by-name/ca/cacert/package.nix", "1: @a"},
	{"a folder is all that is in it", "/lib/ @a\n", "lib/a/b", "1: @a"},
	{"a name that begins alike is another", "/lib @a\n", "library/x", "-"},
	{"a star is within a name", "/nixos/lib/systemd-*.nix @a\n", "nixos/lib/systemd-lib.nix", "1: @a"},
	{"a star does not reach below", "/lib/path/* @a\n", "lib/path/tests/x", "-"},
	{"a star is any name in the folder", "/lib/path/* @a\n", "lib/path/x", "1: @a"},
	{"a question mark is one character", "/lib/?.nix @a\n", "lib/x.nix", "1: @a"},
	{"two stars reach below", "/lib/**/x.nix @a\n", "lib/a/b/x.nix", "1: @a"},
	{"comments are no rules", "# /lib @a\n  # /lib @b\n", "lib/x", "-"},
	{"a comment after owners is none of them", "/lib @a # @b\n", "lib/x", "1: @a"},
	{"windows line ends and blanks count for nothing", "\r\n \t/lib\t@a  @b \r\n", "lib/x", "2: @a @b"},
	{"a byte order mark counts for nothing", "\xef\xbb\xbf/lib @a\n", "lib/x", "1: @a"},
	{"blanks in names are escaped", "/a\\ b @a\n", "a b/c", "1: @a"},
	{"a wrong line loses no other", "/lib @a\n/lib/[ab] @b\n/pkgs ]@c\n/nixos @d\n", "nixos/x", "4: @d"},
	{"a wrong line is left out whole", "/lib @a\n/lib @b nonsense\n", "lib/x", "1: @a"},
	{"conflict markers are no rules", "<<<<<<< ours\n/lib @a\n=======\n>>>>>>> theirs\n", "lib/x", "2: @a"},
	{"three stars are no pattern", "/lib @a\n/*** @b\n", "lib/x", "1: @a"},
	{"the top alone matches nothing", "/lib @a\n/ @b\n", "lib/x", "1: @a"},
	{"a slash at the ends of the path counts for nothing", "/lib @a\n", "/lib/", "1: @a"},
	{"no path has no owners", "* @a\n", "", "-"},
	{"a long path is nobody's", "* @a\n", strings.Repeat("a", 513), "-"},
	{"a path of the longest length is somebody's", "* @a\n", strings.Repeat("a", 512), "1: @a"},
	{"a deep path is nobody's", "* @a\n", strings.Repeat("a/", 65) + "b", "-"},
	{"a pattern with many wildcards is not read", "* @a\n*a*a*a*a*a*a*a*a* @b\n", "aaaaaaaaaaaa", "1: @a"},
	{"a pattern with some wildcards is read", "* @a\n*a*a*a*a*a*a*a* @b\n", "aaaaaaaaaaaa", "2: @b"},
}

func TestRulesOfOwnersAreReadInAllTheirForms(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			names, rule := readOwners(t, writtenTree{"ci/OWNERS": c.src}).Of(c.path)
			have := "-"
			if rule != "" {
				at, _, ok := strings.Cut(strings.TrimPrefix(rule, "ci/OWNERS:"), ": ")
				if !ok || !strings.HasPrefix(rule, "ci/OWNERS:") {
					t.Fatalf("rule %q", rule)
				}
				have = at + ":"
				for _, n := range names {
					have += " " + n.Name
					if n.Where != "ci/OWNERS:"+at {
						t.Errorf("%s is at %q", n.Name, n.Where)
					}
				}
			}
			if have != c.want {
				t.Errorf("have %s, want %s", have, c.want)
			}
		})
	}
}

func TestARuleIsToldWithItsPlaceAndPattern(t *testing.T) {
	t.Parallel()
	if _, rule := readOwners(t, writtenTree{"CODEOWNERS": "\n/lib/* @a\n"}).Of("lib/x"); rule != "CODEOWNERS:2: /lib/*" {
		t.Errorf("have %q", rule)
	}
}

func TestOfSeveralFilesOfRulesOneCounts(t *testing.T) {
	t.Parallel()
	tree := writtenTree{"docs/CODEOWNERS": "* @docs"}
	for _, path := range []string{"CODEOWNERS", ".github/CODEOWNERS", "ci/OWNERS"} {
		tree[path] = "* @" + strings.ReplaceAll(strings.ReplaceAll(path, "/", "-"), ".", "")
		names, rule := readOwners(t, tree).Of("x")
		if len(names) != 1 || !strings.HasPrefix(rule, path+":1") {
			t.Errorf("with %s: have %v by %q", path, names, rule)
		}
	}
	delete(tree, "ci/OWNERS")
	delete(tree, ".github/CODEOWNERS")
	delete(tree, "CODEOWNERS")
	if names, _ := readOwners(t, tree).Of("x"); told(names) != "@docs docs/CODEOWNERS:1" {
		t.Errorf("have %v", names)
	}
}

func TestWhatIsWrongWithOwnersIsTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, src, want string }{
		{"nothing", "/lib @a\n", ""},
		{"one line", "/lib @a\n/lib @b nonsense\n", "one line is not read, line 2: "},
		{"several lines", "/lib [x]\n/a @b\n/lib @b nonsense\n", "2 lines are not read, the first is line 1: "},
		{"the top alone", "/ @b\n", "line 1: the pattern \"/\" matches nothing"},
		{"hostile text", "/lib @b \x1b[31m\u202e\n", "one line is not read, line 1: "},
		{"a long line", "/lib @a\n/x" + strings.Repeat(" @aaaaaaaaaa", 1000), "line 2: it has more than 4096 bytes"},
		{"a large file", strings.Repeat("/lib @a\n", 50_000), "ci/OWNERS has 400000 bytes and is not read"},
		{"many rules", strings.Repeat("/lib @a\n", 2001), "ci/OWNERS has 2001 rules and is not read"},
		{"many wildcards", "/lib @a\n/***x @a\n/????????? @b\n", "the first is line 2: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			owners := readOwners(t, writtenTree{"ci/OWNERS": c.src})
			if p := owners.Problem(); !strings.Contains(p, c.want) || (p == "") != (c.want == "") || forks.Inert(p) != p {
				t.Errorf("have %q, want %q", p, c.want)
			}
		})
	}
}

// Read line by line and with most rules left out early, the answer is that of the whole
// file read and matched by the library.
func TestTheAnswerOfRulesIsThatOfTheWholeFile(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"/", "/", "a", "b", "ab", "*", "**", "?", `\a`, ".nix"})
	rapid.Check(t, func(t *rapid.T) {
		var src strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "rules") {
			pattern := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pattern"), "")
			if _, err := codeowners.ParseFile(strings.NewReader(pattern)); err == nil && pattern != "/" {
				src.WriteString(pattern + rapid.SampledFrom([]string{"", " @a", " @b/c"}).Draw(t, "owner") + "\n")
			}
		}
		path := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "b.nix"}), 1, 4).Draw(t, "path"), "/")
		whole, err := codeowners.ParseFile(strings.NewReader(src.String()))
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		if rule, err := whole.Match(path); err != nil {
			t.Fatal(err)
		} else if rule != nil {
			want = fmt.Sprintf("CODEOWNERS:%d: %s", rule.LineNumber, rule.RawPattern())
		}
		owners, err := maintainers.NewCache().Owners(writtenTree{"CODEOWNERS": src.String()})
		if _, have := owners.Of(path); err != nil || have != want {
			t.Fatalf("have %q, want %q, error %v", have, want, err)
		}
	})
}

// The most that a file within its limits can cost is a moment.
func TestHostileRulesEndSoon(t *testing.T) {
	t.Parallel()
	path := strings.Repeat("a/", 60) + strings.Repeat("a", 390)
	rules := writtenTree{"CODEOWNERS": strings.Repeat(strings.Repeat("*a", 8)+"b @x\n", 2000)}
	folders := writtenTree{"OWNERS": strings.Repeat("per-file "+strings.Repeat("**a", 4)+"b=x\n", 200)}
	for _, tree := range []writtenTree{rules, folders} {
		owners := readOwners(t, tree)
		if names, _ := owners.Of(path); names != nil || owners.Problem() != "" {
			t.Errorf("have %v, problem %q", names, owners.Problem())
		}
	}
}

func FuzzRulesOfOwnersAreReadLineByLine(f *testing.F) {
	for _, c := range ruleCases {
		f.Add(c.src, c.path)
	}
	f.Add("// @a\n/\\ @b\n\\# @c\n/* @d", "a")
	f.Fuzz(func(t *testing.T, src, path string) {
		owners := readOwners(t, writtenTree{"ci/OWNERS": src})
		names, rule := owners.Of(path)
		if len(names) > 0 && rule == "" || forks.Inert(owners.Problem()) != owners.Problem() {
			t.Fatalf("%v by %q, problem %q", names, rule, owners.Problem())
		}
	})
}
