package scripttest

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// patience is how long a script waits for what a daemon does in its own time, and
// between is how often it looks.
const (
	patience = 60 * time.Second
	between  = 20 * time.Millisecond
)

// listens waits until the daemon of the script's state directory answers.
func listens(ts tb, _ []string) {
	path := filepath.Join(ts.Getenv("WORK"), "state", "control.sock")
	eventually(ts, "a daemon listens on "+path, func() bool {
		dir, err := os.Open(filepath.Dir(path)) // the path may be too long for a socket
		if err != nil {
			return false
		}
		defer dir.Close()
		conn, err := net.Dial("unix", filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), "control.sock"))
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// until runs a program until what it prints matches a pattern.
func until(ts tb, args []string) {
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	eventually(ts, "its output matches "+args[0], func() bool {
		_ = ts.Exec(args[1], args[2:]...) // what it prints counts
		return pattern.MatchString(ts.ReadFile("stdout"))
	})
}

// eventually looks again and again until something is so.
func eventually(ts tb, what string, so func() bool) {
	for deadline := time.Now().Add(patience); !so(); {
		if time.Now().After(deadline) {
			ts.Fatalf("after %s it is still not so that %s", patience, what)
		}
		time.Sleep(between)
	}
}
