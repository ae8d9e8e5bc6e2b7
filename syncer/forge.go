package syncer

import (
	"context"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// ForgeStore is what is remembered of forges, and of what people ask for on them.
type ForgeStore interface {
	// AddRequest stores what a person asked for, durably, and reports whether it is
	// new: one source asks once.
	AddRequest(ctx context.Context, r forks.Request) (added bool, err error)
	// RecentRequests returns what people asked for of a fork's tracks, with what came of
	// it, the newest first, limit at most.
	RecentRequests(ctx context.Context, fork string, limit int) ([]forks.RequestRecord, error)
	// PullRecords returns what is remembered of a track's pull requests.
	PullRecords(ctx context.Context, fork, track string) (map[forks.ProposalID]forks.PullRecord, error)
	// SetPullRecord remembers one, durably.
	SetPullRecord(ctx context.Context, fork, track string, id forks.ProposalID, r forks.PullRecord) error
	// DashboardRecord returns what is remembered of a fork's dashboard.
	DashboardRecord(ctx context.Context, fork string) (forks.PullRecord, error)
	// SetDashboardRecord remembers it, durably.
	SetDashboardRecord(ctx context.Context, fork string, r forks.PullRecord) error
	// OpenIntent must be durable on return. An effect on the dashboard has no track.
	OpenIntent(ctx context.Context, intent forks.Intent) (int64, error)
	// SettleIntent says what became of an intent.
	SettleIntent(ctx context.Context, id int64, status forks.IntentStatus, note string) error
	// OpenForgeIntents lists a fork's intents on its forge whose end is not known,
	// oldest first.
	OpenForgeIntents(ctx context.Context, fork string) ([]forks.Intent, error)
	// ForgeNotBefore returns until when the forge wants to be left alone, and why; zero
	// if it does not.
	ForgeNotBefore(ctx context.Context, fork string) (time.Time, string, error)
	// SetForgeNotBefore remembers that.
	SetForgeNotBefore(ctx context.Context, fork string, until time.Time, why string) error
	// Waiting returns the conflicts of every fork whose pull requests are open, with whom
	// each waits.
	Waiting(ctx context.Context) ([]forks.WaitingWith, error)
	// AddEvent adds to the history that people read.
	AddEvent(ctx context.Context, event forks.Event) error
}
