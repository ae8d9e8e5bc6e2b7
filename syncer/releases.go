package syncer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// fetchReleases fetches the tags that the track follows; upstream's tip is then the
// newest release among them.
func (v *visit) fetchReleases(ctx context.Context, pattern string) error {
	spec := repo.FetchSpec{From: "refs/tags/" + pattern, To: v.at("tags/" + pattern)}
	if err := v.up.Fetch(ctx, v.local, []repo.FetchSpec{spec}, nil); err != nil {
		return fmt.Errorf("fetch upstream: %w", err)
	}
	commits, err := v.local.Commits(ctx, v.at("tags/"))
	if err != nil {
		return err
	}
	tags := map[string]forks.Hash{}
	for ref, id := range commits {
		tags[strings.TrimPrefix(string(ref), v.at("tags/"))] = id
	}
	v.found.releases = nil
	for _, tag := range forks.Releases(pattern, slices.Sorted(maps.Keys(tags))) {
		v.found.releases = append(v.found.releases, rebase.Release{Tag: tag, Commit: tags[tag]})
	}
	if len(v.found.releases) == 0 {
		return v.noSuchRelease(ctx, pattern)
	}
	v.found.upstream = v.found.releases[len(v.found.releases)-1].Commit
	return nil
}

// noSuchRelease says which tags upstream has instead.
func (v *visit) noSuchRelease(ctx context.Context, pattern string) error {
	refs, err := v.up.List(ctx, "refs/tags/")
	if err != nil {
		return err
	}
	has := "it has no tags"
	if len(refs) > 0 {
		has = "it has " + someNames(refs, "refs/tags/")
	}
	return forks.AskPerson("correct `follow` of track "+v.track.Name, "upstream %s has no release among its tags that matches %s (%s)",
		v.up.URL(), forks.Inert(pattern), has)
}

// someNames lists the first refs without their prefix, for people.
func someNames(refs map[forks.Ref]forks.Hash, prefix string) string {
	names := make([]string, 0, len(refs))
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		names = append(names, forks.Inert(strings.TrimPrefix(string(ref), prefix)))
	}
	const shown = 8
	if len(names) > shown {
		names = append(names[:shown], "…")
	}
	return strings.Join(names, ", ")
}
