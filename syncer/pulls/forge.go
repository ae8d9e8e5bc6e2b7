package pulls

import (
	"context"

	"github.com/auxolotl/auxsync/forks"
)

// Forge is where proposals live. It is implemented by package branches on plain git,
// and by package github. One forge serves one fork.
//
// Every effect is announced by an intent, whose id goes along for the log. The errors
// of an effect say what is known:
//
//   - nil: it was done, or stands as if it had been;
//   - [forks.UnknownOutcomeError]: it may have been done; look before trying again;
//   - [forks.ForgeRefusedError]: nothing was done, and the same again would be refused;
//   - [forks.PacedError]: nothing was done, and nothing is written before its Until;
//     the forge may be read meanwhile;
//   - [forks.LaterError]: nothing was done, and only this effect has to wait;
//   - [forks.Problem] of kind Retry: nothing was done, and nothing may be tried before
//     its NotBefore; of kind NeedsPerson: a right or a setting is missing.
//
// Effects repeat themselves without harm where the doc of a method says so.
type Forge interface {
	// Traits says what the forge can show; it never changes.
	Traits() forks.ForgeTraits
	// Look returns what the forge shows. Nothing is changed by it.
	Look(ctx context.Context, q forks.PullQuestion) (forks.SeenPulls, error)
	// Standing says what an account may do, which others named. Where its id is known, it
	// is found by that, whatever it is called now. A team, as org/slug, exists and is
	// assignable if a review can be asked of it.
	Standing(ctx context.Context, who forks.Account) (forks.Standing, error)

	// Open opens a draft pull request from fix to onto, or an issue where o.ID is
	// empty. One that is open already is returned as it is.
	Open(ctx context.Context, intent int64, o forks.Opening) (forks.Pull, error)
	// Edit writes title and body. Repeats itself without harm.
	Edit(ctx context.Context, intent int64, p forks.Pull, text forks.PullText) error
	// Stage makes it ready for review, or a draft. Repeats itself without harm.
	Stage(ctx context.Context, intent int64, p forks.Pull, ready bool) error
	// Label adds and removes labels. Repeats itself without harm.
	Label(ctx context.Context, intent int64, p forks.Pull, add, remove []string) error
	// Ask assigns and asks for reviews, and takes both back. It returns who of add
	// stands there now: people whom the forge does not take are left out, and one of
	// them loses none of the others. Repeats itself without harm.
	Ask(ctx context.Context, intent int64, p forks.Pull, add, remove forks.People) (forks.People, error)
	// Status sets the status [forks.StatusContext] of a commit. Repeats itself without
	// harm.
	Status(ctx context.Context, intent int64, commit forks.Hash, state forks.StatusState, text string) error
	// Suggest writes a review.
	Suggest(ctx context.Context, intent int64, p forks.Pull, r forks.SuggestedReview) error
	// Comment writes a comment, or edits the one with the given id if it is not 0. It
	// returns the id.
	Comment(ctx context.Context, intent int64, p forks.Pull, id int64, body string) (int64, error)
	// React acknowledges a comment. Repeats itself without harm.
	React(ctx context.Context, intent int64, comment int64, r forks.Reaction) error
	// End merges, closes, or opens again. What has ended so already, or is open, is done.
	End(ctx context.Context, intent int64, p forks.Pull, e forks.Ending) error
}
