package forks

import (
	"strings"
	"time"
)

// HoldTrailer names the trailer by which the message of a patch says how long its
// conflicts hold the branch back.
const HoldTrailer = "Auxsync-Hold"

// maxTrailers bounds how much of a message is looked through for trailers, in bytes.
const maxTrailers = 16 << 10

// HoldOf reads how long the conflicts of a patch hold the branch back, as its own
// message says: by the last trailer [HoldTrailer] of it, such as "Auxsync-Hold: 7d" or
// "Auxsync-Hold: never". The message is anybody's: what is no such time says nothing.
func HoldOf(message string) (d time.Duration, says bool) {
	if len(message) > maxTrailers {
		message = message[len(message)-maxTrailers:]
	}
	message = strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n"))
	at := strings.LastIndex(message, "\n\n")
	if at < 0 {
		return 0, false // a subject alone
	}
	for line := range strings.SplitSeq(message[at+2:], "\n") {
		key, value, found := strings.Cut(line, ":")
		if !found || !strings.EqualFold(key, HoldTrailer) {
			continue
		}
		if span, err := parseHold(strings.TrimSpace(value)); err == nil {
			d, says = span, true
		}
	}
	return d, says
}
