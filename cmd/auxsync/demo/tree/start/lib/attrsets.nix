{ lists }:

rec {
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );

  optionalAttrs = cond: set: if cond then set else { };

  mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
}
