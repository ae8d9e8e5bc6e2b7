package rebase

import (
	"bytes"
	"regexp"
)

// resolvedIn is the trailer that names the proposal of a resolution. A pull request of
// the fork may be referred to in it.
var resolvedIn = regexp.MustCompile(`(?m)^Auxsync-Resolved-In: c[0-9a-f]{10}(?: \(#[0-9]+\))?$`)

// written is a message as it is written anew: through [Input].Message, but for
// trailers of auxsync's own that name a proposal.
func (p *Planner) written(message []byte) []byte {
	if p.message == nil {
		return message
	}
	var out bytes.Buffer
	done := 0
	for _, at := range resolvedIn.FindAllIndex(message, -1) {
		out.Write(p.message(message[done:at[0]]))
		out.Write(message[at[0]:at[1]])
		done = at[1]
	}
	out.Write(p.message(message[done:]))
	return out.Bytes()
}
