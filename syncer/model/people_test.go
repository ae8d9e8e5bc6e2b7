package model_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// edit changes something in a tree and says what.
func (w *world) edit(side string, all files) (after files, what string) {
	t := w.t
	after = maps.Clone(all)
	paths := slices.Sorted(maps.Keys(all))
	kind := t.below(16, "edit")
	if len(paths) == 0 || kind == 15 {
		path := choose(t, []string{"new1.nix", "new2.nix", "pkgs/new.nix"}, "new")
		after[path] = ""
		for range 3 {
			after[path] += "  " + w.word(side) + ";\n"
		}
		return after, path + ": added"
	}
	path := paths[min(t.below(len(paths), "path"), t.below(len(paths), "or path"))] // some are changed often
	list := lines(all[path])
	at := 0
	if len(list) > 0 {
		at = min(t.below(len(list), "line"), t.below(len(list), "or line"))
	}
	word := w.word(side)
	switch {
	case kind < 8 && len(list) > 0:
		list[at] = "  " + word + ";\n"
		what = fmt.Sprintf("%s: line %d is %s", path, at+1, word)
	case kind < 11 || len(list) < 2:
		list = slices.Insert(list, at, "  "+word+";\n")
		what = fmt.Sprintf("%s: %s before line %d", path, word, at+1)
	case kind < 13:
		list = slices.Delete(list, at, at+1)
		what = fmt.Sprintf("%s: without line %d", path, at+1)
	case kind == 13:
		delete(after, path)
		return after, path + ": removed"
	default:
		to := choose(t, []string{"moved.nix", "pkgs/moved.nix"}, "to")
		if _, taken := all[to]; taken {
			return w.edit(side, all)
		}
		delete(after, path)
		after[to] = all[path]
		return after, fmt.Sprintf("%s: moved to %s", path, to)
	}
	after[path] = strings.Join(list, "")
	return after, what
}

// upstream lets upstream go on by an edit, one of three where a patch of the fork is.
func (w *world) upstream(l *line) {
	tip := w.at(w.tip(w.up, l.Follow))
	after, what := w.edit("up", tip)
	if w.t.oneIn(3, "where a patch is") {
		if path, at := w.place(l, tip); path != "" {
			word, list := w.word("up"), lines(tip[path])
			list[at] = "  " + word + ";\n"
			after = maps.Clone(tip)
			after[path], what = strings.Join(list, ""), fmt.Sprintf("%s: line %d is %s", path, at+1, word)
		}
	}
	w.wentOn(l, what, tip, after)
}

// place finds a line of upstream near what a patch of the branch changes; "" if there is
// none.
func (w *world) place(l *line, tip files) (path string, at int) {
	if len(l.own) == 0 {
		return "", 0
	}
	id := choose(w.t, l.own, "patch")
	before, after := w.at(w.parent(id)), w.at(id)
	for _, path := range slices.Sorted(maps.Keys(changes(before, after))) {
		was, is, there := lines(before[path]), lines(after[path]), lines(tip[path])
		if len(there) == 0 {
			continue
		}
		for at < len(was) && at < len(is) && was[at] == is[at] {
			at++
		}
		return path, min(at, len(there)-1)
	}
	return "", 0
}

func (w *world) wentOn(l *line, subject string, before, after files) {
	id := w.commitUp(l.Follow, subject, changes(before, after))
	w.t.tell("upstream: %s is %s: %s", l.Follow, id.Short(), subject)
}

// upstreamReverts takes a recent commit of upstream back.
func (w *world) upstreamReverts(l *line) {
	tip := w.tip(w.up, l.Follow)
	list := w.firstParents(tip, 5)
	target := choose(w.t, list[:len(list)-1], "reverted")
	after, conflicted := byHand(w.at(target), w.at(tip), w.at(w.parent(target)), neither)
	if len(conflicted) == 0 {
		w.wentOn(l, "revert "+target.Short(), w.at(tip), after)
	}
}

// neither settles what is thrown away.
func neither(_, _ []string) []string { return nil }

