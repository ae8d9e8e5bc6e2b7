package control

import (
	"errors"
	"fmt"
	"net"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Peer is who asks, as the kernel tells it of the other end of a connection.
type Peer struct {
	UID int
	PID int // when it connected; another process may have it by now
	// Name is what the user database calls the user; empty if it does not know.
	Name string
}

// Who names the user for records and for people: "alice", or "uid 1000".
func (p Peer) Who() string {
	if p.Name != "" {
		return p.Name
	}
	return "uid " + strconv.Itoa(p.UID)
}

// overflowUID is what the kernel tells where a user has no number in the daemon's
// user namespace: everybody but root and the service's own user, in a unit with
// PrivateUsers=. Its name, "nobody", would be a false one.
const overflowUID = 65534

// named looks the user up.
func (p Peer) named() Peer {
	if p.UID == overflowUID {
		return p
	}
	if u, err := user.LookupId(strconv.Itoa(p.UID)); err == nil {
		p.Name = u.Username
	}
	return p
}

// peerFormat is the text of a peer as an address.
const peerFormat = "uid %d pid %d"

// peerAddress is a peer as the remote address of its connection. This is the way
// by which net/http hands it to a handler.
type peerAddress Peer

func (a peerAddress) Network() string { return "unix" }

func (a peerAddress) String() string { return fmt.Sprintf(peerFormat, a.UID, a.PID) }

// parsePeer reads what [peerAddress.String] wrote.
func parsePeer(address string) (Peer, error) {
	var p Peer
	if _, err := fmt.Sscanf(address, peerFormat, &p.UID, &p.PID); err != nil {
		return Peer{}, fmt.Errorf("peer %q: %w", address, err)
	}
	return p, nil
}

// peerOf asks the kernel who is at the other end of a unix socket: who connected,
// or for the end that connected, who listens.
func peerOf(conn net.Conn) (Peer, error) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return Peer{}, errors.New("the connection is not a socket")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, credErr); err != nil {
		return Peer{}, err
	}
	return Peer{UID: int(cred.Uid), PID: int(cred.Pid)}, nil
}
