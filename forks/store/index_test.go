package store_test

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// dump gives all rows of all tables but those of the migrations.
func dump(t *testing.T, db *sql.DB, tables []string) []string {
	t.Helper()
	var list []string
	for _, table := range tables {
		rows, err := db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprintf("%s %q", table, values))
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// The texts of others: any bytes.
func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "fix: a thing", "ünïcode", "\x00", "bad\xff\xfeutf8", "'; DROP TABLE tracks; --", "\x1b[2J"}).Draw(t, "text") +
			rapid.StringN(0, 4, 8).Draw(t, "more")
	})
}

func anyHash() *rapid.Generator[forks.Hash] {
	return rapid.Custom(func(t *rapid.T) forks.Hash {
		if rapid.Bool().Draw(t, "none") {
			return forks.Hash{}
		}
		return forks.Hash(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "hash"))
	})
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(-1e12, 1e13).Draw(t, "ms")).UTC()
	})
}

func anyPerson() *rapid.Generator[forks.Person] {
	return rapid.Custom(func(t *rapid.T) forks.Person {
		return forks.Person{Name: anyText().Draw(t, "name"), Email: anyText().Draw(t, "email")}
	})
}

func anyPatch(id int) *rapid.Generator[forks.Patch] {
	return rapid.Custom(func(t *rapid.T) forks.Patch {
		outcome := rapid.SampledFrom(forks.Outcomes())
		p := forks.Patch{
			ID:      forks.PatchID(fmt.Sprintf("p%010x", id)),
			Subject: anyText().Draw(t, "subject"), Author: anyPerson().Draw(t, "author"), AuthorDate: anyTime().Draw(t, "date"),
			First: anyHash().Draw(t, "first"), Commit: anyHash().Draw(t, "commit"),
			Ahead: outcome.Draw(t, "ahead"), Published: outcome.Draw(t, "published"),
			Versions: []forks.Version{}, Folded: []forks.FoldedCommit{},
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "versions") {
			v := forks.Version{Commit: anyHash().Draw(t, "commit"), Pin: anyHash().Draw(t, "pin"), By: anyText().Draw(t, "by"), At: anyTime().Draw(t, "at")}
			if i > 0 {
				v.Proposal = "c0123456789"
			}
			p.Versions = append(p.Versions, v)
		}
		for range rapid.IntRange(0, 2).Draw(t, "folded") {
			// The list is JSON, which holds text only.
			name := strings.ToValidUTF8(anyText().Draw(t, "subject"), "?")
			p.Folded = append(p.Folded, forks.FoldedCommit{Commit: anyHash().Draw(t, "folded"), Subject: name})
		}
		if rapid.Bool().Draw(t, "out") {
			p.Out = &forks.Out{Outcome: forks.Parked, By: anyText().Draw(t, "by"), Reason: anyText().Draw(t, "reason"),
				CleanBase: anyHash().Draw(t, "base"), Pass: rapid.IntRange(0, 9).Draw(t, "pass"), At: anyTime().Draw(t, "at")}
		}
		if rapid.Bool().Draw(t, "end") {
			p.End = &forks.End{Outcome: forks.Dropped, By: anyText().Draw(t, "by"), Reason: anyText().Draw(t, "reason"),
				Pass: rapid.IntRange(0, 9).Draw(t, "pass"), At: anyTime().Draw(t, "at")}
		}
		return p
	})
}