// upstreamTakes lets upstream take a patch as it is, in other words, or with more.
func (w *world) upstreamTakes(l *line) {
	t := w.t
	list := w.state(l).Patches
	patch := choose(t, list, "taken")
	tip := w.at(w.tip(w.up, l.Follow))
	after, conflicted := byHand(w.at(w.parent(patch.Commit)), tip, w.at(patch.Commit), neither)
	if len(conflicted) > 0 || maps.Equal(tip, after) {
		return
	}
	subject := patch.Subject
	switch t.below(3, "words") {
	case 0:
		subject = "in other words: " + subject
	case 1:
		var more string
		after, more = w.edit("up", after)
		subject += " and " + more
	}
	w.wentOn(l, subject, tip, after)
}

// backport lets upstream do on this branch what it did on the other.
func (w *world) backport(l *line) {
	other := w.other(l)
	list := w.firstParents(w.tip(w.up, other.Follow), 4)
	target := choose(w.t, list[:len(list)-1], "backported")
	tip := w.at(w.tip(w.up, l.Follow))
	after, conflicted := byHand(w.at(w.parent(target)), tip, w.at(target), neither)
	if len(conflicted) == 0 && !maps.Equal(tip, after) {
		w.wentOn(l, w.on.commit(target).subject, tip, after)
	}
}

// patch lets a person push a patch.
func (w *world) patch(l *line) {
	tip := w.tip(w.fork, l.Branch)
	after, what := w.edit("own", w.at(tip))
	w.pushOwn(l, what, after, tip)
}

// samePatch lets a person pick a patch of the other track.
func (w *world) samePatch(l *line) {
	other := w.other(l)
	patch := choose(w.t, w.state(other).Patches, "picked")
	tip := w.tip(w.fork, l.Branch)
	after, conflicted := byHand(w.at(w.parent(patch.Commit)), w.at(tip), w.at(patch.Commit), neither)
	if len(conflicted) == 0 && !maps.Equal(after, w.at(tip)) {
		w.pushOwn(l, patch.Subject, after, tip)
	}
}

// merge lets a person merge upstream, settling what conflicts.
func (w *world) merge(l *line) {
	t := w.t
	tip := w.tip(w.fork, l.Branch)
	var behind []forks.Hash
	for _, id := range w.firstParents(w.tip(w.up, l.Follow), 6) {
		if !w.on.contains(tip, id) {
			behind = append(behind, id)
		}
	}
	if len(behind) == 0 {
		return
	}
	other := choose(t, behind, "merged")
	base := w.state(l).Base
	merged, conflicted := byHand(w.at(base), w.at(tip), w.at(other), settled(choose(t, ways(), "way"), w.word("own")))
	w.on.bring(w.fork, w.up, other)
	w.pushOwn(l, fmt.Sprintf("merge upstream's %s, %d settled", other.Short(), len(conflicted)), merged, tip, other)
}

// revert lets a person take a patch back as git does.
func (w *world) revert(l *line) {
	s := w.state(l)
	tip := w.tip(w.fork, l.Branch)
	patch := choose(w.t, s.Patches, "reverted")
	if !w.on.contains(tip, patch.Commit) {
		return
	}
	after, conflicted := byHand(w.at(patch.Commit), w.at(tip), w.at(w.parent(patch.Commit)), neither)
	if len(conflicted) == 0 && !maps.Equal(after, w.at(tip)) {
		w.pushOwn(l, fmt.Sprintf("Revert %q\n\nThis reverts commit %s.", patch.Subject, patch.Commit), after, tip)
	}
}

// pair is an open conflict with its branches.
type pair struct {
	forks.Proposal
	onto, fix forks.Ref
	at        forks.Pair
}

// open lists the conflicts that people can answer.
func (w *world) open(l *line) (list []pair) {
	refs := w.fork.Refs(w.t)
	for _, p := range w.state(l).Proposals {
		one := pair{Proposal: p, onto: forks.OntoRef(l.Name, p.ID), fix: forks.FixRef(l.Name, p.ID)}
		one.at = forks.Pair{Onto: refs[one.onto], Fix: refs[one.fix]}
		if p.Status.Live() && !one.at.Onto.IsZero() && !one.at.Fix.IsZero() {
			list = append(list, one)
		}
	}
	return list
}

