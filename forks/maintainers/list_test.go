package maintainers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

const listPath = "maintainers/maintainer-list.nix"

func readList(t testing.TB, path, content string) *maintainers.List {
	t.Helper()
	list, err := maintainers.NewCache().Maintainers(writtenTree{path: content})
	if err != nil || list == nil {
		t.Fatalf("have list %v, error %v", list, err)
	}
	return list
}

// listCases are entries, and what is read of the one with a handle: "-" for none, else
// name, login, id, mail and line.
var listCases = []struct{ name, src, handle, want string }{
	{"an entry has all its fields", "{\n  alice = {\n    email = \"a@example.org\";\n    github = \"AliceA\";\n    githubId = 7;\n    name = \"Alice A.\";\n    matrix = \"@a:b\";\n    keys = [ { fingerprint = \"00\"; } ];\n  };\n}", "alice", "Alice A.|AliceA|7|a@example.org|2"},
	{"a handle is no login and has a case of its own", `{ Alice = { github = "x"; }; }`, "alice", "-"},
	{"a handle may have dashes", `{ a-camarillo = { github = "a"; }; }`, "a-camarillo", "|a|0||1"},
	{"a handle may end with a dash", `{ lf- = { github = "lf-"; }; }`, "lf-", "|lf-|0||1"},
	{"a handle may have a quote", `{ d'abc = { github = "dabc"; }; }`, "d'abc", "|dabc|0||1"},
	{"a handle may begin with an underscore", `{ _0x4A6F = { github = "0x4A6F"; }; }`, "_0x4A6F", "|0x4A6F|0||1"},
	{"a handle may be quoted", `{ "1two" = { github = "onetwo"; }; }`, "1two", "|onetwo|0||1"},
	{"a handle may be quoted in braces", `{ ${"x"} = { github = "y"; }; }`, "x", "|y|0||1"},
	{"a handle that is computed is not guessed", `{ ${"x" + "y"} = { github = "y"; }; z = { }; }`, "xy", "-"},
	{"an entry may have no account", `{ bob = { name = "Bob"; email = "bob@example.org"; }; }`, "bob", "Bob||0|bob@example.org|1"},
	{"an entry may have a number and no login", `{ bob = { githubId = 12; }; }`, "bob", "||12||1"},
	{"entries of comments are no entries", "/* handle = { github = \"no\"; }; */\n{\n  # old = { github = \"no\"; };\n  a = { };\n}", "old", "-"},
	{"the comment that begins the file has no entries", "/* List:\n    handle = {\n      github = \"no\";\n    };\n*/\n{ a = { }; }", "handle", "-"},
	{"entries of strings are no entries", "{ a = { name = \"b = { github = \\\"no\\\"; };\"; }; }", "b", "-"},
	{"before 2018 an entry was a string", `{ carl = "Carl C. <carl@example.org>"; }`, "carl", "Carl C.||0|carl@example.org|1"},
	{"a string without a mail is a name", `{ carl = "Carl"; }`, "carl", "Carl||0||1"},
	{"a string without an end of the mail is a name", `{ carl = "Carl <c"; }`, "carl", "Carl <c||0||1"},
	{"a string may be an indented one", `{ carl = ''Carl <c@example.org>''; }`, "carl", "Carl||0|c@example.org|1"},
	{"a string with an interpolation is not guessed", `{ carl = "Carl ${x} <c@example.org>"; }`, "carl", "||0||1"},
	{"escapes of names are resolved", `{ a = { name = "A \"B\" C"; }; }`, "a", `A "B" C||0||1`},
	{"fields may be given by paths", `{ a.github = "b"; a.githubId = 3; }`, "a", "|b|3||1"},
	{"deeper paths say nothing", `{ a.keys.github = "b"; c = { }; }`, "a", "-"},
	{"nested sets say nothing", `{ a = { other = { github = "b"; }; }; }`, "a", "||0||1"},
	{"nested entries are none", `{ a = { b = { github = "c"; }; }; }`, "b", "-"},
	{"a duplicate handle has the fields of both", `{ a = { github = "b"; }; a = { githubId = 5; }; }`, "a", "|b|5||1"},
	{"of a field given twice the first stands", `{ a = { name = "A"; }; a = { name = "B"; }; }`, "a", "A||0||1"},
	{"the same account given twice is one", `{ a = { github = "b"; githubId = 5; }; a = { github = "B"; githubId = 5; }; }`, "a", "|B|5||1"},
	{"two logins under one handle are nobody's", `{ a = { github = "b"; }; a = { github = "c"; }; }`, "a", "||0||1"},
	{"two numbers under one handle are nobody's", `{ a = { githubId = 1; }; a = { githubId = 2; }; }`, "a", "||0||1"},
	{"a login that no forge has is none", `{ a = { github = "../../evil"; githubId = 4; }; }`, "a", "||4||1"},
	{"a login that looks like an option is none", `{ a = { github = "--help"; }; }`, "a", "||0||1"},
	{"a login with a line break is none", "{ a = { github = \"b\\n\"; }; }", "a", "||0||1"},
	{"an interpolated login is not guessed", `{ a = { github = "b${c}"; }; }`, "a", "||0||1"},
	{"a number in a string is none", `{ a = { github = "b"; githubId = "5"; }; }`, "a", "|b|0||1"},
	{"a number below one is none", `{ a = { github = "b"; githubId = -5; }; c = { githubId = 0; }; }`, "a", "|b|0||1"},
	{"a number with a fraction is none", `{ a = { github = "b"; githubId = 5.5; }; }`, "a", "|b|0||1"},
	{"the list may be a function", `{ lib, ... }: { a = { github = "b"; }; }`, "a", "|b|0||1"},
	{"the list may be a function of functions", `lib: { x ? 1 }: { a = { github = "b"; }; }`, "a", "|b|0||1"},
	{"the list may be recursive, with aliases", `rec { a = { github = "b"; }; c = a; }`, "c", "|b|0||1"},
	{"a set that is not recursive has no aliases", `{ a = { github = "b"; }; c = a; }`, "c", "||0||1"},
	{"an alias of a name from elsewhere is a handle alone", `{ a = lib.maintainers.b; }`, "a", "||0||1"},
	{"an inherited entry is a handle alone", "{\n inherit (lib.maintainers) a b;\n}", "b", "||0||2"},
	{"the list may be in a let", `let all = { a = { github = "b"; }; }; in all`, "a", "|b|0||1"},
	{"the list may be in a with and in parentheses", `with lib; (assert true; { a = { github = "b"; }; })`, "a", "|b|0||1"},
	{"two sets may be joined", `{ a = { github = "b"; }; } // { c = { github = "d"; }; }`, "a", "|b|0||1"},
	{"a joined set replaces whole entries", `{ a = { github = "b"; name = "B"; }; } // { a = { github = "c"; }; }`, "a", "|c|0||1"},
	{"an entry may be joined from sets", `let x = { name = "A"; }; in { a = x // { github = "b"; }; }`, "a", "A|b|0||1"},
	{"windows line ends are lines", "{\r\n\r\n  a = { github = \"b\"; };\r\n}\r\n", "a", "|b|0||3"},
	{"dots in names of people stay", `{ a = { name = "Ü. \${x}"; }; }`, "a", "Ü. ${x}||0||1"},
}

