package main

import (
	"fmt"
	"os"
	"time"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// founds makes upstream's packages and the fork's patches.
func (y *year) founds() {
	y.Helper()
	if _, err := forks.ParsePolicy([]byte(yearPolicy), "policy.toml"); err != nil {
		y.Fatal(err)
	}
	files := map[string]string{"README.md": "A package set.\n"}
	for _, name := range yearPackages {
		if name != "harbor" {
			files[packagePath(name)] = packageText(name)
		}
	}
	y.commits(0, "first commit", files)
	y.fork = y.upstream.Fork(y, y.path("fork.git"))
	y.fork.SetRef(y, yearBranch, y.upstream.Tip(y, yearFollow))
	y.fork.SetRef(y, yearFollow, forks.Hash{})

	y.at("2025-12-10 12:00")
	y.patches(esme, "curl: use our mirror", "curl", "https://curl.example.org/", "https://mirror.aux.example.org/")
	y.at("2025-12-11 12:00")
	y.patches(noor, "openssl: build without engines, in parallel", "openssl",
		`    "--with-defaults"`, `    "--with-defaults"`+"\n"+`    "no-engine"`, "  enableParallelBuilding = true;\n", "  enableParallelBuilding = true;\n  enableParallelInstalling = true;\n")
	y.at("2025-12-12 12:00")
	y.pushes(dmitri, "harbor: init at 1.0", map[string]string{packagePath("harbor"): packageText("harbor")})
	y.at("2025-12-13 12:00")
	y.patches(ines, "hello: greet in plain words", "hello", "The program hello", "A friendly greeting")
	y.at("2025-12-14 12:00")
	y.patches(caro, "zlib: keep the old text of the licence", "zlib", "lib.licenses.mit", "lib.licenses.zlib")
	y.at("2025-12-15 12:00")
	y.patches(noor, "nginx: listen on loopback by default", "nginx", `"--with-defaults"`, `"--with-loopback"`)

	y.at("2026-01-05 09:00")
	y.fork.Now = y.clock.Now()
	y.fork.Build(y, repotest.Commit{Branch: forks.PolicyBranch, Author: caro, Subject: "The policy", Orphan: true, Files: map[string]string{"policy.toml": yearPolicy}})
	y.bumps(1, "jq", "1.0", "1.1")
	y.at("2026-01-06 09:00")
	y.bumps(2, "sqlite", "1.0", "1.1")
	y.bumps(3, "ripgrep", "1.0", "1.1")
	y.at("2026-01-07 10:00")
}

// firstWeek adopts the fork on a Wednesday.
func (y *year) firstWeek() {
	y.Helper()
	y.measures(212e9, 1.4e9, 3.1e6)
	y.at("2026-01-07 10:05")
	if err := y.asks("caro", control.Request{Verb: verbAdopt, Track: yearTrack}); err != nil {
		y.Fatal(err)
	}
	y.passes("2026-01-07 10:30", "2026-01-09 06:00", 6*time.Hour, 0)
	y.at("2026-01-09 08:00")
	y.bumps(0, "python3", "1.0", "1.1")
	y.passes("2026-01-09 10:30", "2026-01-11 22:30", 6*time.Hour, 0)
}

// ordinaryWeek is one in which all is well, with a pass on
// Monday, Wednesday and Friday. Upstream has something new in every third of them.
func (y *year) ordinaryWeek(week forks.Week) {
	y.Helper()
	monday := week.Start(y.zone)
	y.to(theLater(y.clock.Now(), monday.Add(9*time.Hour)))
	if n := y.bumped; week.Number%3 == 0 {
		y.bumps(n, "sqlite", fmt.Sprintf("1.%d", n), fmt.Sprintf("1.%d", n+1))
		y.bumped++
	}
	for _, after := range []time.Duration{10 * time.Hour, 62 * time.Hour, 114 * time.Hour} {
		y.to(monday.Add(after))
		if err := y.tries(); err != nil {
			y.Fatalf("the pass of %s: %v", y.clock.Now(), err)
		}
	}
	y.measures(212e9-float64(week.Number)*1e9, 1.4e9+float64(week.Number)*1e7, 3.1e6+float64(week.Number)*1e5)
}

// quietWeek is one in which nothing happens but looking.
func (y *year) quietWeek() {
	y.Helper()
	y.passes("2026-03-23 06:00", "2026-03-29 22:00", 8*time.Hour, 0)
	y.measures(199e9, 1.5e9, 4.4e6)
}

// busyWeek has three conflicts, a fix that waits behind one of them, and a new patch.
func (y *year) busyWeek() {
	y.Helper()
	// Upstream takes harbor as it is, and half of what Noor changed of openssl.
	y.at("2026-05-11 09:00")
	y.commits(1, "harbor: init at 1.0", map[string]string{packagePath("harbor"): packageText("harbor")})
	y.changes(2, "openssl: install in parallel", "openssl", "  enableParallelBuilding = true;\n", "  enableParallelBuilding = true;\n  enableParallelInstalling = true;\n")
	for i, name := range []string{"jq", "ripgrep", "python3"} {
		y.bumps(i, name, "1.1", "1.2")
	}
	y.pass("2026-05-11 12:00")

	// A fix of openssl comes after what conflicts with Esme's patch of curl.
	y.at("2026-05-12 09:00")
	y.changes(3, "curl: fetch from the new host", "curl", "https://curl.example.org/", "https://downloads.curl.example.org/")
	y.bumps(4, "openssl", "1.0", "1.1")
	y.changes(3, "openssl: fix CVE-2026-31337", "openssl", `"--enable-shared"`, `"--enable-shared"`+"\n"+`    "--with-fix"`)
	y.bumps(1, "git", "1.0", "1.1")
	y.passes("2026-05-12 12:00", "2026-05-13 06:00", 6*time.Hour, 0)
	y.at("2026-05-13 10:00")
	y.merges(esme, "curl: use our mirror", y.edited(y.upstream, yearFollow, "curl", "https://downloads.curl.example.org/", "https://mirror.aux.example.org/new/"))
	y.pass("2026-05-13 12:00")

	// Two more conflicts: Caro drops one patch, the other stays open.
	y.at("2026-05-14 09:00")
	y.changes(0, "zlib: say which licence it is", "zlib", "lib.licenses.mit", "[ lib.licenses.zlib ]")
	y.bumps(2, "xz", "1.0", "1.1")
	y.changes(2, "nginx: drop the defaults", "nginx", `    "--with-defaults"`+"\n", "")
	y.bumps(4, "jq", "1.2", "1.3")
	y.passes("2026-05-14 12:00", "2026-05-15 06:00", 6*time.Hour, 0)
	y.at("2026-05-15 11:00")
	y.decides("caro", "zlib: keep the old text of the licence", forks.VerbDrop, "upstream says it now, in its own way")
	y.at("2026-05-15 15:00")
	y.patches(kim, "git: sign commits by default", "git", `"--with-defaults"`, `"--with-signing"`)
	y.pass("2026-05-15 18:00")
	y.at("2026-05-16 09:00")
	y.changes(1, "xz: security fix for GHSA-2026-abcd-efgh", "xz", `"--enable-shared"`, `"--disable-ifunc"`)
	y.passes("2026-05-16 12:00", "2026-05-17 18:00", 6*time.Hour, 0)
	y.measures(190e9, 1.6e9, 5.2e6)
}

// afterBusyWeek begins with an answer to what was left open.
func (y *year) afterBusyWeek() {
	y.Helper()
	y.at("2026-05-19 10:00")
	y.decides("noor", "nginx: listen on loopback by default", forks.VerbKeepOurs, "the fork's users rely on it")
	y.passes("2026-05-20 10:00", "2026-05-22 10:00", 48*time.Hour, 0)
}

// brokenWeek has an upstream that cannot be reached, a branch that somebody rewrote, a
// place that gets no report, and a process that was killed.
func (y *year) brokenWeek() {
	y.Helper()
	y.mail = true
	y.ends(false)
	y.starts()
	y.rounds(y.clock.Now().Add(time.Hour)) // it takes an hour until a new process believes the clock
	y.passes("2026-09-14 09:00", "2026-09-15 03:00", 6*time.Hour, 0)

	y.at("2026-09-15 08:00")
	away := y.upstream.Dir + ".away"
	y.moves(y.upstream.Dir, away)
	y.passes("2026-09-15 09:00", "2026-09-18 03:00", 6*time.Hour, 12)
	y.moves(away, y.upstream.Dir)
	y.at("2026-09-18 08:00")
	y.bumps(0, "git", "1.1", "1.2")
	y.passes("2026-09-18 09:00", "2026-09-19 03:00", 6*time.Hour, 0)

	y.at("2026-09-19 08:00")
	y.fork.Now = y.clock.Now()
	before := y.fork.Tip(y, yearBranch)
	y.fork.SetRef(y, "kept", before)
	y.fork.SetRef(y, yearBranch, y.fork.Build(y, repotest.Commit{Branch: "rewritten", Author: dmitri, Subject: "everything in one",
		Parents: []forks.Hash{y.state().Base}, Tree: y.fork.Tree(y, before)})[0])
	y.fork.SetRef(y, "rewritten", forks.Hash{})
	y.at("2026-09-19 09:00")
	if err := y.tries(); forks.KindOf(err) != forks.NeedsPerson {
		y.Fatalf("a rewritten branch does not stop the track: %v", err)
	}
	y.passes("2026-09-19 15:00", "2026-09-19 21:00", 6*time.Hour, 2)
	y.measures(12e9, 2.2e9, 8.7e6) // the last sign of life
	y.at("2026-09-19 23:00")
	y.ends(true)
	y.at("2026-09-20 08:00")
	y.starts()
	y.passes("2026-09-20 09:00", "2026-09-20 21:00", 6*time.Hour, 3)
	y.measures(12e9, 2.2e9, 8.8e6)
}

// afterBrokenWeek begins with the branch put back, and without the mail.
func (y *year) afterBrokenWeek() {
	y.Helper()
	y.at("2026-09-21 10:00")
	y.fork.SetRef(y, yearBranch, y.fork.Tip(y, "kept"))
	y.fork.SetRef(y, "kept", forks.Hash{})
	y.mail = false
	y.ends(false)
	y.starts()
	y.pass("2026-09-21 11:00")
	y.passes("2026-09-23 11:00", "2026-09-25 11:00", 48*time.Hour, 0)
}

// lastWeek is that of the turn of the year: a conflict, and a fix.
func (y *year) lastWeek() {
	y.Helper()
	y.pass("2026-12-28 10:00")
	y.at("2026-12-29 09:00")
	y.changes(2, "python3: fix a vulnerability in the parser of dates", "python3", `"--enable-shared"`, `"--enable-shared"`+"\n"+`    "--with-dates"`)
	y.changes(3, "hello: say what it is", "hello", "The program hello", "A program that greets")
	y.passes("2026-12-29 12:00", "2027-01-01 00:00", 12*time.Hour, 0)
	y.at("2027-01-02 00:30")
	y.decides("ines", "hello: greet in plain words", forks.VerbTakeUpstream, "good enough, says ines")
	y.pass("2027-01-03 18:00")
	y.measures(160e9, 1.9e9, 8.4e6)
}

func (y *year) moves(from, to string) {
	y.Helper()
	if err := os.Rename(from, to); err != nil {
		y.Fatal(err)
	}
}