// conflictFile is what tells people about a conflict.
const conflictFile = "AUXSYNC-CONFLICT.md"

// answer settles a conflict and merges it in one of the ways that forges have.
func (w *world) answer(l *line) {
	t := w.t
	p := choose(t, w.open(l), "conflict")
	way := choose(t, ways(), "way")
	w.merged(p, w.answered(p, settled(way, w.word("own"))), "settled: "+way)
}

// answered is fix without a sign of the conflict.
func (w *world) answered(p pair, settle func(ours, theirs []string) []string) files {
	all := maps.Clone(w.at(p.at.Fix))
	delete(all, conflictFile)
	for path, text := range all {
		if strings.Contains(text, "<<<<<<<") {
			all[path] = withoutMarkers(text, settle)
		}
	}
	return all
}

func (w *world) merged(p pair, want files, what string) {
	t := w.t
	way := t.below(3, "merged by")
	if p.at.Onto != p.Onto { // nobody rewinds what somebody merged
		way = 1
	}
	switch way {
	case 0:
		id := w.push(string(p.fix), what, want, p.at.Fix)
		w.fork.SetRef(t, string(p.onto), id)
		t.tell("fork: %s is fast-forwarded", p.onto)
	case 1:
		id := w.push(string(p.fix), what, want, p.at.Fix)
		w.push(string(p.onto), "merge fix", want, p.at.Onto, id)
	default:
		w.push(string(p.onto), "squashed: "+what, want, p.at.Onto)
	}
	if t.oneIn(4, "fix is deleted") {
		w.remove(p.fix)
	}
}

// answerWithMarkers merges a conflict as it is.
func (w *world) answerWithMarkers(l *line) {
	p := choose(w.t, w.open(l), "conflict")
	w.push(string(p.onto), "merged with the markers inside", w.at(p.at.Fix), p.at.Onto, p.at.Fix)
}

// answerWithNothing leaves nothing of the patch.
func (w *world) answerWithNothing(l *line) {
	p := choose(w.t, w.open(l), "conflict")
	w.merged(p, w.at(p.at.Onto), "without the patch")
}

// answerWithMore changes another file, too.
func (w *world) answerWithMore(l *line) {
	p := choose(w.t, w.open(l), "conflict")
	want := w.answered(p, settled("theirs", ""))
	want["besides.nix"] = "  " + w.word("own") + ";\n"
	w.merged(p, want, "settled, and another file besides")
}

// workOn pushes to fix and does not merge.
func (w *world) workOn(l *line) {
	p := choose(w.t, w.open(l), "conflict")
	want := w.answered(p, settled(choose(w.t, ways(), "way"), w.word("own")))
	if w.t.oneIn(2, "half") {
		want[conflictFile] = w.at(p.at.Fix)[conflictFile]
	}
	w.push(string(p.fix), "work on it", want, p.at.Fix)
}

// closes deletes the branches of a conflict.
func (w *world) closes(l *line) {
	p := choose(w.t, w.open(l), "conflict")
	w.remove(p.fix)
	if w.t.oneIn(2, "both") {
		w.remove(p.onto)
	}
}

// pushAgain takes the no of a closed conflict back.
func (w *world) pushAgain(l *line) {
	var list []forks.Proposal
	kept := w.reachable()
	for _, p := range w.state(l).Proposals {
		if p.Status == forks.Declined && kept[p.Onto] && kept[p.Fix] {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return
	}
	p := choose(w.t, list, "conflict")
	w.fork.SetRef(w.t, string(forks.OntoRef(l.Name, p.ID)), p.Onto)
	w.fork.SetRef(w.t, string(forks.FixRef(l.Name, p.ID)), p.Fix)
	l.free[p.Patch] = true
	w.t.tell("fork: the branches of %s are pushed again", p.ID)
}