func anyProposal(id int) *rapid.Generator[forks.Proposal] {
	return rapid.Custom(func(t *rapid.T) forks.Proposal {
		p := forks.Proposal{
			ID: forks.ProposalID(fmt.Sprintf("c%010x", id)), Patch: "p0000000001", Round: rapid.IntRange(1, 3).Draw(t, "round"),
			Status: forks.Open, Reason: anyText().Draw(t, "reason"), Onto: anyHash().Draw(t, "onto"), Fix: anyHash().Draw(t, "fix"),
			Picked: anyHash().Draw(t, "picked"), Touched: rapid.Bool().Draw(t, "touched"), Opened: anyTime().Draw(t, "opened"),
			Closed: anyTime().Draw(t, "closed"), ClosedBy: anyText().Draw(t, "by"),
			Taken: rapid.IntRange(0, 9).Draw(t, "taken"), Published: rapid.IntRange(0, 9).Draw(t, "published"),
			Number: rapid.IntRange(0, 9).Draw(t, "number"), URL: anyText().Draw(t, "url"), Claimed: anyText().Draw(t, "claimed"), NotFor: []string{},
			Conflict: forks.Conflict{
				Patch: "p0000000001", Cause: anyHash().Draw(t, "cause"), CausePatch: "p0000000002", Inner: anyHash().Draw(t, "inner"),
				CauseSubject: anyText().Draw(t, "subject"), CauseAuthor: anyPerson().Draw(t, "author"),
				Clean: anyHash().Draw(t, "clean"), SuggestDrop: anyHash().Draw(t, "drop"), Files: []forks.ConflictFile{},
			},
		}
		p.Members, p.Split = []forks.Member{}, rapid.Bool().Draw(t, "split")
		for range rapid.IntRange(0, 2).Draw(t, "members") {
			p.Members = append(p.Members, forks.Member{Patch: "p0000000002", Picked: anyHash().Draw(t, "member"), Onto: p.Onto, Fix: p.Fix,
				Conflict: forks.Conflict{Patch: "p0000000002", Cause: p.Conflict.Cause, Files: []forks.ConflictFile{}}})
		}
		for range rapid.IntRange(0, 2).Draw(t, "not for") {
			// The list is JSON, which holds text only.
			p.NotFor = append(p.NotFor, strings.ToValidUTF8(anyText().Draw(t, "login"), "?"))
		}
		for range rapid.IntRange(0, 2).Draw(t, "files") {
			p.Conflict.Files = append(p.Conflict.Files, forks.ConflictFile{
				Path: forks.Path(anyText().Draw(t, "path")), Kind: forks.ModifyDelete, Message: anyText().Draw(t, "message"),
				Stages: []forks.Stage{{Stage: 1, Mode: forks.ModeExecutable, ID: anyHash().Draw(t, "id")}, {Stage: 3, Mode: forks.ModeSymlink}},
			})
		}
		return p
	})
}

func anyState() *rapid.Generator[forks.State] {
	return rapid.Custom(func(t *rapid.T) forks.State {
		s := forks.State{
			Track: "main", Pass: rapid.IntRange(1, 5).Draw(t, "pass"), At: anyTime().Draw(t, "at"), History: forks.Merging,
			Upstream: "https://example.org/up", Base: anyHash().Draw(t, "base"), Tip: anyHash().Draw(t, "tip"),
			Patches: []forks.Patch{}, Ended: []forks.Patch{}, Proposals: []forks.Proposal{}, Ledger: []forks.Row{},
		}
		ids := rapid.Permutation([]int{1, 2, 3, 4}).Draw(t, "ids")
		for i, id := range ids[:rapid.IntRange(0, 3).Draw(t, "patches")] {
			if i%2 == 0 {
				s.Patches = append(s.Patches, anyPatch(id).Draw(t, "patch"))
			} else {
				s.Ended = append(s.Ended, anyPatch(id).Draw(t, "patch"))
			}
		}
		for _, id := range ids[:rapid.IntRange(0, 2).Draw(t, "proposals")] {
			s.Proposals = append(s.Proposals, anyProposal(id).Draw(t, "proposal"))
		}
		outcome := rapid.SampledFrom(forks.Outcomes())
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			s.Ledger = append(s.Ledger, forks.Row{
				Patch:   rapid.SampledFrom([]forks.PatchID{"", "p0000000001", "p0000000002"}).Draw(t, "patch"),
				Subject: anyText().Draw(t, "subject"), Author: anyPerson().Draw(t, "author"), Old: anyHash().Draw(t, "old"),
				New: anyHash().Draw(t, "new"), Ahead: outcome.Draw(t, "ahead"), Published: outcome.Draw(t, "published"),
				By: anyText().Draw(t, "by"), Reason: anyText().Draw(t, "reason"),
			})
		}
		if rapid.Bool().Draw(t, "hold") {
			s.Hold = &forks.Hold{Commit: anyHash().Draw(t, "commit"), Reason: anyText().Draw(t, "reason")}
		}
		if rapid.Bool().Draw(t, "paused") {
			s.Paused = &forks.Pause{By: anyText().Draw(t, "by"), Because: anyText().Draw(t, "because"), At: anyTime().Draw(t, "at")}
		}
		if rapid.Bool().Draw(t, "stopped") {
			s.Stopped = &forks.Stop{Reason: anyText().Draw(t, "reason"), Next: anyText().Draw(t, "next")}
		}
		return s
	})
}

func TestWhatWasIndexedLastReadsBackTheSame(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	var n int
	rapid.Check(t, func(rt *rapid.T) {
		n++
		track := fmt.Sprintf("t%d", n)
		for i := range rapid.IntRange(1, 2).Draw(rt, "states") {
			state := anyState().Draw(rt, "state")
			commit := hash(byte(i + 1))
			if err := db.Index(t.Context(), "nix", track, commit, state); err != nil {
				rt.Fatal(err)
			}
			stack, ended, err := db.Patches(t.Context(), "nix", track)
			if err != nil {
				rt.Fatal(err)
			}
			proposals, err := db.Proposals(t.Context(), "nix", track)
			if err != nil {
				rt.Fatal(err)
			}
			ledger, err := db.Ledger(t.Context(), "nix", track, state.Pass)
			if err != nil {
				rt.Fatal(err)
			}
			for name, pair := range map[string][2]any{
				"stack": {stack, state.Patches}, "ended": {ended, state.Ended},
				"proposals": {proposals, state.Proposals}, "ledger": {ledger, state.Ledger},
			} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					rt.Errorf("%s:\nread    %+v\nwritten %+v", name, pair[0], pair[1])
				}
			}
			if got, err := db.Indexed(t.Context(), "nix", track, commit); !got || err != nil {
				rt.Errorf("indexed: %v, %v", got, err)
			}
		}
	})
}

