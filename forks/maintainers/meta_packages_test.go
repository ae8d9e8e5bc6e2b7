package maintainers_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/maintainers"
)

// perlLike is a file of several packages; the lines of a case are marked in it.
const perlLike = `{ lib, pkgs }:
self:
let
  inherit (lib) maintainers;
  helper = x: x;
in
with self; {
  inherit (pkgs) perl;
  # between packages
  ack = buildPerlPackage rec {
    pname = "ack-1";
    src = fetchurl { url = "mirror://ack"; };
    meta = {
      description = "A"; # in ack's meta
      maintainers = [ maintainers.alice ];
    };
  };

  Bare = buildPerlPackage {
    pname = "Bare"; # names nobody
  };
  Carp = buildPerlModule {
    pname = "Carp"; # of Carp
    meta = with lib; { maintainers = with maintainers; [ bob ] ++ teams.perl.members; };
  };
  "Dist-Zilla" = (buildPerlPackage { pname = "DZ"; }).overrideAttrs (old: { # of Dist
    meta = old.meta // { maintainers = [ maintainers.carol ]; };
  });
}
`

func TestLinesOfAFileOfSeveralPackagesBelongToTheSmallestAround(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, lines, want string }{
		{"within a package", `url = "mirror`, "ack: alice"},
		{"in the meta of a package", "in ack's meta", "ack: alice"},
		{"on the name of a package", "ack = build", "ack: alice"},
		{"at the end of a list of people", "maintainers.alice ];", "ack: alice"},
		{"in a package that names nobody", "names nobody", ""},
		{"in a helper above the packages", "helper = x", ""},
		{"in a comment between packages", "# between", ""},
		{"in a package with a team", "of Carp", "Carp: bob +perl"},
		{"in a package that overrides another", "of Dist", "Dist-Zilla: carol"},
		{"over two packages", "in ack's meta … of Carp", "ack: alice\nCarp: bob +perl"},
		{"from above all to below all", "{ lib … carol", "ack: alice\nCarp: bob +perl\nDist-Zilla: carol"},
		{"in two places", "mirror | of Dist", "ack: alice\nDist-Zilla: carol"},
		{"nowhere in particular", "", "ack: alice\nCarp: bob +perl\nDist-Zilla: carol"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			metas, err := maintainers.NewCache().Meta(metaTree{unnamed: perlLike}, unnamed, linesOf(t, perlLike, c.lines))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range metas {
				got = append(got, shownMeta(m, unnamed))
			}
			if g := strings.Join(got, "\n"); g != c.want {
				t.Errorf("got\n%s\nwant\n%s", g, c.want)
			}
		})
	}
}

// linesOf finds lines by a text in them: "from … to", several with "|".
func linesOf(t *testing.T, source, texts string) (lines []maintainers.Lines) {
	t.Helper()
	line := func(text string) int {
		at := strings.Index(source, strings.TrimSpace(text))
		if at < 0 {
			t.Fatalf("%q is not in the source", text)
		}
		return 1 + strings.Count(source[:at], "\n")
	}
	for _, part := range strings.Split(texts, "|") {
		if part == "" {
			continue
		}
		first, last, ranged := strings.Cut(part, "…")
		if !ranged {
			last = first
		}
		lines = append(lines, maintainers.Lines{line(first), line(last)})
	}
	return lines
}

