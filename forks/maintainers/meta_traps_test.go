package maintainers_test

import "testing"

func TestANameIsLookedUpAsNixDoes(t *testing.T) {
	checkAll(t, []metaCase{
		{"an argument comes before with",
			`{ lib, stdenv, alice }: stdenv.mkDerivation { pname = "p"; meta.maintainers = with lib.maintainers; [ alice bob ]; }`,
			"p: bob ?alice (alice is not one of lib.maintainers)"},
		{"a let comes before with",
			`{ lib, stdenv }: let alice = lib.maintainers.carol; in stdenv.mkDerivation { pname = "p"; meta.maintainers = with lib.maintainers; [ alice ]; }`,
			"p: carol"},
		{"an attribute of a recursive set comes before with",
			`{ lib, stdenv }: stdenv.mkDerivation rec { pname = "p"; alice = lib.maintainers.carol; meta.maintainers = with lib.maintainers; [ alice ]; }`,
			"p: carol"},
		{"an attribute of a plain set does not",
			`{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; alice = lib.maintainers.carol; meta.maintainers = with lib.maintainers; [ alice ]; }`,
			"p: alice"},
		{"the inner let hides the outer one",
			`{ lib, stdenv }: let a = lib.maintainers.alice; in let a = lib.maintainers.bob; in stdenv.mkDerivation { pname = "p"; meta.maintainers = [ a ]; }`,
			"p: bob"},
		{"the innermost with counts",
			`{ lib, stdenv }: with lib; with lib.maintainers; stdenv.mkDerivation { pname = "p"; meta.maintainers = [ alice ]; }`,
			"p: alice"},
		{"a with of a set that is known counts if it has the name",
			`{ lib, stdenv }: with lib.maintainers; with { bob = alice; }; stdenv.mkDerivation { pname = "p"; meta.maintainers = [ bob carol ]; }`,
			"p: alice carol"},
		{"lists of people hold no functions and no teams",
			`{ lib, stdenv, x }: with lib; stdenv.mkDerivation { pname = "p"; meta.maintainers = with maintainers; optionals x [ alice ] ++ teams.rust.members; }`,
			"p: alice +rust"},
		{"two withs that may both have it leave a doubt",
			`{ lib, stdenv, pkgs }: with lib.maintainers; with pkgs; stdenv.mkDerivation { pname = "p"; meta.maintainers = [ alice ]; }`,
			"p: ?alice (it may come from one with or from another)"},
		{"a builtin comes before with",
			`{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = with lib.maintainers; [ alice map ]; }`,
			"p: alice ?map (map is not one of lib.maintainers)"},
		{"inherit in a let takes the name from its source",
			`{ lib, stdenv }: let inherit (lib.maintainers) alice; in stdenv.mkDerivation { pname = "p"; meta.maintainers = [ alice ]; }`,
			"p: alice"},
		{"inherit in a recursive set takes the name from around it",
			`{ lib, stdenv, maintainers ? [ lib.maintainers.alice ] }: stdenv.mkDerivation { pname = "p"; meta = rec { inherit maintainers; }; }`,
			"p: alice"},
		{"the names of lib are no people",
			`{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = with lib; [ alice ]; }`,
			"p: ?alice (lib.alice is not one of lib.maintainers)"},
		{"with a package set around, whose own list does not count",
			`{ lib, stdenv, self }: with self; stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }`,
			"p: alice"},
		{"lib from an import of all packages",
			`let pkgs = import <nixpkgs> { }; in pkgs.stdenv.mkDerivation { pname = "p"; meta.maintainers = [ pkgs.lib.maintainers.alice ]; }`,
			"p: alice"},
		{"a default of null says nothing",
			`{ lib ? null, stdenv ? throw "no" }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }`,
			"p: alice"},
		{"the argument of a function of the file counts, not its default",
			`{ lib, stdenv }: let make = { name, people ? [ lib.maintainers.alice ] }: stdenv.mkDerivation { pname = name; meta.maintainers = people; }; in { a = make { name = "a"; people = [ lib.maintainers.bob ]; }; }`,
			"a: bob"},
	})
}

