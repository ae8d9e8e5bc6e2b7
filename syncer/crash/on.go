//go:build crashpoints

package crash

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// visits counts how often the armed point was passed. It is the one variable of
// this package, and exists in test builds only: a crash point cannot be handed
// to every function that an effect may be in.
var visits atomic.Int64

// At ends the process if the environment names this point.
func At(name string) {
	armed, count, err := parseArmed(os.Getenv(Variable))
	if err != nil {
		// A test whose crash never comes would pass for the wrong reason.
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if matches(armed, name) && visits.Add(1) == count {
		os.Exit(ExitCode)
	}
}

// matches knows a star at the beginning, which stands for anything.
func matches(armed, name string) bool {
	suffix, open := strings.CutPrefix(armed, "*")
	return armed == name || open && strings.HasSuffix(name, suffix)
}

// parseArmed splits "name" or "name:n"; n counts from 1.
func parseArmed(value string) (name string, count int64, err error) {
	name, number, counted := strings.Cut(value, ":")
	if !counted {
		return name, 1, nil
	}
	count, err = strconv.ParseInt(number, 10, 64)
	if err != nil || count < 1 {
		return "", 0, fmt.Errorf("%s=%q: want a name, or name:n with n from 1", Variable, value)
	}
	return name, count, nil
}
