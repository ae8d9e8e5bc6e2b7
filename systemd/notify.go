package systemd

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Notifier tells the service manager how the daemon is. Without a manager that
// wants to know (no NOTIFY_SOCKET) every method does nothing and returns nil. It is
// safe for concurrent use. Only the unit's main process may use it: the manager
// drops what children say (NotifyAccess=main).
type Notifier struct {
	socket   string
	watchdog time.Duration
}

// NewNotifier reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
func NewNotifier(env func(string) string) *Notifier {
	return &Notifier{socket: env("NOTIFY_SOCKET"), watchdog: watchdog(env)}
}

// watchdog is 0 if the manager does not watch this process.
func watchdog(env func(string) string) time.Duration {
	if pid := env("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	usec, err := strconv.ParseInt(env("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec <= 0 || usec > int64(1<<63-1)/int64(time.Microsecond) {
		return 0
	}
	return time.Duration(usec) * time.Microsecond
}

// WatchdogInterval returns how long the manager waits for Alive before it takes
// the daemon for hung and kills it; false if it does not wait. The beat to use is
// half of it.
func (n *Notifier) WatchdogInterval() (time.Duration, bool) {
	if n.socket == "" || n.watchdog == 0 {
		return 0, false
	}
	return n.watchdog, true
}

// Ready says that the daemon does its work, after the start or after a reload.
// status is as for Status.
func (n *Notifier) Ready(status string) error { return n.tell("READY=1", "STATUS="+status) }

// Status sets the line that `systemctl status` shows. It is in people's words, and
// what others wrote in it was made inert by the caller; a line break is refused,
// since what follows it would be another message to the manager.
func (n *Notifier) Status(text string) error { return n.tell("STATUS=" + text) }

// Reloading says that the configuration is being read again. Ready must follow,
// also if the new one is refused.
func (n *Notifier) Reloading() error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return fmt.Errorf("read the monotonic clock: %w", err)
	}
	return n.tell("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(now.Nano()/1000, 10))
}

// Stopping says that the daemon is about to end. status is as for Status.
func (n *Notifier) Stopping(status string) error { return n.tell("STOPPING=1", "STATUS="+status) }

// Extend asks for d more, from now, for the start, the stop or the reload that goes
// on. The manager grants it only if it is asked again before d has passed, or the
// daemon is done by then.
func (n *Notifier) Extend(d time.Duration) error {
	if d < time.Microsecond {
		return fmt.Errorf("ask the service manager for %s more: too short", d)
	}
	return n.tell("EXTEND_TIMEOUT_USEC=" + strconv.FormatInt(d.Microseconds(), 10))
}

// Alive is the watchdog's beat. It must come from the loop that does the work, never
// from a ticker of its own, or a hung loop would look alive.
func (n *Notifier) Alive() error { return n.tell("WATCHDOG=1") }

// tell sends assignments as one message.
func (n *Notifier) tell(assignments ...string) error {
	for _, a := range assignments {
		if strings.ContainsAny(a, "\n\x00") {
			return fmt.Errorf("tell the service manager %q: has a line break or a zero byte", a)
		}
	}
	if n.socket == "" {
		return nil
	}
	if n.socket[0] != '/' && n.socket[0] != '@' {
		return fmt.Errorf("tell the service manager: $NOTIFY_SOCKET is %q, neither an absolute path nor an abstract socket", n.socket)
	}
	err := send(n.socket, []byte(strings.Join(assignments, "\n")), nil)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("tell the service manager: nobody listens on $NOTIFY_SOCKET: %w", err)
	}
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}
