package syncer

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// hasPages reports whether a fork's conflicts are shown as pull requests.
func hasPages(t forks.Track) bool { return t.Forge == forks.ForgeGitHub }

// pings lists a fork's own patches whose messages would notify people or write links
// on other pages each time that they are pushed, where nobody has decided about that.
func pings(t forks.Track, r *rebase.Result) []forks.Ping {
	if !hasPages(t) || t.References != "" {
		return nil
	}
	var list []forks.Ping
	for _, patch := range r.Plan.State.Patches {
		_, _, message := r.Describe(patch.ID)
		if texts := pulls.Pings(message); len(texts) > 0 {
			list = append(list, forks.Ping{Patch: patch.ID, Commit: patch.Commit, Subject: patch.Subject, Texts: texts})
		}
	}
	return list
}

// pingsNamed limits how many patches an error names, and how much of each.
const pingsNamed = 10

// undecided is the error of an adoption for which somebody has to say what becomes of
// messages that notify.
func undecided(t forks.Track, list []forks.Ping) error {
	if len(list) == 0 {
		return nil
	}
	var named []string
	for i, p := range list {
		if i == pingsNamed {
			named = append(named, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		named = append(named, fmt.Sprintf("%s %s (%s)", p.Commit.Short(), forks.Clip(forks.Inert(p.Subject), 60),
			forks.Clip(forks.Inert(strings.Join(p.Texts, ", ")), 80)))
	}
	return forks.AskPerson(fmt.Sprintf(`set references = "keep" or references = "defuse" for the fork %s; with "defuse" they no longer do so in what auxsync writes anew`, t.Fork),
		"the messages of %d of the fork's patches would notify people or write links on other pages with every publication: %s", len(list), strings.Join(named, "; "))
}