func TestTheListOfMaintainersIsReadInAllItsForms(t *testing.T) {
	t.Parallel()
	for _, c := range listCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := readList(t, listPath, c.src)
			have := "-"
			if m, ok := list.Handle(c.handle); ok {
				path, line, _ := strings.Cut(m.Where, ":")
				if path != listPath || m.Handle != c.handle {
					t.Errorf("%q is at %q", m.Handle, m.Where)
				}
				have = fmt.Sprintf("%s|%s|%d|%s|%s", m.Name, m.Account.Login, m.Account.ID, m.Email, line)
			}
			if have != c.want {
				t.Errorf("have %s, want %s", have, c.want)
			}
		})
	}
}

// brokenLists are lists without entries, and a piece of the problem that is told.
var brokenLists = []struct{ name, src, want string }{
	{"an emptied list", "/* handle = { }; */\n{\n\n}\n", "is empty: it names nobody"},
	{"nothing at all", "", "cannot be read: line 1"},
	{"a reference kept where the list was", "{ lib }: lib.maintainers", "is not an attribute set"},
	{"an import", "import ../maintainers/maintainer-list.nix", "is not an attribute set"},
	{"broken syntax", "{ a = { github = \"b\" }; }", "cannot be read: line 1, column 22"},
	{"conflict markers", "{\n<<<<<<< ours\n  a = { };\n=======\n  b = { };\n>>>>>>> theirs\n}", "line 2, column 1: a conflict marker stands here"},
	{"names that stand for each other", "let a = b; b = a; in a", "is not an attribute set"},
	{"a set of itself", "let a = a // a; in a", "is not an attribute set"},
	{"a name that holds itself", "let a = a.b.c; in a", "is not an attribute set"},
	{"too many joined sets", "let a = b // b; b = c // c; c = d // d; d = e // e; e = f // f; f = { x = { }; }; in a", "is not an attribute set"},
	{"another kind of file", "\x00\x01\xff", "cannot be read"},
	{"a deep file", strings.Repeat("(", 5000), "cannot be read"},
	{"a large file", "{ }" + strings.Repeat(" ", 3<<20), "cannot be read"},
}

