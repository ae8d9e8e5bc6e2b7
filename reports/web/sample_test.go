package web_test

import (
	"context"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

var now = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)

func hash(n byte) forks.Hash {
	return forks.Hash{0: n, 1: n ^ 0xa5, 2: n * 7, 3: 0x3c, 4: n + 0x51, 19: n}
}

func person(name string) forks.Person { return forks.Person{Name: name, Email: "x@example.org"} }

// source answers from what it was given; it stands for the daemon.
type source struct {
	overview  reports.Overview
	patches   map[string]reports.PatchList // by fork/track
	conflicts reports.ConflictList
	err       error
	hangs     bool // until the context ends
}

func (s source) answer(ctx context.Context) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s source) Overview(ctx context.Context) (reports.Overview, error) {
	return s.overview, s.answer(ctx)
}

func (s source) Patches(ctx context.Context, fork, track string) (reports.PatchList, bool, error) {
	l, ok := s.patches[fork+"/"+track]
	return l, ok, s.answer(ctx)
}

func (s source) Conflicts(ctx context.Context) (reports.ConflictList, error) {
	return s.conflicts, s.answer(ctx)
}

// add puts one more track into the source.
func (s *source) add(t forks.Track, state *forks.State, then func(*reports.TrackStatus)) {
	status := reports.TrackStatusOf(t, state)
	status.Health = "ok"
	status.Next = ptr(now.Add(12 * time.Minute))
	if state != nil {
		s.patches[t.Fork+"/"+t.Name] = reports.PatchesOf(t.Fork, *state)
		s.conflicts.Add(t.Fork, *state)
		status.LastPass.Outcome = "published"
	}
	if then != nil {
		then(&status)
	}
	s.overview.Tracks = append(s.overview.Tracks, status)
}

func ptr[T any](v T) *T { return &v }

func track(fork, name, follow, upstream string) forks.Track {
	return forks.Track{Fork: fork, Name: name, Branch: name, Follow: follow, Upstream: upstream, History: forks.Merging}
}

const (
	nixpkgs = "https://github.com/NixOS/nixpkgs.git"
	nix     = "https://git.example.org/up/nix.git"
)

// exampleSource has a track of every kind, the calm ones first.
func exampleSource() source {
	s := source{overview: reports.Overview{At: now}, patches: map[string]reports.PatchList{}, conflicts: reports.ConflictList{At: now}}
	s.add(track("nix", "aux-main", "master", nix), ptr(calmState()), func(t *reports.TrackStatus) { t.Behind = ptr(0) })
	s.add(track("nixpkgs", "aux-small", "nixos-unstable-small", nixpkgs), ptr(calmState()), func(t *reports.TrackStatus) {
		t.Behind, t.Health, t.Running = ptr(1), "ok, last failure 5 min ago", true
		t.ForgeTrouble = &reports.ForgeTrouble{Since: now.Add(-2 * time.Hour), Why: "look at the pull requests of fork nixpkgs: GitHub answered 503: Service unavailable"}
	})
	s.add(track("nixpkgs", "aux-26-05", "release-26.05", nixpkgs), nil, func(t *reports.TrackStatus) { t.Health = "no pass yet" })
	s.add(track("nixpkgs", "aux-unstable", "nixos-unstable", nixpkgs), ptr(holdingState()), func(t *reports.TrackStatus) { t.Behind = ptr(41) })
	s.add(track("nix", "aux-2-31", "2.31-maintenance", nix), ptr(calmState()), func(t *reports.TrackStatus) {
		t.Health, t.Next, t.Behind = "no activity since 2026-03-03 08:15 UTC", ptr(now.Add(-52*time.Hour)), ptr(3)
	})
	s.add(track("nix", "aux-2-30", "2.30-maintenance", nix), ptr(calmState()), func(t *reports.TrackStatus) {
		t.Health, t.LastPass.Outcome = "failing since 2026-03-05 09:20 UTC", "failed"
		t.Trouble = "fetch the fork: https://git.example.org/aux/nix.git answered 503 Service Unavailable; it is tried again"
		t.PolicyTrouble = "the newest one is refused, the last good one stays: policy.toml, line 14: people.ada.away: want two dates with \"..\" between them"
	})
	halted := holdingState()
	halted.Stopped = &forks.Stop{Reason: "the branch was rewound: its tip " + hash(2).Short() + " is not a descendant of " + hash(90).Short(),
		Next: "see what is different with `auxsync explain`, then `auxsync accept aux-next` or `auxsync rollback aux-next`", Tip: hash(2), At: now.Add(-5 * time.Hour)}
	halted.Hold, halted.Proposals, halted.Decisions = nil, nil, nil
	s.add(track("nixpkgs", "aux-next", "staging-next", nixpkgs), &halted, func(t *reports.TrackStatus) {
		t.Health, t.LastPass.Outcome = "failing since 2026-03-05 07:00 UTC", "stopped"
	})
	return s
}

