package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// visit is one look at a track's two remotes.
type visit struct {
	*Syncer
	track forks.Track
	opts  Options
	up    Remote
	fork  Remote
	local Repository // the cache, or in a dry run a scratch repository
	dry   bool       // local is removed at the end
	found found
	// former is what the fork has of the track under its former name, where it was renamed.
	former found
	heard  heard
	// started is when the pass began, and measured what it found out once it was applied.
	started  time.Time
	measured measured
}

// found is what a fetch brought: the refs of both remotes that matter to a track.
type found struct {
	upstream forks.Hash       // the tip of the followed branch, or the newest release
	releases []rebase.Release // oldest first, of a track that follows tags
	branch   forks.Hash       // zero if the fork has no such branch
	state    forks.Hash
	source   forks.Hash            // the state of the track whose stack this one carries
	others   map[string]forks.Hash // the states of the fork's other tracks, by name
	policy   forks.Hash            // the tip of the policy branch, zero if there is none
	pause    forks.Hash            // to what the ref points that pauses the fork, zero if there is none
	archives map[forks.Ref]forks.Hash
	pairs    map[forks.ProposalID]forks.Pair
}

// open prepares the remotes of a track.
func (s *Syncer) open(t forks.Track, o Options) (*visit, error) {
	up, err := s.Git.Remote(repo.Access{URL: t.Upstream, Transports: t.AllowTransports, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("upstream of %s: %w", t.Name, err)
	}
	var secret func() (string, error)
	if s.Secret != nil && t.Credential != "" {
		secret = s.Secret(t)
	}
	fork, err := s.Git.Remote(repo.Access{URL: t.URL, Transports: t.AllowTransports, Secret: secret})
	if err != nil {
		return nil, fmt.Errorf("fork of %s: %w", t.Name, err)
	}
	return &visit{Syncer: s, track: t, opts: o, up: up, fork: fork}, nil
}

// CachePath is the folder of the cache that holds an upstream: readable, and
// different for different URLs.
func CachePath(cacheDir, upstream string) string {
	sum := sha256.Sum256([]byte(upstream))
	name := upstream
	if u, err := url.Parse(upstream); err == nil {
		name = u.Path
	}
	name = strings.TrimSuffix(filepath.Base(name), ".git")
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, name)
	return filepath.Join(cacheDir, clean+"-"+hex.EncodeToString(sum[:4])+".git")
}

// at is where a fork's ref is kept in the cache: below refs/auxsync/<fork>/.
func (v *visit) at(rest string) string { return "refs/auxsync/" + v.track.Fork + "/" + rest }

// forkSpecs lists what is fetched from the fork.
func (v *visit) forkSpecs(branch bool) []repo.FetchSpec {
	t := v.track
	specs := []repo.FetchSpec{
		{From: "refs/auxsync/state/*", To: v.at("state/*")},
		{From: string(forks.ArchivePrefix(t.Name)) + "*", To: v.at("archive/" + t.Name + "/*")},
		{From: string(forks.ProposalPrefix(t.Name)) + "*", To: v.at("heads/auxsync/" + t.Name + "/*")},
		// One branch that may not exist, which git fetches as a pattern only. What else
		// the pattern finds, such as the branches of a track policy-x, comes to where that
		// track's own pass keeps it, and this one reads none of it.
		{From: string(forks.PolicyRef()) + "*", To: v.at("heads/" + forks.PolicyBranch + "*")},
		{From: string(forks.PauseRef) + "*", To: v.at("pause*")}, // in the same way
	}
	specs = append(specs, v.sourceSpecs()...)
	if branch {
		specs = append(specs, repo.FetchSpec{From: string(t.BranchRef()), To: v.at("heads/" + t.Branch)})
	}
	return specs
}

// fetchFork fetches the fork. A branch that does not exist is not an error here.
func (v *visit) fetchFork(ctx context.Context) error {
	err := v.fork.Fetch(ctx, v.local, v.forkSpecs(true), nil)
	var missing *repo.MissingRefError
	if errors.As(err, &missing) {
		v.found.branch = forks.Hash{}
		if err := v.fork.Fetch(ctx, v.local, v.forkSpecs(false), nil); err != nil {
			return fmt.Errorf("fetch the fork: %w", err)
		}
		return v.readFork(ctx, false)
	}
	if err != nil {
		return fmt.Errorf("fetch the fork: %w", err)
	}
	return v.readFork(ctx, true)
}

// readFork notes where the fork's refs are now.
func (v *visit) readFork(ctx context.Context, branch bool) error {
	refs, err := v.local.Refs(ctx, v.at(""))
	if err != nil {
		return err
	}
	v.found.branch = forks.Hash{}
	if branch {
		v.found.branch = refs[forks.Ref(v.at("heads/"+v.track.Branch))]
	}
	v.found.state = refs[forks.Ref(v.at("state/"+v.track.Name))]
	v.found.policy = refs[forks.Ref(v.at("heads/"+forks.PolicyBranch))]
	v.found.pause = refs[forks.Ref(v.at("pause"))]
	if v.track.StackFrom != "" {
		v.found.source = refs[forks.Ref(v.at("state/"+v.track.StackFrom))]
	}
	v.found.others = map[string]forks.Hash{}
	v.found.archives, v.found.pairs = map[forks.Ref]forks.Hash{}, map[forks.ProposalID]forks.Pair{}
	for ref, id := range refs {
		if name, ok := strings.CutPrefix(string(ref), v.at("state/")); ok && name != v.track.Name && forks.ValidTrackName(name) {
			v.found.others[name] = id
		}
		if rest, ok := strings.CutPrefix(string(ref), v.at("archive/"+v.track.Name+"/")); ok {
			v.found.archives[forks.ArchivePrefix(v.track.Name)+forks.Ref(rest)] = id
		}
		if rest, ok := strings.CutPrefix(string(ref), v.at("heads/auxsync/"+v.track.Name+"/")); ok {
			side, name, _ := strings.Cut(rest, "/")
			pair := v.found.pairs[forks.ProposalID(name)]
			switch side {
			case "onto":
				pair.Onto = id
			case "fix":
				pair.Fix = id
			default:
				continue
			}
			v.found.pairs[forks.ProposalID(name)] = pair
		}
	}
	return nil
}

