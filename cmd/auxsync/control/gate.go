package control

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
)

// maxConnections is how many connections are served at once; as many again are
// told that it is too many.
const maxConnections = 32

// gate is a listener whose connections know their peer, and that lets in only so
// many at once.
type gate struct {
	net.Listener
	log     *zap.Logger
	inside  chan struct{}
	outside chan struct{} // those that are being told
}

func newGate(ln net.Listener, log *zap.Logger) *gate {
	return &gate{ln, log, make(chan struct{}, maxConnections), make(chan struct{}, maxConnections)}
}

// Accept waits for the next connection that may come in.
func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := peerOf(conn)
		if err != nil {
			g.log.Warn("a connection to the control socket was closed: who it is could not be found out", zap.Error(err))
			_ = conn.Close()
			continue
		}
		select {
		case g.inside <- struct{}{}:
			return &guest{Conn: conn, peer: peer, leave: sync.OnceFunc(func() { <-g.inside })}, nil
		default:
			g.turnAway(conn)
		}
	}
}

// turnAway tells a connection that there are too many, if it listens.
func (g *gate) turnAway(conn net.Conn) {
	select {
	case g.outside <- struct{}{}:
	default:
		_ = conn.Close()
		return
	}
	go func() {
		defer func() { <-g.outside }()
		defer conn.Close()
		// The deadline is the kernel's business, so it is in real time.
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		f := Failure{
			Kind: FailureRetry, Code: codeRetry, Next: "try it again in a moment",
			Message: fmt.Sprintf("the daemon has %d connections already", maxConnections),
		}
		body := encode(errorAnswer{ErrorSchema, f})
		// Clients do not understand an answer that comes before they have asked.
		in := bufio.NewReader(io.LimitReader(conn, maxBody))
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		_, err := fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			f.status(), http.StatusText(f.status()), len(body), body)
		if err != nil {
			return
		}
		// Its request is read, so that it has no reset for an answer.
		_, _ = io.Copy(io.Discard, in)
	}()
}

// guest is a connection that is served.
type guest struct {
	net.Conn
	peer  Peer
	leave func()
}

// RemoteAddr tells the peer: a handler reads it with [parsePeer].
func (c *guest) RemoteAddr() net.Addr { return peerAddress(c.peer) }

// Close ends the connection and makes room for another.
func (c *guest) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
