package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The names under which the socket units hand over their sockets
// (FileDescriptorName=).
const (
	ControlSocket = "control"
	PageSocket    = "page"
)

// ControlPath is where auxsync.socket listens for commands.
const ControlPath = "/run/auxsync/control.sock"

// firstDescriptor is the number of the first descriptor that is handed over.
const firstDescriptor = 3

// Sockets are the listening sockets that the service manager handed over. Closing
// one of them ends accepting only: its file stays, for the manager holds the socket
// and hands it to the next process, which then answers who came meanwhile.
type Sockets struct {
	// Control is where commands come in: unix sockets, whose peers are known.
	Control []net.Listener
	// Page is where the status page is served.
	Page []net.Listener
}

// Listeners takes over the sockets of the unit: all of them, or on an error none.
// It reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES; if they are not set, or speak
// to another process, there are no sockets. It may be called once, before the
// process opens files of its own: the descriptors are plain numbers. They are not
// passed on to children.
func Listeners(env func(string) string) (Sockets, error) {
	count, err := handedOver(env)
	if err != nil || count == 0 {
		return Sockets{}, err
	}
	files := make([]*os.File, count)
	for i := range files {
		unix.CloseOnExec(firstDescriptor + i)
		files[i] = os.NewFile(uintptr(firstDescriptor+i), "socket "+strconv.Itoa(i+1))
	}
	defer func() {
		for _, f := range files {
			f.Close() // a listener has its own descriptor
		}
	}()
	names := strings.Split(env("LISTEN_FDNAMES"), ":")
	if len(names) != count {
		return Sockets{}, fmt.Errorf("the service manager handed over %d sockets and %d names; set FileDescriptorName= in each socket unit", count, len(names))
	}
	var s Sockets
	var problems []error
	for i, f := range files {
		problems = append(problems, s.add(names[i], f))
	}
	if err := errors.Join(problems...); err != nil {
		return Sockets{}, errors.Join(err, s.Close())
	}
	return s, nil
}

// handedOver returns how many descriptors are meant for this process.
func handedOver(env func(string) string) (int, error) {
	if pid := env("LISTEN_PID"); pid == "" || pid != strconv.Itoa(os.Getpid()) {
		return 0, nil
	}
	count, err := strconv.Atoi(env("LISTEN_FDS"))
	if err != nil || count < 0 || count > 64 {
		return 0, fmt.Errorf("$LISTEN_FDS is %q, not a number of sockets", env("LISTEN_FDS"))
	}
	return count, nil
}

// add takes one socket by its name.
func (s *Sockets) add(name string, f *os.File) error {
	if name != ControlSocket && name != PageSocket {
		return fmt.Errorf("the service manager handed over a socket %q; FileDescriptorName= may be %s or %s", name, ControlSocket, PageSocket)
	}
	l, err := net.FileListener(f)
	if err != nil {
		return fmt.Errorf("socket %s: is not a listening stream socket; use ListenStream=: %w", name, err)
	}
	switch network := l.Addr().Network(); {
	case name == PageSocket:
		s.Page = append(s.Page, l)
	case network != "unix":
		// Whoever may connect there could give commands, and nobody would know who.
		return errors.Join(fmt.Errorf("socket %s: is a %s socket; ListenStream= must be a path", name, network), l.Close())
	default:
		s.Control = append(s.Control, l)
	}
	return nil
}

// Close closes all of them.
func (s Sockets) Close() error {
	var problems []error
	for _, l := range slices.Concat(s.Control, s.Page) {
		problems = append(problems, l.Close())
	}
	return errors.Join(problems...)
}
