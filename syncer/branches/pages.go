package branches

import (
	"context"

	"github.com/auxolotl/auxsync/forks"
)

// What stands on a page cannot be on plain git, and is refused each time.

// noPages refuses what needs a page.
func noPages(doing string) error {
	return refused(doing, "plain git has branches, and no pages")
}

// Edit is refused.
func (f *Forge) Edit(context.Context, int64, forks.Pull, forks.PullText) error {
	return noPages("write a text")
}

// Stage is refused.
func (f *Forge) Stage(context.Context, int64, forks.Pull, bool) error {
	return noPages("say whether it is a draft")
}

// Label is refused.
func (f *Forge) Label(context.Context, int64, forks.Pull, []string, []string) error {
	return noPages("set labels")
}

// Ask is refused.
func (f *Forge) Ask(context.Context, int64, forks.Pull, forks.People, forks.People) (forks.People, error) {
	return forks.People{}, noPages("ask people")
}

// Status is refused.
func (f *Forge) Status(context.Context, int64, forks.Hash, forks.StatusState, string) error {
	return noPages("set a status")
}

// Suggest is refused.
func (f *Forge) Suggest(context.Context, int64, forks.Pull, forks.SuggestedReview) error {
	return noPages("write a review")
}

// Comment is refused.
func (f *Forge) Comment(context.Context, int64, forks.Pull, int64, string) (int64, error) {
	return 0, noPages("write a comment")
}

// React is refused.
func (f *Forge) React(context.Context, int64, int64, forks.Reaction) error {
	return noPages("react to a comment")
}
