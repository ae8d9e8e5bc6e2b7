package store_test

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestNewestIsTheStateThatWasIndexedLast(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	newest := func(want forks.Hash) {
		t.Helper()
		if got, err := s.Newest(t.Context(), "pkgs", "aux"); err != nil || got != want {
			t.Fatalf("newest is %s, %v; want %s", got, err, want)
		}
	}
	newest(forks.Hash{})
	if err := s.SetFingerprint(t.Context(), "pkgs", "aux", "seen"); err != nil {
		t.Fatal(err)
	}
	newest(forks.Hash{}) // the track is known, and none of its states
	for _, commit := range []forks.Hash{{1}, {2}, {2}} {
		if err := s.Index(t.Context(), "pkgs", "aux", commit, forks.State{Track: "aux", Pass: int(commit[0])}); err != nil {
			t.Fatal(err)
		}
		newest(commit)
	}
	if err := s.Index(t.Context(), "other", "aux", forks.Hash{3}, forks.State{Track: "aux", Pass: 9}); err != nil {
		t.Fatal(err)
	}
	newest(forks.Hash{2})
}
