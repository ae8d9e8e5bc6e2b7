package pulls

import "fmt"

// PullFixMessage is [FixMessage] where a pull request tells what the conflict file
// tells on plain git.
func PullFixMessage(n Note) string {
	return fmt.Sprintf(`Conflict %s: %s

This patch of the fork conflicts with upstream's commit %s.
The pull request of this branch says where, and how to settle it.
`, n.ID, quiet(n.Subject, 60), n.Conflict.Cause)
}
