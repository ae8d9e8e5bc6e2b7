builtins.mapAttrs (name: license: { shortName = name; free = true; } // license) {
  asl20 = {
    spdxId = "Apache-2.0";
    fullName = "Apache License 2.0";
  };

  bsd3 = {
    spdxId = "BSD-3-Clause";
    fullName = "BSD 3-clause";
  };

  gpl3Plus = {
    spdxId = "GPL-3.0-or-later";
    fullName = "GNU General Public License v3.0 or later";
  };

  isc = {
    spdxId = "ISC";
    fullName = "ISC License";
  };

  mit = {
    spdxId = "MIT";
    fullName = "MIT License";
  };

  mpl20 = {
    spdxId = "MPL-2.0";
    fullName = "Mozilla Public License 2.0";
  };
}
