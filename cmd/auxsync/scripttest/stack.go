package scripttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// known finds a patch of the state on the fork by its subject, in the stack first.
func known(t tb, subject string) forks.Patch {
	s := state(t)
	for _, patch := range slices.Concat(s.Patches, s.Ended) {
		if patch.Subject == literal(t, subject) {
			return patch
		}
	}
	t.Fatalf("the fork's state has no patch %q", subject)
	return forks.Patch{}
}

// patch sets a variable to the id of a patch.
func patch(t tb, args []string) { t.Setenv(args[1], string(known(t, args[0]).ID)) }

// owed compares whom or what the ledger names for a patch.
func owed(t tb, args []string) (bool, string) {
	var ledger strings.Builder
	for _, row := range state(t).Ledger {
		if row.Subject == args[0] && row.By == args[1] {
			return true, fmt.Sprintf("the ledger says that %q is owed to %s", args[0], args[1])
		}
		fmt.Fprintf(&ledger, "  %q %s %s by %q: %s\n", row.Subject, row.Ahead, row.Published, row.By, row.Reason)
	}
	return false, fmt.Sprintf("the ledger has no row of %q by %s; it has\n%s", args[0], args[1], ledger.String())
}

// open counts the conflicts that people are asked about.
func open(t tb, args []string) {
	var live []string
	for _, p := range state(t).Proposals {
		if p.Status.Live() {
			live = append(live, fmt.Sprintf("%s of %s, %s", p.ID, p.Patch, p.Status))
		}
	}
	if want, err := strconv.Atoi(args[0]); err != nil || len(live) != want {
		t.Fatalf("%d conflicts are open, want %s: %q", len(live), args[0], live)
	}
}

// asked reports whether a decision about a patch is asked for.
func asked(t tb, args []string) (bool, string) {
	id := known(t, args[0]).ID
	for _, d := range state(t).Decisions {
		if d.Patch == id {
			return true, fmt.Sprintf("it is asked: %s", d.Question)
		}
	}
	return false, fmt.Sprintf("nothing is asked about %s", id)
}

// reachable reports whether a commit is reachable from a ref of a repository.
func reachable(t tb, args []string) (bool, string) {
	refs := strings.Fields(repository(t, args[0]).Git(t, "for-each-ref", "--contains", args[1], "--format=%(refname)"))
	return len(refs) > 0, fmt.Sprintf("%s is reachable from %q", args[1], refs)
}

// literal reads a word that begins with a double quote as a Go string, for
// characters that a script cannot hold.
func literal(t tb, word string) string {
	if !strings.HasPrefix(word, `"`) {
		return word
	}
	text, err := strconv.Unquote(word)
	t.Check(err)
	return text
}

func literals(t tb, words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = literal(t, word)
	}
	return out
}
