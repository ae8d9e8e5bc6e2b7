package syncer

import (
	"context"
	"fmt"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// Store is the index and history that passes write. Everything in it can be
// derived from the fork's refs, except intents, events and measured times.
type Store interface {
	// Index records a state commit, once; it must be durable on return.
	Index(ctx context.Context, fork, track string, stateCommit forks.Hash, state forks.State) error
	// Indexed reports whether a state commit is recorded.
	Indexed(ctx context.Context, fork, track string, stateCommit forks.Hash) (bool, error)
	// Newest returns the state commit that was indexed last, zero if there is none.
	Newest(ctx context.Context, fork, track string) (forks.Hash, error)
	// RecordPass adds a run of a pass.
	RecordPass(ctx context.Context, pass forks.PassRecord) (int64, error)
	// OpenIntent must be durable on return: the effect follows at once.
	OpenIntent(ctx context.Context, intent forks.Intent) (int64, error)
	// SettleIntent says what became of an intent.
	SettleIntent(ctx context.Context, id int64, status forks.IntentStatus, note string) error
	// OpenIntents lists a track's intents whose end is not known, oldest first.
	OpenIntents(ctx context.Context, fork, track string) ([]forks.Intent, error)
	// AddEvent adds to the history that people read.
	AddEvent(ctx context.Context, event forks.Event) error
	// Fingerprint returns what SetFingerprint stored last, "" at first.
	Fingerprint(ctx context.Context, fork, track string) (string, error)
	// SetFingerprint stores what the last complete pass saw.
	SetFingerprint(ctx context.Context, fork, track, fingerprint string) error
	// Requests lists what people asked of a track and no pass has taken, oldest first.
	Requests(ctx context.Context, fork, track string) ([]forks.Request, error)
	// TakeRequest notes which pass took a request, and in a sentence what came of it.
	TakeRequest(ctx context.Context, id int64, pass int, result string) error
	// PullRecords returns what is remembered of a track's pull requests.
	PullRecords(ctx context.Context, fork, track string) (map[forks.ProposalID]forks.PullRecord, error)
}

// Config is what a Syncer works with.
type Config struct {
	Git      Git
	Store    Store // nil in a dry run without a state directory
	CacheDir string
	Clock    clockwork.Clock
	Log      *zap.Logger
	// Secret returns the credential of a track's fork, read anew at each use; nil
	// if it has none.
	Secret func(forks.Track) func() (string, error)
	// Forge returns the forge of a track's fork, with its pages; nil if it has none.
	Forge func(forks.Track) (pulls.Forge, error)
	// Forges remembers what was written there. Required with Forge.
	Forges ForgeStore
	// Roster returns what a fork's policy says of people; nil knows of nothing.
	Roster func(fork string) forks.Roster
	// Tracks names the tracks of a fork that are kept now: what others left on it counts
	// for nothing, and asks nobody. nil knows all that have a state there.
	Tracks func(fork string) []string
	// Reads reports whether a file's content is well-formed, where known says that this
	// can be told; nil knows of no file.
	Reads func(path forks.Path, content []byte) (ok, known bool)
	// Workers is how many passes replay patches at the same time; 0 means one. Any
	// number may wait for a remote meanwhile.
	Workers int
	// Writer is this state directory: it stands in each state that it writes, and
	// another one's newer state stops the track. Zero looks at no writer.
	Writer forks.Writer
	// Mergers returns the engine that a track's `merger` names, over the objects of one
	// pass; nil has the two that there are. Tests put others in their place.
	Mergers func(name string, q Quarantine) rebase.Merger
	// Barrier, if set, is called between the fetch and the push of a pass: tests
	// and the demo let a person push there.
	Barrier func() error
}

// Syncer makes passes. Its process holds the state directory's lock, except for
// Plan, Read and their like, which need none. It is safe for concurrent use, but a
// fork is given to one pass at a time by the caller.
type Syncer struct {
	Config
	work   chan struct{} // holds as many tokens as passes may replay patches
	retold retold
	lists  *maintainers.Cache
	// confirmed has what the cross-checks of earlier passes found.
	confirmed prove.Confirmed
}

// New returns a Syncer.
func New(c Config) *Syncer {
	return &Syncer{Config: c, work: make(chan struct{}, max(1, c.Workers)), retold: newRetold(mostRetold), lists: maintainers.NewCache()}
}

// worker waits until one more pass may use the processor; release gives it back.
func (s *Syncer) worker(ctx context.Context, o Options) (release func(), err error) {
	release = func() { <-s.work }
	select {
	case s.work <- struct{}{}:
		return release, nil
	default:
	}
	o.say("waiting for the pass of another track")
	select {
	case s.work <- struct{}{}:
		return release, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the pass of another track: %w", context.Cause(ctx))
	}
}

// Options are the wishes of whoever asks for a pass.
type Options struct {
	Who          string // recorded as the one who adopted or decided
	AcceptFolded bool   // adopt although more than a fifth of the commits is folded
	// Due leaves the base where it is until publish_every has passed, unless a person
	// pushed or answered. A pass that a person asks for publishes at once.
	Due bool
	// Create makes the fork's branch at upstream's tip, if adoption finds none.
	Create bool
	// Retarget says that the change of upstream in the config is meant.
	Retarget bool
	// RenamedFrom is the name that a track had before, for an adoption that takes over
	// what is on record of it.
	RenamedFrom string
	// TakeOver goes on although another state directory wrote the newest state.
	TakeOver bool
	// Learn is a range A..B of the fork's history whose merges show what people decided;
	// "" learns nothing.
	Learn string
	// Say is told what happens next, and how far it has come; nil says nothing. It
	// may be called from several goroutines.
	Say func(forks.Progress)
}

// Outcome is what a pass did.
type Outcome struct {
	Plan forks.Plan
	// Quiet: nothing had moved since the last pass; Plan is empty.
	Quiet bool
	// Written: something was pushed, with the state commit State.
	Written bool
	State   forks.Hash
	// Next is when time alone makes the next pass due: people are reminded, a deadline is
	// over, or something may be asked; zero if it does not.
	Next time.Time
	// Wakes names the fork's other tracks that have waited for what this pass wrote.
	Wakes []string
	// Retried counts how often somebody else was faster.
	Retried int
	// Taken has what people asked for and this pass took, with what came of it.
	Taken []forks.RequestRecord
	// Own is the number of the fork's commits that are not merges, Folded how many
	// of them were folded; at first contact only.
	Own, Folded int
	// Learned is what the range of [Options.Learn] taught; nil without one.
	Learned *Learned
	Took    time.Duration
}

// attempts is how often a pass begins again after somebody else was faster.
const attempts = 5

func (o Options) say(text string) {
	if o.Say != nil {
		o.Say(forks.Progress{Doing: text})
	}
}
