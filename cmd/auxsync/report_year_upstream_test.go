package main

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// People of the year. Ines, who has opted out of being named, commits under her login: a
// policy knows no other names.
const (
	esme   = "Esme Novak <esme@example.org>"
	noor   = "Noor Haddad <noor@example.org>"
	dmitri = "Dmitri Orlov <dmitri@example.org>"
	caro   = "Caro Lind <caro@example.org>"
	kim    = "Kim Sato <kim@example.org>"
	ines   = "ines <ines@example.org>"
)

// yearPolicy is the policy of the fork.
const yearPolicy = `default_sig = "core"

[people.ines]
opt_out = true

[sigs.core]
members = ["caro", "esme", "ines"]
paths = ["pkgs/by-name/op/openssl/", "pkgs/by-name/cu/curl/", "pkgs/by-name/zl/zlib/"]
[sigs.web]
members = ["noor", "dmitri"]
paths = ["pkgs/by-name/ng/nginx/"]

[goals.lag]
goal = "24h"
agreed = "https://forum.example.org/t/how-far-behind/42"
[goals.in_sync]
goal = "95%"
agreed = "https://forum.example.org/t/how-far-behind/42"
[goals.security_wait]
goal = "12h"
agreed = "https://forum.example.org/t/security/57"
[goals.resolvers]
goal = 5
`

// upstreamAuthors write upstream's commits in turn.
var upstreamAuthors = [...]string{
	"Ada Lovelace <ada@upstream.example.org>", "Grace Hopper <grace@upstream.example.org>", "Alan Turing <alan@upstream.example.org>",
	"Mary Somerville <mary@upstream.example.org>", "Karen Jones <karen@upstream.example.org>",
}

// yearPackages are upstream's.
var yearPackages = [...]string{"curl", "git", "harbor", "hello", "jq", "nginx", "openssl", "python3", "ripgrep", "sqlite", "xz", "zlib"}

func packagePath(name string) string {
	return fmt.Sprintf("pkgs/by-name/%s/%s/package.nix", name[:2], name)
}

// packageText is a package at its first version.
func packageText(name string) string {
	return fmt.Sprintf(`{ lib, stdenv, fetchurl }:

stdenv.mkDerivation {
  pname = "%[1]s";
  version = "1.0";

  src = fetchurl {
    url = "https://%[1]s.example.org/%[1]s-1.0.tar.xz";
    hash = "sha256-%[1]s-1.0";
  };

  configureFlags = [
    "--enable-shared"
    "--with-defaults"
  ];

  doCheck = true;
  enableParallelBuilding = true;

  passthru.updateScript = ./update.sh;

  meta = {
    description = "The program %[1]s";
    license = lib.licenses.mit;
    maintainers = [ ];
  };
}
`, name)
}

// edited is a package of a branch with texts in place of others: old, new, old, new.
func (y *year) edited(r *repotest.Repo, branch, name string, texts ...string) map[string]string {
	y.Helper()
	path := packagePath(name)
	text, ok := r.File(y, branch, path)
	if !ok {
		y.Fatalf("%s has no %s", branch, path)
	}
	for i := 0; i < len(texts); i += 2 {
		if strings.Count(text, texts[i]) != 1 {
			y.Fatalf("%s has %q %d times, want once", path, texts[i], strings.Count(text, texts[i]))
		}
		text = strings.Replace(text, texts[i], texts[i+1], 1)
	}
	return map[string]string{path: text}
}

// patches has a person change a package of the fork.
func (y *year) patches(who, subject, name string, texts ...string) {
	y.Helper()
	y.pushes(who, subject, y.edited(y.fork, yearBranch, name, texts...))
}

// changes has upstream change a package.
func (y *year) changes(author int, subject, name string, texts ...string) {
	y.Helper()
	y.commits(author, subject, y.edited(y.upstream, yearFollow, name, texts...))
}

// bumps has upstream update a package: jq: 1.2 -> 1.3.
func (y *year) bumps(author int, name, from, to string) {
	y.Helper()
	y.changes(author, name+": "+from+" -> "+to, name,
		`version = "`+from+`"`, `version = "`+to+`"`, name+"-"+from+".tar", name+"-"+to+".tar", "sha256-"+name+"-"+from, "sha256-"+name+"-"+to)
}

// commits has upstream commit files.
func (y *year) commits(author int, subject string, files map[string]string) {
	y.Helper()
	y.upstream.Now = y.clock.Now()
	y.upstream.Commit(y, yearFollow, upstreamAuthors[author%len(upstreamAuthors)], subject, files)
}
