package forks_test

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestLimitsAreTheForksAndThePolicyCountsFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config, policy string
		want           forks.AskingLimits
	}{
		{"", "", forks.AskingLimits{Open: 10, PerDay: 3}},
		{"[limits]\nopen = 5\nper_day = 0\n", "", forks.AskingLimits{Open: 5}},
		{"[limits]\nopen = 5\n", "[limits]\nper_day = 1\n", forks.AskingLimits{Open: 5, PerDay: 1}},
		{"", "[limits]\nopen = 0\nasked = 2\n", forks.AskingLimits{PerDay: 3}},
	} {
		for _, track := range parse(t, c.config+oneFork).Tracks() {
			if got := policy(t, c.policy).Apply(track).Limits; got != c.want {
				t.Errorf("%q and %q: got %+v, want %+v", c.config, c.policy, got, c.want)
			}
		}
	}
}
