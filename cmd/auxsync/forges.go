package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/systemd"
)

// forges keeps the client of each fork whose conflicts are shown on GitHub. It is safe
// for concurrent use.
type forges struct {
	*session

	mu      sync.Mutex
	clients map[string]client // by fork
	limits  map[account]*github.Limits
}

// client is a connection, with what it was made from.
type client struct {
	from  forks.Track
	forge *github.Forge
}

// account is who auxsync is on a forge: its limits count for all forks together.
type account struct {
	api, credential string
	app             int64
}

func newForges(s *session) *forges {
	return &forges{session: s, clients: map[string]client{}, limits: map[account]*github.Limits{}}
}

// github returns the client of a track's fork; nil where its conflicts are branches
// alone. A config that changed gets a new one.
func (f *forges) github(t forks.Track) (*github.Forge, error) {
	if t.Forge != forks.ForgeGitHub {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if c, ok := f.clients[t.Fork]; ok && c.from.Credential == t.Credential && sameForge(c.from.GitHub, t.GitHub) {
		return c.forge, nil
	}
	g := t.GitHub
	config := github.Config{API: g.API, Owner: g.Owner, Repo: g.Repo, Upstream: g.UpstreamRepo, Limits: f.limitsOf(t), Clock: f.clock, Log: f.log}
	if f.store != nil {
		config.Cache = answers{f.store.ForgeCache(t.Fork), f.log}
	}
	read := func() (forks.Secret, error) {
		text, err := f.credential(t.Fork, t.Credential)
		return forks.NewSecret(text), err
	}
	if g.AppID == 0 {
		config.Auth.Token = read
	} else {
		config.Auth.App = &github.App{ID: g.AppID, Installation: g.InstallationID, Key: read}
	}
	forge, err := github.New(config)
	if err != nil {
		return nil, err
	}
	f.clients[t.Fork] = client{t, forge}
	return forge, nil
}

// limitsOf returns the limits of a fork's account: forks with one credential share
// them, and a config that changed does not forget them. The caller holds mu.
func (f *forges) limitsOf(t forks.Track) *github.Limits {
	who := account{t.GitHub.API, t.Credential, t.GitHub.AppID}
	if f.limits[who] == nil {
		var pace github.Pace
		if strings.HasPrefix(t.GitHub.API, "http://") {
			pace.Every = time.Millisecond // a service of this machine; the limits of a minute and an hour stay
		}
		f.limits[who] = github.NewLimits(f.clock, pace)
	}
	return f.limits[who]
}

// answers keeps a forge's answers in the database. One that cannot be kept is asked for
// again.
type answers struct {
	store.ForgeCache
	log *zap.Logger
}

// Put implements [github.Cache].
func (a answers) Put(ctx context.Context, key, etag string, body []byte) {
	if err := a.ForgeCache.Put(ctx, key, etag, body); err != nil && ctx.Err() == nil {
		a.log.Debug("an answer of the forge is not kept", zap.Error(err))
	}
}

// sameForge reports whether two configs reach the same repository as the same one.
func sameForge(a, b forks.GitHub) bool {
	return a.API == b.API && a.Owner == b.Owner && a.Repo == b.Repo && a.UpstreamRepo == b.UpstreamRepo &&
		a.AppID == b.AppID && a.InstallationID == b.InstallationID
}

// of is [syncer.Config.Forge].
func (f *forges) of(t forks.Track) (pulls.Forge, error) {
	forge, err := f.github(t)
	if forge == nil || err != nil {
		return nil, err
	}
	return forge, nil
}

// credential reads a file or a credential of the unit anew.
func (a *app) credential(fork, name string) (string, error) {
	s, err := systemd.ReadCredential(name, a.env)
	if err != nil {
		return "", forks.AskPerson("put it there, and try it with `auxsync check`", "credential of fork %s: %w", fork, err)
	}
	return s, nil
}

// tokenTime is how long an App's token for a fetch or a push may take to come.
const tokenTime = time.Minute

// secret returns what a track's fork is fetched and pushed with, read anew at each
// use: the token, or one that GitHub gives the App for an hour.
func (f *forges) secret(t forks.Track) func() (string, error) {
	return func() (string, error) {
		forge, err := f.github(t)
		if err != nil {
			return "", err
		}
		if forge == nil {
			return f.credential(t.Fork, t.Credential)
		}
		ctx, cancel := context.WithTimeout(context.Background(), tokenTime)
		defer cancel()
		token, err := forge.GitToken(ctx)
		return token.Reveal(), err
	}
}

// attend brings a fork's pull requests up to date, and says which of its tracks are
// to have a pass now. What keeps the forge from being used keeps no pass from being
// made: it is told once, and tried again.
func (f *forges) attend(ctx context.Context, t forks.Track, say func(forks.Progress)) []string {
	if t.Forge != forks.ForgeGitHub || f.store == nil {
		return nil
	}
	all, _ := f.catalog.tracks()
	var tracks []forks.Track
	for _, other := range all {
		if other.Fork == t.Fork {
			tracks = append(tracks, other)
		}
	}
	if f.catalog.policyUnknown(t.Fork) { // a new database: who is away would be asked
		if err := f.takeIn(ctx, t); err != nil {
			f.log.Warn("the policy cannot be read before the look at the forge", zap.String("fork", t.Fork), zap.Error(err))
		}
	}
	out, err := f.syncer.Attend(ctx, tracks, syncer.AttendOptions{Say: say, Describe: f.describe(ctx)})
	if ctx.Err() == nil {
		f.told(ctx, t, err)
	}
	if at := backAt(out, err, f.clock.Now()); f.back != nil && !at.IsZero() {
		f.back(t.Fork, at)
	}
	return out.Due
}

// backAt is when a forge is to be looked at again at the latest, after a look; zero if
// that may be any time. What may be tried again at once is for the next look, whenever
// that is.
func backAt(out syncer.Attended, err error, now time.Time) (at time.Time) {
	times := []time.Time{out.Waits, out.Next}
	if p := (*forks.Problem)(nil); errors.As(err, &p) && p.Kind == forks.Retry {
		times = append(times, p.NotBefore)
	}
	for _, one := range times {
		if one.After(now) && (at.IsZero() || one.Before(at)) {
			at = one
		}
	}
	return at
}

// health is how the looks at the forge of a track's fork go: in the database it is
// that of a track without a name. The zero value is that of a fork without pages.
func (f *forges) health(ctx context.Context, t forks.Track) (forks.Health, error) {
	if t.Forge != forks.ForgeGitHub {
		return forks.Health{}, nil
	}
	return f.store.Health(ctx, t.Fork, "")
}

// told books how a look at a fork's forge ended, and tells when the forge ceases to
// answer and when it answers again.
func (f *forges) told(ctx context.Context, t forks.Track, err error) {
	health, failed := f.health(ctx, t)
	was, now := health.Failing(), f.clock.Now()
	switch {
	case failed != nil:
	case err != nil:
		failed = f.store.SetHealth(ctx, t.Fork, "", health.Bad(now, forks.Clip(err.Error(), maxTold)))
	case was:
		failed = f.store.SetHealth(ctx, t.Fork, "", health.Good(now))
	}
	if failed != nil {
		f.log.Error("how the forge fares could not be written down", zap.String("fork", t.Fork), zap.Error(failed))
	}
	switch {
	case err != nil && !was && forks.KindOf(err) == forks.Retry:
		f.tell(zapcore.WarnLevel, t, "the pull requests cannot be used now, tried again; fetching and rebasing go on: "+err.Error())
	case err != nil && !was:
		f.tell(zapcore.ErrorLevel, t, "the pull requests cannot be used; fetching and rebasing go on: "+err.Error())
	case err == nil && was:
		f.tell(zapcore.InfoLevel, t, "the pull requests can be used again")
	}
}

// maxTold is how much of an error is written down, in bytes.
const maxTold = 2000

// tell writes an event of a fork's forge into the history and the log.
func (f *forges) tell(level zapcore.Level, t forks.Track, text string) {
	f.log.Log(level, forks.Inert(text), zap.String("fork", t.Fork), zap.String("event", "forge"))
	if err := f.store.AddEvent(context.Background(), forks.Event{Fork: t.Fork, Kind: "forge", Text: text}); err != nil {
		f.log.Error("an event could not be written down", zap.Error(err))
	}
}

// describe says what the dashboard shows of a track beside its state.
func (f *forges) describe(ctx context.Context) func(forks.Track) pulls.DashboardTrack {
	return func(t forks.Track) pulls.DashboardTrack {
		d := pulls.DashboardTrack{Track: t.Name, Branch: t.Branch, Follow: t.Follow, Condition: "not adopted yet"}
		health, err := f.store.Health(ctx, t.Fork, t.Name)
		if err != nil {
			d.Condition = "not known"
			return d
		}
		if health.Condition != "" {
			d.Condition = string(health.Condition)
		}
		passes, err := f.store.Passes(ctx, t.Fork, t.Name, 100)
		if err != nil {
			return d
		}
		for _, p := range passes {
			if d.Behind == nil && !p.UpstreamTip.IsZero() {
				d.Behind = &p.Behind
			}
			if d.LastPublished.IsZero() && p.Outcome == forks.PassPublished {
				d.LastPublished = p.Started
			}
		}
		return d
	}
}

// inspect looks at what a fork's forge must permit, for `auxsync check --online`.
func (f *forges) inspect(ctx context.Context, t forks.Track, tracks []forks.Track) ([]syncer.Finding, error) {
	forge, err := f.github(t)
	if err != nil {
		return []syncer.Finding{{What: "GitHub", Problem: err.Error(), Breaks: "conflicts cannot be shown"}}, nil
	}
	if forge == nil {
		return nil, nil
	}
	logins, left := whoIsAsked(t, f.catalog.policy(t.Fork).Roster())
	what := github.Inspection{Logins: logins, Labels: syncer.Labels()}
	for _, other := range tracks {
		if other.Fork == t.Fork {
			what.Branches = append(what.Branches, other.Branch)
		}
	}
	checks, err := forge.Inspect(ctx, what)
	if err != nil {
		return nil, err
	}
	var list []syncer.Finding
	for _, c := range checks {
		finding := syncer.Finding{What: c.What, Problem: c.Problem, Breaks: c.Breaks, Next: c.Next}
		if c.Breaks == "" && c.Problem != "" { // it is only told
			finding = syncer.Finding{What: c.What + ": " + c.Problem}
			if c.Next != "" {
				finding.What += "; " + c.Next
			}
		}
		list = append(list, finding)
	}
	if left > 0 {
		list = append(list, syncer.Finding{What: fmt.Sprintf("%d more people and teams of the policy: not looked at", left)})
	}
	return list, nil
}

// mostInspected bounds how many people a check asks the forge about: who may push to the
// fork writes its policy, and each person takes some requests.
const mostInspected = 200

// whoIsAsked lists everybody whom config or policy would have asked, each once, and how
// many are left out.
func whoIsAsked(t forks.Track, r forks.Roster) (names []string, left int) {
	for _, name := range slices.Concat(t.GitHub.Ask, r.Everybody()) {
		if !slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(name, other) }) {
			names = append(names, name)
		}
	}
	most := min(len(names), mostInspected)
	return names[:most], len(names) - most
}