// fetchUpstream fetches the branch or the tags that are followed.
func (v *visit) fetchUpstream(ctx context.Context) error {
	if pattern, tags := v.track.FollowsTags(); tags {
		return v.fetchReleases(ctx, pattern)
	}
	to := v.at("upstream/" + v.track.Follow)
	err := v.up.Fetch(ctx, v.local, []repo.FetchSpec{{From: string(v.track.FollowRef()), To: to}}, nil)
	var missing *repo.MissingRefError
	if errors.As(err, &missing) {
		return v.noSuchBranch(ctx, v.up, "upstream", v.track.Follow, "follow")
	}
	if err != nil {
		return fmt.Errorf("fetch upstream: %w", err)
	}
	refs, err := v.local.Refs(ctx, to)
	if err != nil {
		return err
	}
	v.found.upstream = refs[forks.Ref(to)]
	return nil
}

// noSuchBranch says which branches a remote has instead.
func (v *visit) noSuchBranch(ctx context.Context, r Remote, what, branch, key string) error {
	refs, err := r.List(ctx, "refs/heads/")
	if err != nil {
		return err
	}
	if len(refs) == 0 {
		return forks.AskPerson("push a first commit to it, or correct the URL", "%s %s is empty", what, r.URL())
	}
	next := "correct `" + key + "` of track " + v.track.Name
	switch {
	case key == "follow" && v.track.Pattern != "":
		next = "nothing, if upstream has ended it: its track goes from here in a while, and the fork stays as it is; else give it a track of its own in the config"
	case key == "branch":
		next += ", or make the branch where upstream is now: auxsync adopt --create " + v.track.Name
	}
	return forks.AskPerson(next, "%s %s has no branch %s (it has %s)", what, r.URL(), branch, someNames(refs, "refs/heads/"))
}

// fetch brings both remotes up to date, the fork first: a tip of upstream that the
// fork contains is then always known.
func (v *visit) fetch(ctx context.Context) error {
	v.opts.say("fetching the fork " + v.fork.URL())
	if err := v.fetchFork(ctx); err != nil {
		return err
	}
	v.opts.say("fetching upstream " + v.up.URL())
	if err := v.fetchUpstream(ctx); err != nil {
		return err
	}
	v.Log.Debug("fetched", zap.String("fork", v.track.Fork), zap.String("track", v.track.Name),
		zap.Stringer("upstream", v.found.upstream), zap.Stringer("branch", v.found.branch))
	return nil
}

// after is what a fetch would find once updates have arrived and nobody else has
// moved anything.
func (f found) after(t forks.Track, updates []forks.RefUpdate) found {
	f.archives, f.pairs = maps.Clone(f.archives), maps.Clone(f.pairs)
	for _, u := range updates {
		switch {
		case u.Ref == t.BranchRef():
			f.branch = u.New
		case u.Ref == t.StateRef():
			f.state = u.New
		case strings.HasPrefix(string(u.Ref), string(forks.ArchivePrefix(t.Name))):
			set(f.archives, u.Ref, u.New)
		default:
			f.move(t, u)
		}
	}
	return f
}

// move moves a branch of a proposal.
func (f found) move(t forks.Track, u forks.RefUpdate) {
	side, name, _ := strings.Cut(strings.TrimPrefix(string(u.Ref), string(forks.ProposalPrefix(t.Name))), "/")
	id := forks.ProposalID(name)
	pair := f.pairs[id]
	if side == "onto" {
		pair.Onto = u.New
	} else {
		pair.Fix = u.New
	}
	set(f.pairs, id, pair)
}

// set stores a value, or removes the key where the value is zero.
func set[K, V comparable](m map[K]V, key K, value V) {
	var zero V
	if value == zero {
		delete(m, key)
		return
	}
	m[key] = value
}

// fingerprint identifies everything that a pass depends on, without reading an
// object: the refs and the track's configuration.
func (f found) fingerprint(t forks.Track) string {
	h := sha256.New()
	fmt.Fprintln(h, "5", t.Upstream, t.URL, t.Follow, t.Branch, t.History, t.PublishEvery, t.HoldFor, t.MaxLag, t.SecurityHoldFor, t.SecurityPattern, t.StackFrom, t.Forge, t.References, t.Limits, t.Quiet.Ranges)
	fmt.Fprintln(h, f.upstream, f.branch, f.state, f.source, f.policy, f.pause, f.releases)
	for _, ref := range slices.Sorted(maps.Keys(f.archives)) {
		fmt.Fprintln(h, ref, f.archives[ref])
	}
	for _, id := range slices.Sorted(maps.Keys(f.pairs)) {
		fmt.Fprintln(h, id, f.pairs[id])
	}
	return hex.EncodeToString(h.Sum(nil))
}
