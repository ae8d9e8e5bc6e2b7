package pullstest

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func opening() map[string]check {
	return map[string]check{
		"Before it is opened nothing is found, then one that is open": func(b *bench) {
			b.absent(b.known(one), b.known(two))
			pair := b.pair(one)
			if b.Pages != nil {
				b.absent(b.known(one), b.known(two))
			}
			p, err := b.open(one)
			b.do("open", err)
			seen := b.look(b.known(one), b.known(two))
			want(b.t, "found", len(seen.Pulls), 1)
			for what, p := range map[string]forks.Pull{"opened": p, "seen": seen.Pulls[one]} {
				want(b.t, what+": id", p.ID, one)
				want(b.t, what+": track", p.Track, track)
				want(b.t, what+": state", p.State, forks.PullOpen)
				want(b.t, what+": head", p.Head, pair.Fix)
				want(b.t, what+": base", p.Base, pair.Onto)
				want(b.t, what+": foreign", p.Foreign, false)
			}
			want(b.t, "number", seen.Pulls[one].Number, p.Number)
		},
		"To open it twice gives the same one": func(b *bench) {
			first := b.opened(one)
			again, err := b.open(one)
			b.do("open again", err)
			want(b.t, "number", again.Number, first.Number)
			want(b.t, "head", again.Head, first.Head)
			want(b.t, "state", again.State, forks.PullOpen)
			b.counts(1)
		},
		"By number and by branches the same is found": func(b *bench) {
			b.opened(two)
			byBranches := b.opened(one)
			known := b.known(one)
			known.Number = byBranches.Number
			p := b.look(known).Pulls[one]
			want(b.t, "number", p.Number, byBranches.Number)
			want(b.t, "url", p.URL, byBranches.URL)
			want(b.t, "head", p.Head, byBranches.Head)
			want(b.t, "base", p.Base, byBranches.Base)
			want(b.t, "state", p.State, byBranches.State)
		},
		"One of other branches is not taken for it": func(b *bench) {
			longer := one + "0"
			b.opened(longer)
			b.absent(b.known(one), b.known(two), forks.KnownPull{Track: "aux", ID: longer}, forks.KnownPull{Track: track + "-2", ID: longer})
			want(b.t, "number of its own", b.found(longer).ID, longer)
		},
		"Several are found each by its own branches": func(b *bench) {
			ids := []forks.ProposalID{one, two, three}
			var known []forks.KnownPull
			for _, id := range ids {
				b.opened(id)
				known = append(known, b.known(id))
			}
			seen := b.look(known...)
			want(b.t, "found", len(seen.Pulls), len(ids))
			for _, id := range ids {
				want(b.t, "head of "+string(id), seen.Pulls[id].Head, b.pushed[id].Fix)
			}
		},
		"A look at nothing finds nothing": func(b *bench) {
			b.opened(one)
			b.absent()
		},
		"Without its branches it is not opened": func(b *bench) {
			_, err := b.open(one)
			b.notYet("open without branches", err)
			pair := b.pair(one)
			b.Fork.SetRef(b.t, string(forks.FixRef(track, one)), forks.Hash{})
			_, err = b.open(one)
			b.notYet("open without fix", err)
			b.Fork.SetRef(b.t, string(forks.FixRef(track, one)), pair.Fix)
			b.Fork.SetRef(b.t, string(forks.OntoRef(track, one)), forks.Hash{})
			_, err = b.open(one)
			b.notYet("open without onto", err)
			b.counts(0)
		},
		"With nothing between its branches it is not opened": func(b *bench) {
			pair := b.pair(one)
			b.Fork.SetRef(b.t, string(forks.FixRef(track, one)), pair.Onto)
			_, err := b.open(one)
			b.refused("open", err)
			b.counts(0)
		},
		"What a person pushes to it is seen as its head": func(b *bench) {
			b.opened(one)
			pushed := b.push(one)
			p := b.found(one)
			want(b.t, "head", p.Head, pushed)
			want(b.t, "base", p.Base, b.pushed[one].Onto)
			want(b.t, "state", p.State, forks.PullOpen)
		},
		"To look and to open move no branch": func(b *bench) {
			b.pair(one)
			b.Fork.Commit(b.t, string(forks.OntoRef("aux", one)), repotest.Ada, "of another track", nil)
			refs := b.Fork.Refs(b.t)
			_, err := b.open(one)
			b.do("open", err)
			b.found(one)
			for ref, tip := range b.Fork.Refs(b.t) {
				if strings.HasPrefix(string(ref), "refs/heads/") {
					want(b.t, string(ref), tip, refs[ref])
				}
			}
		},
	}
}

// counts fails unless the fork has so many pull requests, where they can be counted.
func (b *bench) counts(pulls int) {
	b.t.Helper()
	if b.Pages != nil {
		want(b.t, "pull requests", b.Pages.Count().Pulls, pulls)
	}
}