// calmState is on upstream's tip.
func calmState() forks.State {
	return forks.State{
		Pass: 31, At: now.Add(-18 * time.Minute), Base: hash(9), Tip: hash(90), UpstreamTip: hash(9), History: forks.Merging, Track: "calm",
		Patches: []forks.Patch{
			{ID: "p0000000001", Subject: "hello: use our mirror", Author: person("Ada"), First: hash(11), Commit: hash(21), Ahead: forks.Kept, Published: forks.Kept},
			{ID: "p0000000007", Subject: "ci: run the checks of the fork", Author: person("Grace"), First: hash(17), Commit: hash(27), Ahead: forks.Kept, Published: forks.Kept},
		},
	}
}

// holdingState has something of everything.
func holdingState() forks.State {
	conflict := forks.Conflict{
		Patch: "p0000000003", Cause: hash(7), Inner: hash(57), Clean: hash(6), CauseSubject: "jq: move to by-name and rewrite", CauseAuthor: person("Grace"),
		Files: []forks.ConflictFile{
			{Path: "pkgs/development/tools/jq/default.nix", Kind: forks.ModifyDelete},
			{Path: "pkgs/development/tools/jq/an-unusually-long-directory-name/with-another-long-name/fix-for-musl.patch", Kind: forks.Content},
		},
	}
	second := forks.Conflict{Patch: "p0000000005", Cause: hash(8), Clean: hash(7), CauseSubject: "nixos/sshd: settings are freeform now",
		CauseAuthor: person("Lin"), SuggestDrop: hash(58), Files: []forks.ConflictFile{{Path: "nixos/modules/services/networking/ssh/sshd.nix", Kind: forks.Content}}}
	third := forks.Conflict{Patch: "p0000000004", Cause: hash(5), Clean: hash(4), CausePatch: "p0000000003", CauseSubject: "jq: 1.8 -> 1.9", CauseAuthor: person("Grace")}
	return forks.State{
		Track: "aux-unstable", Pass: 12, At: now.Add(-25 * time.Minute), Base: hash(6), Tip: hash(90), UpstreamTip: hash(9), History: forks.Merging,
		Hold: &forks.Hold{Commit: hash(6), Reason: "the newest upstream commit on which p0000000003 is clean"},
		Patches: []forks.Patch{
			{ID: "p0000000001", Subject: "hello: use our mirror", Author: person("Ada"), Commit: hash(21), Ahead: forks.Kept, Published: forks.Kept},
			{ID: "p0000000002", Subject: "curl: 日本語 patch with a long subject that goes on for much longer than anybody would like to read in a table",
				Author: person("山田 太郎"), Commit: hash(22), Ahead: forks.Resolved, Published: forks.Resolved},
			{ID: "p0000000003", Subject: "jq: build with our oniguruma", Author: person("Ada"), Commit: hash(23), Ahead: forks.Conflicted, Published: forks.Adapted},
			{ID: "p0000000004", Subject: "jq: second change", Author: person("Ada"), Commit: hash(24), Ahead: forks.Blocked, Published: forks.Blocked,
				Out: &forks.Out{Outcome: forks.Blocked, By: "p0000000003", Reason: "shares lines with it", Pass: 9, At: now.Add(-70 * time.Hour)}},
			{ID: "p0000000005", Subject: "nixos/sshd: keep our defaults", Author: person("Grace"), Commit: hash(25), Ahead: forks.Conflicted, Published: forks.Kept,
				Folded: []forks.FoldedCommit{{Commit: hash(61)}, {Commit: hash(62)}}},
		},
		Ended: []forks.Patch{
			{ID: "p0000000008", Subject: "bash: an older one", Author: person("Ada"), Commit: hash(28), End: &forks.End{Outcome: forks.Dropped, By: "Ada", Reason: "no longer wanted", Pass: 8}},
			{ID: "p0000000006", Subject: "openssl: fix build", Author: person("Grace"), Commit: hash(26), End: &forks.End{Outcome: forks.Upstreamed, By: hash(8).String(), Pass: 11}},
		},
		Proposals: []forks.Proposal{
			{ID: "c0000000001", Patch: "p0000000002", Round: 1, Status: forks.Harvested, Opened: now.Add(-90 * time.Hour)},
			{ID: "c0000000002", Patch: "p0000000003", Round: 2, Status: forks.Ready, Reason: "settled, waits to be merged", Conflict: conflict, Onto: hash(73), Opened: now.Add(-30 * time.Hour)},
			{ID: "c0000000003", Patch: "p0000000005", Round: 1, Status: forks.Open, Conflict: second, Opened: now.Add(-3 * time.Hour)},
			{ID: "c0000000004", Patch: "p0000000001", Round: 1, Status: forks.Declined, Reason: "closed by Lin", Conflict: third, Opened: now.Add(-200 * time.Hour)},
			{ID: "c0000000005", Patch: "p0000000004", Round: 1, Status: forks.Unresolved, Reason: "merged together with changes to other files: pkgs/top-level/all-packages.nix", Conflict: third, Opened: now.Add(-20 * time.Hour)},
		},
		Decisions: []forks.Decision{{Patch: "p0000000006", Asked: now.Add(-time.Hour), Question: "upstream took this change and reverted it: carry it again?"}},
	}
}
