package weekly

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestEachNumberAboutUpstreamIsADirectCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFork(t)
		got := upstreamOf(f.in)
		for _, track := range f.in.Rows.Tracks {
			var taken []forks.Taken
			commits := 0
			for _, p := range f.passes {
				if p.track == track.Track && p.week == f.in.Week && p.pass.Digest != nil && p.pass.Digest.Taken != nil {
					taken = append(taken, *p.pass.Digest.Taken)
					commits += p.pass.Digest.Taken.Commits
				}
			}
			i := slices.IndexFunc(got, func(u Upstream) bool { return u.Track == track.Track })
			if i < 0 {
				if commits > 0 {
					t.Fatalf("%s: took in %d commits and is not told", track.Track, commits)
				}
				continue
			}
			if commits == 0 {
				t.Fatalf("%s: is told and took in nothing", track.Track)
			}
			countUpstream(t, got[i], taken)
		}
	})
}

func countUpstream(t *rapid.T, got Upstream, taken []forks.Taken) {
	commits, looked, security, cared, more := 0, 0, 0, 0, 0
	unlisted := false
	var authors, paths []string
	for _, d := range taken {
		commits, cared, more = commits+d.Commits, cared+d.Cared, more+d.MoreAreas
		if d.Commits <= forks.MaxTakenListed {
			looked += d.Commits
		}
		security += len(d.Security) + d.MoreSecurity
		unlisted = unlisted || d.Commits > forks.MaxTakenListed
		authors = append(authors, d.Authors...)
		for _, a := range d.Areas {
			paths = append(paths, a.Path)
		}
	}
	distinct := func(list []string) []string { slices.Sort(list); return slices.Compact(list) }
	want := []any{commits, len(distinct(authors)), len(distinct(paths)) + more, security, looked, cared, unlisted}
	if have := []any{got.Commits, got.Authors, got.Areas, got.Security, got.Looked, got.Cared, got.Unlisted}; fmt.Sprint(have) != fmt.Sprint(want) {
		t.Fatalf("got %v, want %v", have, want)
	}
	for _, sig := range []string{"core", "go"} {
		n, told := 0, 0
		for _, d := range taken {
			n += d.BySIG[sig]
		}
		for _, s := range got.BySIG {
			if s.SIG == sig {
				told += s.Commits
			}
		}
		if n != told {
			t.Fatalf("SIG %s: got %d, want %d", sig, told, n)
		}
	}
	open := 0
	for _, path := range distinct(paths) {
		n, someone, told := 0, false, 0
		for _, d := range taken {
			for _, a := range d.Areas {
				if a.Path == path {
					n, someone = n+a.Commits, someone || a.Cared
				}
			}
		}
		for _, role := range got.OpenRoles {
			if role.Path == path {
				told += role.Commits
			}
		}
		if someone || path == "" {
			n = 0
		} else {
			open++
		}
		if n != told {
			t.Fatalf("%q: got %d, want %d", path, told, n)
		}
	}
	if len(got.OpenRoles) != open {
		t.Fatalf("got %d open roles, want %d", len(got.OpenRoles), open)
	}
}

// took is an input of one track with one pass in the report's week.
func took(d forks.Taken) Input {
	in := Input{Week: forks.Week{Year: 2026, Number: 47}, Zone: time.UTC, Tallies: map[string]*Tally{"main": {}}}
	in.Rows.Tracks = []forks.TrackRows{{Track: "main"}, {Track: "other"}}
	in.Tallies["main"].taken = newTaken(in.Week, in.Zone)
	in.Tallies["main"].taken.add(in.Week, forks.PassRecord{Started: in.Week.Start(in.Zone), Digest: &forks.Digest{Taken: &d}})
	return in
}

func TestOnlyTheTenBusiestOpenRolesAreTold(t *testing.T) {
	t.Parallel()
	d := forks.Taken{Commits: 100, BySIG: map[string]int{"go": 2, "core": 2, "rust": 7}}
	for i := range 12 {
		d.Areas = append(d.Areas, forks.Area{Path: fmt.Sprintf("pkgs/%02d", 11-i), Commits: 1 + i%2})
	}
	d.Areas = append(d.Areas, forks.Area{Path: "lib", Commits: 50, Cared: true}, forks.Area{Commits: 60})
	got := upstreamOf(took(d))
	if len(got) != 1 || len(got[0].OpenRoles) != MaxOpenRoles || got[0].Areas != 14 {
		t.Fatalf("got %+v", got)
	}
	if first, last := got[0].OpenRoles[0], got[0].OpenRoles[9]; first != (OpenRole{"pkgs/00", 2}) || last != (OpenRole{"pkgs/07", 1}) {
		t.Errorf("got %v … %v", first, last)
	}
	if want := []SIGShare{{"rust", 7}, {"core", 2}, {"go", 2}}; !slices.Equal(got[0].BySIG, want) {
		t.Errorf("got %v, want %v", got[0].BySIG, want)
	}
}

