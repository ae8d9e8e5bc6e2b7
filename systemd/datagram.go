package systemd

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// patience bounds how long a datagram may wait for room in its reader's queue: a
// reader that hangs must not hang the daemon.
const patience = 5 * time.Second

// send sends one datagram to a unix socket, with open files if rights are given. A
// name that begins with '@' is in the abstract namespace. It connects each time:
// datagrams are few, and a socket that was made anew is found.
func send(socket string, data, rights []byte) error {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: socket})
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	// Not WriteMsgUnix: it wants no connection, and so a name for this end.
	waited := raw.Write(func(fd uintptr) bool {
		err = unix.Sendmsg(int(fd), data, rights, nil, unix.MSG_NOSIGNAL)
		return !errors.Is(err, unix.EAGAIN)
	})
	if waited != nil {
		return waited
	}
	return err
}