func TestWhatIsNotKnownIsADoubtAndNobodyIsGuessed(t *testing.T) {
	checkAll(t, []metaCase{
		{"throw", `{ stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = throw "unused"; }`,
			`p: ?throw (evaluating it ends with an error)`},
		{"abort in a list", `{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice (abort "who?") ]; }`,
			`p: alice ?abort (evaluating it ends with an error)`},
		{"a meta of the caller", `{ stdenv, meta }: stdenv.mkDerivation { pname = "p"; inherit meta; }`,
			`p: ?inherit meta; (meta.maintainers is not one of lib.maintainers)`},
		{"a computed name", `{ lib, stdenv, x }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.${x} ]; }`,
			`p: ?lib.maintainers.${x} (a name in it is known only by evaluating)`},
		{"a function that nobody knows", `{ lib, stdenv, pick }: stdenv.mkDerivation { pname = "p"; meta.maintainers = pick lib.maintainers; }`,
			`p: ?pick lib.maintainers (only calling the function would tell)`},
		{"a filtered list", `{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = lib.filter (m: m ? github) [ lib.maintainers.alice ]; }`,
			`p: ?lib.filter (m: m ? github) [ lib.maintainers.alice ] (only calling the function would tell)`},
		{"a text", `{ stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ "Alice <alice@example.org>" ]; }`,
			`p: ?"Alice <alice@example.org>" (it is a text, not a handle)`},
		{"a person written in place", `{ stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ { name = "Alice"; github = "alice"; } ]; }`,
			`p: ?{ name = "Alice"; github = "alice"; } (it is a set, not a handle of the list of maintainers)`},
		{"a person in meta.teams", `{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta.teams = [ lib.maintainers.alice ]; }`,
			`p: ?lib.maintainers.alice (lib.maintainers.alice is not one of lib.teams)`},
		{"a list that another set calls maintainers", `{ stdenv, gnome3 }: stdenv.mkDerivation { pname = "p"; meta.maintainers = gnome3.maintainers; }`,
			`p: ?gnome3.maintainers (gnome3.maintainers is not one of lib.maintainers)`},
		{"the arguments of a builder", `{ stdenv }: args: stdenv.mkDerivation { pname = "p"; meta = args.meta // { }; }`,
			`p: ?args.meta (what args is, is known only where the function is called)`},
		{"a list that holds itself", `let l = l; in { pname = "p"; meta.maintainers = l; }`,
			`p: ?l (finding out would take too many steps)`},
		{"a list that grows by itself", `let l = l ++ l; in { pname = "p"; meta.maintainers = l; }`,
			`p: ?l (finding out would take too many steps) ?l ++ l (finding out would take too many steps)`},
		{"broken syntax", "{ stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice }",
			`: ? (line 1, column 78: expected an item of a list or ']', found "}")`},
		{"conflict markers", "{ lib, stdenv }: stdenv.mkDerivation {\n<<<<<<< ours\nmeta.maintainers = [ lib.maintainers.alice ];\n=======\n>>>>>>> theirs\n}",
			`: ? (line 2: a conflict marker stands here, so the file is a merge that nobody finished)`},
		{"conflict markers in a string", "{ lib, stdenv }: stdenv.mkDerivation { x = ''\n<<<<<<< ours\n=======\n>>>>>>> theirs\n''; meta.maintainers = [ lib.maintainers.alice ]; }",
			`: ? (line 2: a conflict marker stands here, so the file is a merge that nobody finished)`},
	})
}

func TestAModuleOrTestNamesItsMaintainers(t *testing.T) {
	checkAll(t, []metaCase{
		{"a NixOS module", `
-- nixos/modules/services/x.nix --
{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services.x; in
{
  options.services.x.enable = mkEnableOption "x";
  config = mkIf cfg.enable { systemd.services.x = { }; }; #!
  meta.maintainers = with maintainers; [ alice ];
}`, "module: alice"},
		{"a NixOS module whose meta is a set", `
-- nixos/modules/services/x.nix --
{ lib, ... }: { options = { }; config = { }; meta = { doc = ./x.md; maintainers = lib.teams.gnome.members; }; }`, "module: +gnome"},
		{"a NixOS module that names people in its config", `
-- nixos/modules/services/x.nix --
{ lib, ... }: {
  options = { }; #!
  config = lib.mkIf true { meta.maintainers = [ lib.maintainers.alice ]; };
}`, "module: alice"},
		{"a NixOS test", `
-- nixos/tests/x.nix --
import ./make-test-python.nix ({ pkgs, ... }: {
  name = "x";
  meta = with pkgs.lib.maintainers; { maintainers = [ alice bob ]; };
  testScript = ''
    machine.wait_for_unit("x") #!
  '';
})`, "module: alice bob"},
		{"a NixOS test of an attribute set", `
-- nixos/tests/x.nix --
{ lib, ... }: { name = "x"; meta.maintainers = with lib.maintainers; [ alice ]; nodes.machine = { }; testScript = ""; }`, "module: alice"},
		{"a home-manager module", `
-- modules/programs/x.nix --
{ config, lib, ... }: { meta.maintainers = [ lib.maintainers.alice ]; options = { }; config = { }; }`, "module: alice"},
		{"people of home-manager's own list", `
-- modules/programs/x.nix --
{ lib, ... }: { meta.maintainers = with lib.hm.maintainers; [ alice ] ++ [ lib.hm.maintainers.bob ]; }`, "module: alice bob"},
		{"home-manager's list under with lib", `
-- modules/programs/x.nix --
{ lib, ... }: with lib; { meta.maintainers = with hm.maintainers; [ alice ]; }`, "module: alice"},
		{"a list of one function's making", `
-- modules/programs/x.nix --
{ lib, ... }: { meta.maintainers = lib.mkForce [ lib.maintainers.alice ]; }`, "module: alice"},
		{"the option of meta itself is a schema", `
-- nixos/modules/misc/meta.nix --
{ lib, ... }: {
  options = { meta = { maintainers = lib.mkOption { example = lib.literalExpression "[ lib.maintainers.all ]"; }; }; };
  meta.maintainers = [ lib.maintainers.alice ];
}`, "module: alice"},
		{"a module by what it binds, elsewhere", `
-- hosts/x/default.nix --
{ lib, ... }: { options = { }; meta.maintainers = [ lib.maintainers.alice ]; }`, "module: alice"},
	})
}
