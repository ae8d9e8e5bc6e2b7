package control

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
)

// maxAddress is the longest path, in bytes, that the address of a unix socket holds.
const maxAddress = 107

// reach calls do with an address of path that is short enough for the kernel:
// path itself, or one by way of its opened folder.
func reach(path string, do func(address string) error) error {
	if len(path) <= maxAddress {
		return do(path)
	}
	dir, err := os.OpenFile(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	return do(fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)))
}

// lockSuffix names the file beside the socket that starts lock. It stays.
const lockSuffix = ".lock"

// Listen makes the control socket. Its mode is never wider than mode, whatever the
// umask; the group is that of the process. A socket file on which nobody listens
// any more is replaced. If somebody does, that is a [forks.Problem] of kind Retry
// which names the process. Close removes the file, if it is still this one.
func Listen(path string, mode fs.FileMode, log *zap.Logger) (net.Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("make the control socket: %w", err)
	}
	// Of two that start at once, neither may take the other's socket for the stale
	// one that it has seen just before.
	lock, err := os.OpenFile(path+lockSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the control socket: %w", err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return nil, alreadyRunning(path, "another auxsync")
	} else if err != nil {
		return nil, fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	stale, err := examine(path)
	if err != nil {
		return nil, err
	}
	s, err := place(path, mode)
	if err != nil {
		return nil, fmt.Errorf("make the control socket %s: %w", path, cause(err))
	}
	if stale {
		log.Info("a control socket on which nobody listened was replaced", zap.String("path", path))
	}
	return s, nil
}

// examine looks at what stands at path: nothing, a stale socket, or what must stay,
// as an error.
func examine(path string) (stale bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look at the control socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return false, forks.AskPerson("remove it, or give the control socket another place",
			"make the control socket %s: there is a file that is not a socket", path)
	}
	var conn net.Conn
	err = reach(path, func(address string) error {
		conn, err = net.Dial("unix", address)
		return err
	})
	switch {
	case errors.Is(err, unix.ECONNREFUSED):
		return true, nil
	case errors.Is(err, unix.EAGAIN): // so many wait already that there is no room
		return false, alreadyRunning(path, "another process")
	case err != nil:
		return false, fmt.Errorf("ask who listens on the control socket %s: %w", path, cause(err))
	}
	defer conn.Close()
	// The kernel tells of the process that began to listen.
	peer, err := peerOf(conn)
	if err != nil {
		return false, fmt.Errorf("ask who listens on the control socket %s: %w", path, err)
	}
	return false, alreadyRunning(path, fmt.Sprintf("auxsync (pid %d)", peer.PID))
}

func alreadyRunning(path, who string) error {
	return forks.RetryLater("use it, or stop it first", "%s is already running there: it has the control socket %s", who, path)
}

// place makes a listening socket at path, instead of what stands there. It is made
// beside its place and moved: whoever finds it can connect, and as nobody else may.
func place(path string, mode fs.FileMode) (*socket, error) {
	temporary := filepath.Join(filepath.Dir(path), ".new-"+rand.Text()[:8])
	ln, err := bind(temporary, mode)
	if err != nil {
		return nil, err
	}
	s := &socket{UnixListener: ln, path: path}
	s.close = sync.OnceValue(s.remove)
	// The mode now is what the umask left of the one that bind asked for.
	err = os.Chmod(temporary, mode.Perm())
	if err == nil {
		s.file, err = os.Lstat(temporary)
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(temporary), ln.Close())
	}
	return s, nil
}

// bind listens on a socket that it makes at path, with that mode less the umask.
func bind(path string, mode fs.FileMode) (*net.UnixListener, error) {
	// The kernel gives the file the mode of the descriptor, so that it is never wider
	// than wanted, not even for a moment.
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		controlErr := raw.Control(func(fd uintptr) { err = unix.Fchmod(int(fd), uint32(mode.Perm())) })
		return errors.Join(controlErr, err)
	}}
	var ln net.Listener
	err := reach(path, func(address string) (err error) {
		ln, err = config.Listen(context.Background(), "unix", address)
		return err
	})
	if err != nil {
		return nil, err
	}
	unixListener := ln.(*net.UnixListener)
	unixListener.SetUnlinkOnClose(false) // it knows the first name only
	return unixListener, nil
}

// socket is the listener on the control socket.
type socket struct {
	*net.UnixListener
	path  string
	file  fs.FileInfo
	close func() error
}

// Addr gives the path that clients connect to.
func (s *socket) Addr() net.Addr { return &net.UnixAddr{Net: "unix", Name: s.path} }

// Close removes the file, if it is still this one, and stops listening. Calling it
// again does nothing.
func (s *socket) Close() error { return s.close() }

func (s *socket) remove() error {
	// While this still listens no other start takes the place, and the inode cannot
	// be another file's.
	var err error
	if now, statErr := os.Lstat(s.path); statErr == nil && os.SameFile(now, s.file) {
		err = os.Remove(s.path)
	}
	return errors.Join(err, s.UnixListener.Close())
}

// cause leaves out the address that a network error names: it may be a detour.
func cause(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