func TestIndexTwiceIsOnceAndAChainAgainEndsTheSame(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	file := raw(t, path)
	tables := query(t, path, `SELECT name FROM pragma_table_list WHERE strict = 1 ORDER BY name`)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := file.Exec(`PRAGMA foreign_keys = 1; DELETE FROM tracks`); err != nil {
			rt.Fatal(err)
		}
		states := rapid.SliceOfN(anyState(), 1, 2).Draw(rt, "chain")
		chain := func() {
			for i, state := range states {
				if err := db.Index(t.Context(), "nix", "main", hash(byte(i+1)), state); err != nil {
					rt.Fatal(err)
				}
			}
		}
		chain()
		once := dump(t, file, tables)
		last := len(states)
		if err := db.Index(t.Context(), "nix", "main", hash(byte(last)), states[last-1]); err != nil {
			rt.Fatal(err)
		}
		if twice := dump(t, file, tables); !slices.Equal(once, twice) {
			rt.Errorf("after the last one again:\n%s\nbefore:\n%s", strings.Join(twice, "\n"), strings.Join(once, "\n"))
		}
		chain()
		if twice := dump(t, file, tables); !slices.Equal(once, twice) {
			rt.Errorf("after the chain again:\n%s\nbefore:\n%s", strings.Join(twice, "\n"), strings.Join(once, "\n"))
		}
	})
}

func TestTracksOfTwoForksWithOneNameStayApart(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	state := forks.State{Pass: 1, Ledger: []forks.Row{{Patch: "p1", Ahead: forks.Kept, Published: forks.Kept}}}
	if err := db.Index(t.Context(), "nix", "main", hash(1), state); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Ledger(t.Context(), "lix", "main", 1); len(got) != 0 || err != nil {
		t.Errorf("the other fork has %v, %v", got, err)
	}
	if got, err := db.Indexed(t.Context(), "lix", "main", hash(1)); got || err != nil {
		t.Errorf("the other fork has the state: %v, %v", got, err)
	}
}

func TestDecisionIsRecordedWithThePassesThatUsedIt(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	patch := forks.Patch{ID: "p1", Versions: []forks.Version{
		{Commit: hash(1)}, {Commit: hash(2), Pin: hash(9), Proposal: "c1", By: "Ada"}, {Commit: hash(3), Proposal: "c2", By: "Bob"}}}
	for pass, by := range map[int]string{1: "c1", 2: "memory"} {
		state := forks.State{Pass: pass, Patches: []forks.Patch{patch},
			Ledger: []forks.Row{{Patch: "p1", Ahead: forks.Conflicted, Published: forks.Resolved, By: by}}}
		if err := db.Index(t.Context(), "nix", "main", hash(byte(10+pass)), state); err != nil {
			t.Fatal(err)
		}
	}
	// The patch goes, what was decided stays.
	if err := db.Index(t.Context(), "nix", "main", hash(20), forks.State{Pass: 3}); err != nil {
		t.Fatal(err)
	}
	got := query(t, path, `SELECT number || ' ' || proposal || ' ' || decided_by FROM resolution_uses
		JOIN resolutions ON resolutions.id = resolution_id JOIN passes ON passes.id = pass_id ORDER BY number`)
	if want := []string{"1 c1 Ada", "2 c2 Bob"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPauseIsIndexedUntilSomebodyResumes(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	for i, c := range []struct {
		paused *forks.Pause
		want   string
	}{
		{nil, "  -"},
		{&forks.Pause{By: "ada", Because: "release week", At: noon()}, "ada release week 1767355384000"},
		{nil, "  -"},
	} {
		if err := db.Index(t.Context(), "nix", "main", hash(byte(i+1)), forks.State{Pass: i + 1, Paused: c.paused}); err != nil {
			t.Fatal(err)
		}
		got := query(t, path, `SELECT paused_by || ' ' || paused_because || ' ' || coalesce(paused_at, '-') FROM tracks`)
		if !slices.Equal(got, []string{c.want}) {
			t.Errorf("state %d: got %q, want %q", i+1, got, c.want)
		}
	}
}
