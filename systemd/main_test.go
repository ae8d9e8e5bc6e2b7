package systemd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/systemd"
)

// asUnit makes the test's own program another process: one that the service manager
// started. Its value is what that process is to do.
const asUnit = "AUXSYNC_TEST_AS_UNIT"

func TestMain(m *testing.M) {
	switch os.Getenv(asUnit) {
	case "":
		os.Exit(m.Run())
	case "listeners":
		os.Exit(unitTakesSockets())
	case "journal":
		fmt.Print(systemd.StderrIsJournal(os.Getenv))
	}
}

// started prepares that process. Its standard error is stderr.
func started(t *testing.T, as string, stderr *os.File, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append([]string{asUnit + "=" + as, "GORACE=atexit_sleep_ms=0"}, env...)
	cmd.Stderr = stderr
	return cmd
}

// taken is what a unit says about its sockets.
type taken struct {
	Control, Page []string // networks
	Problem       string
	LeftOpen      []int // descriptors that are still open though they were not taken
	ToChildren    bool  // whether a child would inherit one
}

// unitTakesSockets is the unit: it takes its sockets, answers one connection on each
// and says what it found.
func unitTakesSockets() int {
	var out taken
	sockets, err := systemd.Listeners(func(key string) string {
		if key == "LISTEN_PID" && os.Getenv(key) == "self" {
			return strconv.Itoa(os.Getpid())
		}
		return os.Getenv(key)
	})
	if err != nil {
		out.Problem = err.Error()
	}
	for _, l := range sockets.Control {
		out.Control = append(out.Control, l.Addr().Network())
	}
	for _, l := range sockets.Page {
		out.Page = append(out.Page, l.Addr().Network())
	}
	out.LeftOpen, out.ToChildren = listening()
	for _, l := range append(sockets.Control, sockets.Page...) {
		conn, err := l.Accept()
		if err == nil {
			_, err = conn.Write([]byte("here"))
			err = errors.Join(err, conn.Close())
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
	}
	if err := errors.Join(sockets.Close(), json.NewEncoder(os.Stdout).Encode(out)); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// listening returns the descriptors of the process that are listening sockets.
func listening() (open []int, inherited bool) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		fd, _ := strconv.Atoi(e.Name())
		if on, err := acceptsOn(fd); err != nil || !on {
			continue
		}
		open = append(open, fd)
		info, _ := os.ReadFile("/proc/self/fdinfo/" + e.Name())
		for line := range strings.Lines(string(info)) {
			if flags, ok := strings.CutPrefix(line, "flags:"); ok {
				n, _ := strconv.ParseUint(strings.TrimSpace(flags), 8, 64)
				inherited = inherited || n&unix.O_CLOEXEC == 0
			}
		}
	}
	return open, inherited
}

// acceptsOn reports whether a descriptor is a listening socket.
func acceptsOn(fd int) (bool, error) {
	on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return on == 1, err
}
