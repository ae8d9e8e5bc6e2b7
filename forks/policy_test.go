package forks_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func policy(t *testing.T, text string) *forks.Policy {
	t.Helper()
	p, err := forks.ParsePolicy([]byte(text), "policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const somePolicy = `publish_every = "12h"
[tracks.release]
publish_every = "7d"
[tracks.release-24-05]
publish_every = "0s"
[tracks.main]
`

func TestPolicyCountsBeforeConfig(t *testing.T) {
	t.Parallel()
	track := forks.Track{Fork: "nix", Name: "other", Follow: "master", PublishEvery: 24 * time.Hour, Interval: time.Hour}
	for _, c := range []struct {
		policy, name, pattern string
		want                  time.Duration
	}{
		{somePolicy, "other", "", 12 * time.Hour},
		{somePolicy, "main", "", 12 * time.Hour},
		{somePolicy, "release-24-05", "release", 0},
		{somePolicy, "release-24-11", "release", 7 * 24 * time.Hour},
		{somePolicy, "release", "", 7 * 24 * time.Hour},
		{"[tracks.x]\npublish_every = \"1h\"\n", "other", "", 24 * time.Hour},
		{"", "other", "", 24 * time.Hour},
	} {
		track := track
		track.Name, track.Pattern = c.name, c.pattern
		got := policy(t, c.policy).Apply(track)
		if got.PublishEvery != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got.PublishEvery, c.want)
		}
		if got.Name != c.name || got.Interval != time.Hour || got.Follow != "master" {
			t.Errorf("%s: the policy changed more than it says: %+v", c.name, got)
		}
	}
}

func TestNoPolicyDecidesNothing(t *testing.T) {
	t.Parallel()
	var none *forks.Policy
	if got := none.Apply(forks.Track{Name: "main", PublishEvery: time.Hour}); got.PublishEvery != time.Hour {
		t.Errorf("got %s", got.PublishEvery)
	}
	if unknown, shown := none.UnknownTracks(nil), none.Show(); len(unknown) != 0 || len(shown) != 0 {
		t.Errorf("got %v and %v", unknown, shown)
	}
}

func TestPolicyTellsTheTracksThatTheForkLacks(t *testing.T) {
	t.Parallel()
	p := policy(t, somePolicy)
	if got, want := p.UnknownTracks([]string{"main", "extra"}), []string{"release", "release-24-05"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := p.UnknownTracks([]string{"main", "release", "release-24-05"}); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	if got := p.UnknownTracks(nil); len(got) != 3 {
		t.Errorf("asking changed the policy: got %v", got)
	}
}

func TestPolicyShowsWhatItDecides(t *testing.T) {
	t.Parallel()
	want := []forks.Effective{
		{Key: "publish_every", Value: "12h", From: "policy.toml:1"},
		{Key: "tracks.release.publish_every", Value: "7d", From: "policy.toml:3"},
		{Key: "tracks.release-24-05.publish_every", Value: "0s", From: "policy.toml:5"},
	}
	if got := policy(t, somePolicy).Show(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPolicyOfAnySizeIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	fill := func(begin, again, end string) string {
		return begin + strings.Repeat(again, (most-len(begin)-len(end))/len(again)) + end
	}
	var many strings.Builder
	for i := 0; many.Len() < most-20; i++ {
		many.WriteString("k" + strings.Repeat("x", i%5) + strings.Repeat("y", i/5%50) + strings.Repeat("z", i/250) + "=1\n")
	}
	for name, text := range map[string]string{
		"deep key":    fill("a", ".a", "=1"),
		"deep table":  fill("[a", ".a", "]"),
		"deep array":  fill("a=", "[", ""),
		"deep inline": fill("a=", "{a=", ""),
		"long key":    fill("", "a", "=1"),
		"long value":  fill("publish_every = '", "1", "'"),
		"long name":   fill("[tracks.", "a", "]"),
		"many keys":   many.String(),
	} {
		start := time.Now()
		_, err := forks.ParsePolicy([]byte(text), "policy.toml")
		var problems *forks.ConfigError
		if !errors.As(err, &problems) || len(problems.Problems) > 101 {
			t.Fatalf("%s: got %.200v", name, err)
		}
		for _, p := range problems.Problems {
			if len(p.String()) > 1000 {
				t.Errorf("%s: a problem of %d bytes", name, len(p.String()))
			}
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
	}
	_, err := forks.ParsePolicy(make([]byte, most+1), "policy.toml")
	if err == nil || err.Error() != "policy.toml: is larger than 65536 bytes; is it the right file?" {
		t.Errorf("got %v", err)
	}
	if _, err := forks.ParsePolicy([]byte(fill("#", "#", "\n")), "policy.toml"); err != nil {
		t.Errorf("a policy of the greatest size: %v", err)
	}
}

func TestMoreProblemsThanAnybodyReadsAreCounted(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 140 {
		text.WriteString(strings.Repeat("q", i+1) + " = 1\n")
	}
	_, err := forks.ParsePolicy([]byte(text.String()), "p")
	var problems *forks.ConfigError
	if !errors.As(err, &problems) || len(problems.Problems) != 101 {
		t.Fatalf("got %v", err)
	}
	if got, want := problems.Problems[100].String(), "p:100: and 40 problems further down"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLocalPolicyIsRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.toml")
	_, err := forks.LoadPolicy(file)
	var problems *forks.ConfigError
	if !errors.As(err, &problems) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "does not exist; write it, or remove the key policy") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(file, []byte(somePolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := forks.LoadPolicy(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Show()[0].From, file+":1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := os.WriteFile(file, make([]byte, 64<<10+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := forks.LoadPolicy(file); err == nil || !strings.Contains(err.Error(), "is larger than 65536 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestPolicyStandsOnItsOwnBranch(t *testing.T) {
	t.Parallel()
	if got := forks.PolicyRef(); got != "refs/heads/auxsync/policy" {
		t.Errorf("got %s", got)
	}
	if !forks.ReservedBranch(forks.PolicyBranch) {
		t.Error("a track could publish to the policy's branch")
	}
}