func TestAListThatNamesNobodySaysWhyInWords(t *testing.T) {
	t.Parallel()
	for _, c := range brokenLists {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := readList(t, listPath, c.src)
			if list.Len() != 0 || !strings.Contains(list.Problem(), c.want) || !strings.HasPrefix(list.Problem(), listPath) {
				t.Errorf("%d entries, problem %q, want %q in it", list.Len(), list.Problem(), c.want)
			}
			if forks.Inert(list.Problem()) != list.Problem() {
				t.Errorf("the problem is not safe to show: %q", list.Problem())
			}
		})
	}
}

func TestAListIsFoundWhereTreesHaveIt(t *testing.T) {
	t.Parallel()
	for _, path := range []string{listPath, "lib/maintainers.nix", "modules/lib/maintainers.nix"} {
		m, ok := readList(t, path, "{\n a = { github = \"b\"; };\n}").Handle("a")
		if !ok || m.Where != path+":2" {
			t.Errorf("%s: have %+v", path, m)
		}
	}
	both := writtenTree{listPath: `{ new = { }; }`, "lib/maintainers.nix": `{ old = { }; }`}
	list, err := maintainers.NewCache().Maintainers(both)
	if _, ok := list.Handle("new"); err != nil || !ok || list.Len() != 1 {
		t.Errorf("the wrong one of two lists is read: %v", err)
	}
}

func TestTheSameListInTwoPlacesKeepsItsPlaces(t *testing.T) {
	t.Parallel()
	cache := maintainers.NewCache()
	for _, path := range []string{listPath, "lib/maintainers.nix"} {
		list, err := cache.Maintainers(writtenTree{path: `{ a = { }; }`})
		if m, _ := list.Handle("a"); err != nil || m.Where != path+":1" {
			t.Errorf("%s: have %q, %v", path, m.Where, err)
		}
	}
}

func TestPeopleAreFoundByNumberLoginAndMail(t *testing.T) {
	t.Parallel()
	list := readList(t, listPath, `{
		alice = { github = "AliceA"; githubId = 1; email = "Alice@Example.org"; };
		alias = { github = "alicea"; githubId = 1; email = "alice@example.org"; };
		renamed = { github = "alice-new"; githubId = 1; };
		bob = { github = "taken"; githubId = 2; email = "office@example.org"; };
		carol = { github = "Taken"; githubId = 3; email = "office@example.org"; };
		dave = { email = "office2@example.org"; };
		erin = { email = "office2@example.org"; };
		frank = { };
	}`)
	find := func(m maintainers.Maintainer, ok bool) string {
		if !ok {
			return "-"
		}
		return m.Handle
	}
	for _, c := range []struct{ what, have, want string }{
		{"a number, the first of several", find(list.ByID(1)), "alice"},
		{"an unknown number", find(list.ByID(99)), "-"},
		{"no number", find(list.ByID(0)), "-"},
		{"a login in any case", find(list.ByLogin("aliceA")), "alice"},
		{"a login before a rename", find(list.ByLogin("alice-new")), "renamed"},
		{"a login that two claim", find(list.ByLogin("taken")), "-"},
		{"no login", find(list.ByLogin("")), "-"},
		{"a mail in any case", find(list.ByEmail("ALICE@example.ORG")), "alice"},
		{"a mail that two people share", find(list.ByEmail("office@example.org")), "-"},
		{"a mail that two without accounts share", find(list.ByEmail("office2@example.org")), "-"},
		{"no mail", find(list.ByEmail("")), "-"},
	} {
		if c.have != c.want {
			t.Errorf("%s finds %s, want %s", c.what, c.have, c.want)
		}
	}
	if list.Len() != 8 || list.Problem() != "" {
		t.Errorf("%d entries, problem %q", list.Len(), list.Problem())
	}
}

// What a list costs is bounded, also where each of its names stands for all of it: the
// last of them are known by their handles alone.
func TestAHostileListEndsSoon(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("let x = {")
	for i := range 50_000 {
		fmt.Fprintf(&b, "f%d=1;", i)
	}
	b.WriteString("github=\"b\"; }; in {")
	for i := range 50_000 {
		fmt.Fprintf(&b, "h%d=x;", i)
	}
	b.WriteString("}")
	list := readList(t, listPath, b.String())
	first, _ := list.Handle("h0")
	last, _ := list.Handle("h49999")
	if list.Len() != 50_000 || first.Account.Login != "b" || last.Account.Login != "" {
		t.Errorf("%d entries, %+v and %+v, problem %q", list.Len(), first, last, list.Problem())
	}
}

func FuzzAListIsReadOrSaysWhyNot(f *testing.F) {
	for _, c := range listCases {
		f.Add(c.src)
	}
	for _, c := range brokenLists {
		if len(c.src) < 1000 {
			f.Add(c.src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		list := readList(t, listPath, src)
		if (list.Problem() == "") != (list.Len() > 0) || forks.Inert(list.Problem()) != list.Problem() {
			t.Fatalf("%d entries, problem %q", list.Len(), list.Problem())
		}
	})
}
