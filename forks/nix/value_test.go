package nix_test

import (
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// Each string, and what it stands for.
var constants = []struct{ src, value string }{
	{`""`, ""},
	{`"a"`, "a"},
	{`("a")`, "a"},
	{`"a\n\r\t\\\"\${b}\$\x"`, "a\n\r\t\\\"${b}$x"},
	{`"$${a} $ $$"`, "$${a} $ $$"},
	{"\"a\r\nb\rc\nd\\\re\"", "a\nb\nc\nd\re"},
	{"\"\xff\\\xfe\"", "\xff\xfe"},
	{"http://a.b/~c", "http://a.b/~c"},
	// Indented strings.
	{"''''", ""},
	{"'' ''", ""},
	{"''\n''", ""},
	{"''  \n  ''", ""},
	{"''a''", "a"},
	{"'' a ''", "a "},
	{"''\n  a\n  b\n''", "a\nb\n"},
	{"''\n  a\n    b\n  ''", "a\n  b\n"},
	{"''\n    a\n  b\n ''", "  a\nb\n"},
	{"''\n  a\n\n  b''", "a\n\nb"},
	{"''\n  a\n \n  b''", "a\n\nb"},
	{"''\n  a\n     \n  b''", "a\n   \nb"},
	{"''  a\n  b''", "a\nb"},
	{"''\n\ta\n\tb''", "\ta\n\tb"},
	{"''\r\n  a\r\n''", "\r\n  a\r\n"},
	{"''\n  a\n  b  ''", "a\nb  "},
	{"''\n  ''${a}\n    ''\\n ''' $$ ''$''", "${a}\n  \n'' $$ $"},
	{"''\n  ''\\ta''", "\ta"},
	{"''\n    ''\\n  b\n  c''", "  \nb\nc"},
	{"''$''", "$"},
	{"''$${a}''", "$${a}"},
	{"''\\''", "\\"},
	{"''\n  a\n  ''\\  ''", "a\n  "},
}

func TestAConstantStringHasTheValueThatNixGivesIt(t *testing.T) {
	t.Parallel()
	for _, c := range constants {
		got, ok := nix.Constant(read(t, c.src).Root)
		if !ok || got != c.value {
			t.Errorf("%q\n got %q %v\nwant %q", c.src, got, ok, c.value)
		}
	}
	for _, src := range []string{`"${a}"`, `"a${"b"}"`, "''a${b}''", "1", "a", "./a", "(a)", `"a" + "b"`, "<a>"} {
		if got, ok := nix.Constant(read(t, src).Root); ok {
			t.Errorf("%s stands for %q", src, got)
		}
	}
}

func TestTheNamesOfAPathAreKnownUnlessOneIsEvaluated(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		`{ foo."bar" = 1; }`:                {"foo", "bar"},
		`{ "a b".or.c' = 1; }`:              {"a b", "or", "c'"},
		"{ ${\"a\"}.${(''\n  b'')} = 1; }":  {"a", "b"},
		`{ "\"\${x}" = 1; }`:                {`"${x}`},
		`{ a.${b} = 1; }`:                   nil,
		`{ "${a}".b = 1; }`:                 nil,
		`{ meta.maintainers = with a; b; }`: {"meta", "maintainers"},
	} {
		set := read(t, src).Root.(*nix.AttrSet)
		got, ok := set.Entries[0].(*nix.Binding).Path.Names()
		if ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%s: got %q %v, want %q", src, got, ok, want)
		}
	}
	inherit := read(t, `{ inherit (a) b "c d" ${"e"} or; }`).Root.(*nix.AttrSet).Entries[0].(*nix.Inherit)
	if got := inherit.Names(); !slices.Equal(got, []string{"b", "c d", "e", "or"}) {
		t.Errorf("got %q", got)
	}
	pattern := read(t, `{ a, b ? 1, ... }: a`).Root.(*nix.Lambda).Pattern
	if b, ok := pattern.Formal("b"); !ok || dump(b) != "b?1" {
		t.Errorf("got %v %v", b, ok)
	}
	if _, ok := pattern.Formal("c"); ok {
		t.Error("there is no argument c")
	}
}
