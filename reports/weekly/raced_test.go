//go:build race

package weekly

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws fewer values under the race detector, which has little to see in pure
// functions: each draw is a year of a fork.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("15"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
