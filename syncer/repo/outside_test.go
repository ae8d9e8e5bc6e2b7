package repo_test

import (
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestOutsideListsWhatNoTipContains(t *testing.T) {
	t.Parallel()
	b := newHistoryBench(t)
	q := b.quarantine(t)
	for _, c := range []struct{ ids, tips, want []forks.Hash }{
		{[]forks.Hash{b.last, b.odd, b.s1}, []forks.Hash{b.last}, []forks.Hash{b.odd}},
		{[]forks.Hash{b.last, b.s1, b.two}, []forks.Hash{b.s2}, []forks.Hash{b.last, b.two}},
		{[]forks.Hash{b.one}, nil, []forks.Hash{b.one}},
		{nil, []forks.Hash{b.last}, nil},
	} {
		got, err := q.Outside(t.Context(), c.ids, c.tips)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v outside %v: %v, error %v, want %v", c.ids, c.tips, got, err, c.want)
		}
	}
}
