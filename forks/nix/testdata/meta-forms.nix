# The ways in which people are named.
{ lib, stdenv, glib, teams, fetched, maintainers ? [ ] }:
let
  people = [ lib.maintainers.ada-l ];
  common = {
    meta.maintainers = people;
  };
  mk = { name, meta ? { maintainers = with lib.maintainers; [ ada-l ]; } }: { inherit name meta; };
in
{
  with-list = { meta = { maintainers = with lib.maintainers; [ ada-l o'neil ]; }; };
  with-meta = {
    meta = with lib; {
      license = licenses.mit;
      maintainers = with maintainers; [ ada-l ];
    };
  };
  with-scope = with lib; { meta.maintainers = [ maintainers.ada-l ]; };
  selected = { meta.maintainers = [ lib.maintainers.ada-l stdenv.lib.maintainers.old ]; };
  quoted = { meta."maintainers" = [ lib.maintainers."0x4d" ]; };
  swallowed = { meta.maintainers = with lib.maintainers; [ ada-l ] ++ teams.golang.members; };
  joined = { meta.maintainers = (with lib.maintainers; [ ada-l ]) ++ lib.teams.golang.members ++ people; };
  team = { meta.teams = with lib.teams; [ golang ]; };
  inherited = { meta = { inherit (glib.meta) maintainers platforms; }; };
  inherited-name = { meta = { inherit maintainers; }; };
  inherited-set = { inherit (glib) meta; };
  updated = { meta = glib.meta // { maintainers = people; }; };
  taken = { meta = glib.meta; };
  defaulted = mk { name = "a"; };
  other-file = { meta.maintainers = import ./people.nix { inherit lib; }; };
  override = glib.overrideAttrs (old: { meta = old.meta // { maintainers = old.meta.maintainers or [ ] ++ people; }; });
  rec-set = rec { people = [ lib.maintainers.ada-l ]; meta.maintainers = people; };
  nobody = { meta.maintainers = [ ]; };
  thrown = { meta.maintainers = throw "removed"; };
  optional = { meta.maintainers = lib.optionals stdenv.isLinux [ lib.maintainers.ada-l ]; };
  commented = {
    meta.maintainers = [
      /* lib.maintainers.old */ lib.maintainers.ada-l # , lib.maintainers.gone
    ];
  };
  evaluated = { meta.${"main" + "tainers"} = [ ]; };
  string = { meta.maintainers = [ "Old Style <old@example.org>" ]; };
  inherit common fetched;
}
