# Finds pkgs/by-name/<first two letters>/<name>/package.nix.
{ lib }:

self: super:

let
  root = ../by-name;

  shards = builtins.attrNames (builtins.readDir root);

  inShard =
    shard:
    map (name: {
      inherit name;
      value = self.callPackage (root + "/${shard}/${name}/package.nix") { };
    }) (builtins.attrNames (builtins.readDir (root + "/${shard}")));
in

builtins.listToAttrs (builtins.concatMap inShard shards)