func TestAnAreaThatSomebodyLooksAfterIsNoOpenRole(t *testing.T) {
	t.Parallel()
	for _, cared := range [][2]bool{{true, false}, {false, true}, {true, true}, {false, false}} {
		move := func(i int) forks.Taken {
			return forks.Taken{Commits: 1, Areas: []forks.Area{{Path: "lib", Commits: 3, Cared: cared[i]}}}
		}
		in, second := took(move(0)), move(1)
		in.Tallies["main"].taken.add(in.Week, forks.PassRecord{Digest: &forks.Digest{Taken: &second}})
		if open := len(upstreamOf(in)[0].OpenRoles) == 1; open != (!cared[0] && !cared[1]) {
			t.Errorf("%v: an open role: %t", cared, open)
		}
	}
}

func TestHostileTextsOfUpstreamPassThroughUnchanged(t *testing.T) {
	t.Parallel()
	const hostile = "<b>\u202e@all\n\x1b[31m\xff](https://evil.example)"
	c := commitOf(1)
	c.Subject, c.Author = hostile, forks.Person{Name: hostile}
	in := took(forks.Taken{Commits: 1, Areas: []forks.Area{{Path: hostile, Commits: 1}}, BySIG: map[string]int{hostile: 1}, Security: []forks.UpstreamCommit{c}})
	up, sec := upstreamOf(in)[0], securityOf(in, in.Week.End(in.Zone))
	if up.OpenRoles[0].Path != hostile || up.BySIG[0].SIG != hostile || sec.Taken[0].Commit != c.Commit || sec.Taken[0].Subject != c.Subject || sec.Taken[0].Author != c.Author.Name {
		t.Errorf("got %+v and %+v", up, sec)
	}
}

func TestCommitsThatNobodyLookedAtDoNotCountAsCaredForByNobody(t *testing.T) {
	t.Parallel()
	in := took(forks.Taken{Commits: 10, Cared: 4})
	in.Tallies["main"].taken.add(in.Week, forks.PassRecord{Digest: &forks.Digest{Taken: &forks.Taken{Commits: forks.MaxTakenListed + 1}}})
	if share, ok := caredFor(in, in.Week); !ok || share != 0.4 {
		t.Errorf("got %v %v, want 0.4", share, ok)
	}
	if got := upstreamOf(in)[0]; got.Commits != forks.MaxTakenListed+11 || !got.Unlisted {
		t.Errorf("got %+v", got)
	}
	if _, ok := caredFor(in, in.Week.Add(-1)); ok {
		t.Error("a week in which nothing was taken in has a share")
	}
}

func TestWhatIsKeptOfPassesDoesNotGrowWithThem(t *testing.T) {
	t.Parallel()
	week := forks.Week{Year: 2026, Number: 47}
	kept := newTaken(week, time.UTC)
	start := Reach(week, time.UTC)
	for i := range 40000 { // the week before the report's, and every one before it
		at := start.Add(time.Duration(i) * time.Minute * 2)
		d := &forks.Digest{Taken: &forks.Taken{Commits: 1, Authors: []string{fmt.Sprint(i)}, Areas: []forks.Area{{Path: fmt.Sprint(i), Commits: 1}}},
			MoreSecurity: 1}
		d.Taken.Security = []forks.UpstreamCommit{commitOf(2 * i)}
		d.Security = []forks.UpstreamCommit{commitOf(2*i + 1)} // and pushes the one before off the list
		kept.add(forks.WeekAt(at, time.UTC), forks.PassRecord{Started: at, Digest: d})
	}
	if n := len(kept.authors) + len(kept.areas) + len(kept.waits.took); n != 0 {
		t.Errorf("%d things are kept of weeks before the report's", n)
	}
	if n := len(kept.waits.waiting); n > mostSeen+2 {
		t.Errorf("%d commits are kept as waiting", n)
	}
}
