{ lists }:

rec {
  optionalString = cond: text: if cond then text else "";

  concatMapStringsSep =
    sep: f: list:
    builtins.concatStringsSep sep (map f list);

  # The two spellings that configure scripts understand.
  enableFeature = on: feature: "--${if on then "enable" else "disable"}-${feature}";

  hasPrefix =
    prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
}
