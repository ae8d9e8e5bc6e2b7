package forks

import (
	"fmt"
	"strings"
	"time"
)

// The keys that say how long conflicts hold a branch back.
const (
	keyHoldFor         = "hold_for"
	keyMaxLag          = "max_lag"
	keySecurityHoldFor = "security_hold_for"
)

// never is how config files and the trailer of a patch write [Never].
const never = "never"

// maxHold bounds how long a branch may be held back, if not for ever: longer than
// anybody remembers a deadline is most likely a typing mistake.
const maxHold = 90 * day

// holdTimes are the times in effect for which conflicts hold a branch back.
type holdTimes struct{ hold, lag, security parsed[time.Duration] }

func builtinHold() holdTimes {
	return holdTimes{
		hold:     parsed[time.Duration]{text{"72h", 0, fromDefault}, 3 * day},
		lag:      parsed[time.Duration]{text{"96h", 0, fromDefault}, 4 * day},
		security: parsed[time.Duration]{text{"0s", 0, fromDefault}, 0},
	}
}

// holdTimes reads what t says of them; the rest is as above it.
func (r *configReader) holdTimes(t *tomlTable, path keyPath, above holdTimes) holdTimes {
	return holdTimes{
		hold:     r.holdTime(t, path, keyHoldFor, above.hold),
		lag:      r.holdTime(t, path, keyMaxLag, above.lag),
		security: r.holdTime(t, path, keySecurityHoldFor, above.security),
	}
}

// holdTime reads a length of time, or "never".
func (r *configReader) holdTime(t *tomlTable, path keyPath, key string, or parsed[time.Duration]) parsed[time.Duration] {
	written, ok := r.text(t, path, key)
	if !ok || written.line == 0 {
		return or
	}
	d, err := parseHold(written.value)
	if err != nil {
		r.problems.add(written.line, path.child(key), "%v", err)
	}
	return parsed[time.Duration]{written, d}
}

// parseHold reads how long something is held, at most.
func parseHold(s string) (time.Duration, error) {
	if s == never {
		return Never, nil
	}
	d, err := parseSpan(s)
	switch {
	case err != nil && strings.HasSuffix(err.Error(), "too long"):
		return 0, fmt.Errorf("%w; write \"never\" if that is meant", err)
	case err != nil:
		return 0, fmt.Errorf(`%q is no length of time; write one such as 30m, 24h, 7d or "never"`, s)
	case d > maxHold:
		return 0, fmt.Errorf(`%q must be from 0s to %s, or "never"`, s, Span(maxHold))
	}
	return d, nil
}

func (h holdTimes) show(r *configReader, path keyPath) {
	r.show(path.child(keyHoldFor), h.hold.text)
	r.show(path.child(keyMaxLag), h.lag.text)
	r.show(path.child(keySecurityHoldFor), h.security.text)
}

// set has a track hold as h says.
func (h holdTimes) set(t *Track) {
	t.HoldFor, t.MaxLag, t.SecurityHoldFor = h.hold.value, h.lag.value, h.security.value
}
