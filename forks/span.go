package forks

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Span writes a length of time as config files have it: "30m", "1h30m", "24h", and
// "never" for [Never].
func Span(d time.Duration) string {
	if d == Never {
		return never
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

const day = 24 * time.Hour

// parseSpan reads a length of time: what [time.ParseDuration] takes, without a
// sign, and whole days before it, such as "7d" and "1d12h".
func parseSpan(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is no length of time; write one such as 30m, 24h or 7d", s)
	days, rest, hasDays := strings.Cut(s, "d")
	if !hasDays {
		days, rest = "0", s
	}
	// The first byte rules out signs, which both parsers would take.
	if s == "" || strings.IndexAny(days, "0123456789") != 0 || rest != "" && strings.IndexAny(rest, ".0123456789") != 0 {
		return 0, wrong
	}
	n, err := strconv.Atoi(days)
	if errors.Is(err, strconv.ErrRange) || n > int(math.MaxInt64/day) {
		return 0, fmt.Errorf("%q is too long", s)
	}
	if err != nil {
		return 0, wrong
	}
	d := time.Duration(n) * day
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	switch {
	case err != nil:
		return 0, wrong
	case more > math.MaxInt64-d:
		return 0, fmt.Errorf("%q is too long", s)
	}
	return d + more, nil
}
