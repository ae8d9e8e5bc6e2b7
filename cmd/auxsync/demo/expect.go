package demo

import (
	"github.com/auxolotl/auxsync/forks"
)

// Expectation is what has to become of one commit of the fork.
type Expectation struct {
	Subject string
	Author  forks.Person
	Commit  forks.Hash   // the commit in which the fork has it
	Text    string       // found in this change and nowhere else in the fork
	Paths   []forks.Path // what it changes on upstream's tip of the stage asked for

	Ahead     forks.Outcome // on upstream's tip of the stage asked for
	Published forks.Outcome // on the hold point, with nothing resolved

	// For conflicted:
	Cause     forks.Hash // the upstream commit to ask about
	Inner     forks.Hash // the commit inside Cause, if that is a merge
	LastClean forks.Hash // the newest upstream commit on which it is clean
	Files     map[forks.Path]forks.ConflictKind

	BlockedBy string     // for blocked: the subject of the patch that is missing
	TakenBy   forks.Hash // for upstreamed: upstream's commit with the same change
	Into      string     // for folded: the subject of the patch that took it in
}

// InStack reports whether the commit is a patch of its own.
func (e Expectation) InStack() bool { return e.Ahead != forks.Folded && e.Ahead != forks.Expanded }

// Expect says what has to become of each of the fork's own commits when it is
// replayed on upstream's tip at a stage, with nothing resolved. The order is
// the fork's own, oldest first. At [Merged], the stack's own base, all patches
// are kept.
func (w *World) Expect(at Stage) []Expectation {
	named := func(name string) *commit { return w.upstream.named[name] }
	conflict := func(cause *commit, path string, kind forks.ConflictKind) Expectation {
		return Expectation{
			Ahead: forks.Conflicted, Cause: cause.id, LastClean: cause.parents[0].id,
			Files: map[forks.Path]forks.ConflictKind{forks.Path(path): kind},
		}
	}
	kept := Expectation{Ahead: forks.Kept, Published: forks.Kept}
	quillTaken := Expectation{Ahead: forks.Upstreamed, Published: forks.Upstreamed, TakenBy: named(quillFix).id}
	loom := conflict(named(loomMerge), byName("loom"), forks.AddAdd)
	loom.Inner = named(loomInit).id
	folded := Expectation{Ahead: forks.Folded, Published: forks.Folded, Into: lanternMerge}

	var list []Expectation
	add := func(subject, text string, e Expectation) {
		c := w.fork.own[subject]
		e.Subject, e.Author, e.Commit, e.Text = subject, c.by, c.id, text
		if e.Paths == nil || at <= Merged {
			e.Paths = c.changed()
		}
		if e.Ahead == forks.Conflicted || e.Ahead == forks.Blocked || e.Ahead == forks.Emptied {
			e.Published = forks.Kept
		}
		if at <= Merged && e.InStack() {
			e = Expectation{Subject: e.Subject, Author: e.Author, Commit: e.Commit, Text: e.Text, Paths: e.Paths, Ahead: forks.Kept, Published: forks.Kept}
		}
		list = append(list, e)
	}
	add(lanternPatch, hashOf("lanternfs-2.8.1"), folded)
	add(welcomeInit, "First words on a new Aux machine", kept)
	add(lanternModule, "lib.mkIf cfg.openFirewall [ 7411 ]", folded)
	add(quillPatch, "quill has a type of that name", quillTaken)
	add(lanternMerge, `"--with-codecs=zstd,long-term"`, kept)
	add(tidemarkInit, "Remembers how high the water stood", kept)
	add(tidemarkUnit, "harbour-north", kept)
	add(helioPatch, "aux-axolotl", Expectation{
		Ahead: forks.Adapted, Published: forks.Adapted, Paths: []forks.Path{forks.Path(byName("helio"))},
	})
	add(tidemarkMerge, "", Expectation{Ahead: forks.Expanded, Published: forks.Expanded})
	add(jiqPatch, hashOf("jiq-1.9.2"), Expectation{Ahead: forks.Emptied})
	add(harborPatch, "serves the same archives and counts nobody", conflict(named(harborBump), byName("harbor"), forks.Content))
	add(tarnPatch, "--sysconf=/etc/xdg/tarn.toml", conflict(named(tarnRewrite), "pkgs/tools/misc/tarn/default.nix", forks.ModifyDelete))
	add(harborAddress, "attic.aux.example/harbor", Expectation{Ahead: forks.Blocked, BlockedBy: harborPatch})
	add(loomPatch, "The workshop of SIG Home", loom)
	add(mistlePatch, "attic.aux.example/letters", conflict(named(mistleGone), byName("mistle"), forks.ModifyDelete))
	return list
}

// expect finds one expectation by its subject.
func (w *World) expect(at Stage, subject string) Expectation {
	for _, e := range w.Expect(at) {
		if e.Subject == subject {
			return e
		}
	}
	return Expectation{Subject: subject}
}

// HoldPoint is where the branch has to wait while the patches named are the
// ones in conflict: the oldest of the commits on which each is last clean. With
// no name it is upstream's tip.
func (w *World) HoldPoint(open ...string) forks.Hash {
	waiting := map[forks.Hash]bool{}
	for _, subject := range open {
		waiting[w.expect(Contact, subject).LastClean] = true
	}
	for _, c := range w.upstream.between(nil, w.upstream.tips[w.stage]) {
		if waiting[c.id] {
			return c.id
		}
	}
	return w.UpstreamTip(w.stage)
}

// changed lists the paths that a commit changes: for a merge those that are as
// on neither side.
func (c *commit) changed() []forks.Path {
	var paths []forks.Path
	for _, path := range sortedPaths(c.before, c.after) {
		same := false
		for _, parent := range c.parents {
			is, has := c.after[path]
			was, had := parent.after[path]
			same = same || had == has && was == is
		}
		if !same {
			paths = append(paths, forks.Path(path))
		}
	}
	return paths
}