func TestAFileMayHoldMoreThanOnePackage(t *testing.T) {
	checkAll(t, []metaCase{
		{"an auxiliary derivation belongs to the package that it serves", `
{ lib, stdenv }:
let
  deps = stdenv.mkDerivation {
    name = "deps"; #!
  };
in
stdenv.mkDerivation { pname = "p"; inherit deps; meta.maintainers = [ lib.maintainers.alice ]; }`, "p: alice"},
		{"one with people of its own has these", `
{ lib, stdenv }:
let
  deps = stdenv.mkDerivation {
    name = "deps-1"; #!
    meta.maintainers = [ lib.maintainers.bob ];
  };
in
stdenv.mkDerivation { pname = "p"; inherit deps; meta.maintainers = [ lib.maintainers.alice ]; }`, "deps: bob"},
		{"the header of a file that is one package belongs to it", `
# Written by hand. #!
{ lib, stdenv }:
stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }`, "p: alice"},
		{"the arguments of a file that is one package belong to it", `
{ lib
, stdenv #!
}:
stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }`, "p: alice"},
		{"a package that a let binds and the file gives", `
{ lib, stdenv }: let
  self = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
  x = 1; #!
in self`, "p: alice"},
		{"and is counted once", `
{ lib, stdenv }: let self = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }; in self`, "p: alice"},
		{"overrideAttrs keeps the people that it does not replace", `
{ lib, stdenv }: let p = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
in {
  q = p.overrideAttrs (old: {
    x = 1; #!
    meta = old.meta // { broken = true; };
  });
}`, "q: alice"},
		{"overrideAttrs with the final attributes first", `
{ lib, stdenv }: let p = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
in { q = p.overrideAttrs (final: prev: { meta = prev.meta // { maintainers = prev.meta.maintainers ++ [ lib.maintainers.bob ]; }; }); }`, "p: alice\nq: alice bob"},
		{"overrideAttrs of a package that is not known", `
{ lib, super }: { q = super.x.overrideAttrs (old: { meta = old.meta // { maintainers = [ lib.maintainers.alice ]; }; }); }`, "q: alice"},
		{"a builder's people count for what it builds", `
{ lib, stdenv }: let
  make = args: stdenv.mkDerivation (args // { meta = { maintainers = [ lib.maintainers.alice ]; } // args.meta or { }; });
in {
  a = make { pname = "a"; }; #!
  b = make { pname = "b"; meta = { maintainers = [ lib.maintainers.bob ]; }; };
}`, "a: alice"},
		{"unless what it builds has its own", `
{ lib, stdenv }: let
  make = args: stdenv.mkDerivation (args // { meta = { maintainers = [ lib.maintainers.alice ]; } // args.meta or { }; });
in {
  a = make { pname = "a"; };
  b = make { #!
    pname = "b"; meta = { maintainers = [ lib.maintainers.bob ]; };
  };
}`, "b: bob"},
		{"people that are handed to a builder", `
{ lib }: lib.plugins.mkPlugin {
  name = "p";
  maintainers = [ lib.maintainers.alice ];
  settings = { }; #!
}`, "p: alice"},
		{"an extra meta for a builder", `
{ lib, buildLinux }: buildLinux {
  pname = "linux"; #!
  extraMeta = { maintainers = [ lib.maintainers.alice ]; };
}`, "linux: alice"},
		{"a wrapper that inherits the meta of what it wraps", `
{ lib, stdenv, symlinkJoin }: let p = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
in {
  w = symlinkJoin { paths = [ p ]; inherit (p) meta; }; #!
}`, "w: alice"},
		{"a merge with the meta of another package of the file", `
{ lib, stdenv }: rec {
  p = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
  q = stdenv.mkDerivation { meta = p.meta // { maintainers = [ lib.maintainers.bob ]; }; }; #!
}`, "q: bob"},
		{"the people of another package of the file", `
{ lib, stdenv }: rec {
  p = stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
  q = stdenv.mkDerivation { meta.maintainers = p.meta.maintainers ++ [ lib.maintainers.bob ]; }; #!
}`, "q: alice bob"},
		{"what is without meta is without people", `
{ lib, stdenv }: let args = { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; };
in { q = stdenv.mkDerivation (removeAttrs args [ "meta" ] // { meta = { }; }); } #!`, ""},
		{"a test in passthru has its own people", `
{ lib, stdenv, nixosTest }: stdenv.mkDerivation {
  pname = "p";
  passthru.tests.simple = nixosTest { #!
    meta.maintainers = [ lib.maintainers.bob ];
  };
  meta.maintainers = [ lib.maintainers.alice ];
}`, "simple: bob"},
		{"and those of the package where it has none", `
{ lib, stdenv, nixosTest }: stdenv.mkDerivation {
  pname = "p";
  passthru.tests.simple = nixosTest { }; #!
  meta.maintainers = [ lib.maintainers.alice ];
}`, "p: alice"},
		{"more packages than anybody is asked for", "{ lib }: {\n" +
			strings.Repeat("p = mk { meta.maintainers = [ lib.maintainers.alice ]; };\n", 21) + "}",
			": ? (it has more than 20 packages, and nothing says which of them is meant)"},
	})
}
