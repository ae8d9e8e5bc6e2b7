package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// Config is what a Server works with. All of it is needed.
type Config struct {
	Service Service
	Log     *zap.Logger
	Clock   clockwork.Clock
	// ExitCode gives the code that the program would end with for an error.
	ExitCode func(error) int
	// Grace is how long requests may go on after the server was told to stop.
	Grace time.Duration
}

// Limits of a connection, in real time: the kernel keeps them.
const (
	maxHeader  = 16 << 10
	maxBody    = 1 << 20
	headerWait = 10 * time.Second
	bodyWait   = 10 * time.Second
	writeWait  = time.Minute // for one answer, or one piece of a backup
	idleWait   = time.Minute // between two requests
)

// cutAfter is how long a request has to end after its grace.
const cutAfter = 2 * time.Second

// Server answers on control sockets.
type Server struct{ Config }

// NewServer returns a Server.
func NewServer(c Config) *Server { return &Server{c} }

// errStopping is why requests end when their grace is over.
var errStopping = errors.New("the daemon is being stopped")

// Serve answers on ln until ctx ends, and closes it. Then nothing new is accepted;
// what runs is told, goes on for the grace, is cancelled, and two seconds later
// cut off. It returns an error only if ln fails before that.
//
// A request that was cut off may still be in the service: its owner waits for it.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	work, cancel := context.WithCancelCause(context.Background())
	defer cancel(errStopping)
	v := &serving{Server: s, stopping: make(chan struct{}), fresh: map[net.Conn]struct{}{}}
	srv := &http.Server{
		Handler:           v,
		ConnState:         v.connState,
		BaseContext:       func(net.Listener) context.Context { return work },
		ReadHeaderTimeout: headerWait,
		WriteTimeout:      writeWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          zap.NewStdLog(s.Log),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(newGate(ln, s.Log)) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve the control socket: %w", err), srv.Close())
	case <-ctx.Done():
	}
	v.stop(srv, cancel)
	<-failed
	return nil
}

// serving is one run of [Server.Serve].
type serving struct {
	*Server
	stopping chan struct{} // closed when it is told to stop

	mu    sync.Mutex
	fresh map[net.Conn]struct{} // connections that have not sent a byte yet
}

// connState keeps account of fresh connections. One that says nothing must not
// hold up the end.
func (v *serving) connState(conn net.Conn, state http.ConnState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if state != http.StateNew {
		delete(v.fresh, conn)
		return
	}
	select {
	case <-v.stopping:
		_ = conn.Close()
	default:
		v.fresh[conn] = struct{}{}
	}
}

// stop ends everything, in order.
func (v *serving) stop(srv *http.Server, cancel context.CancelCauseFunc) {
	v.mu.Lock()
	close(v.stopping)
	for conn := range v.fresh {
		_ = conn.Close()
	}
	v.mu.Unlock()

	patience, lose := context.WithCancel(context.Background())
	defer lose()
	go func() {
		if v.wait(patience, v.Grace) {
			cancel(errStopping)
		}
		if v.wait(patience, cutAfter) {
			lose()
		}
	}()
	if err := srv.Shutdown(patience); err != nil {
		v.Log.Warn("requests on the control socket did not end in time and were cut off", zap.Error(srv.Close()))
	}
}

// wait reports whether all of d has passed, rather than that ctx has ended.
func (v *serving) wait(ctx context.Context, d time.Duration) bool {
	timer := v.Clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.Chan():
		return true
	case <-ctx.Done():
		return false
	}
}

// guarded calls do and makes an error of a panic, which is logged.
func (v *serving) guarded(what string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			v.Log.Error("a request panicked", zap.String("request", what), zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			err = &forks.Problem{
				Kind: forks.Fatal, Next: "please report it with the daemon's log: `journalctl -u auxsync`",
				Err: fmt.Errorf("a mistake in auxsync itself ended this %s; the daemon goes on", what),
			}
		}
	}()
	return do()
}

// failure describes an error of the service for the one who asked.
func (v *serving) failure(ctx context.Context, err error) *Failure {
	if errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), errStopping) {
		err = forks.RetryLater("ask again when it is back", "%w, and this was ended early: %w", errStopping, err)
	}
	var f *Failure
	mistake := v.guarded("answer", func() error {
		f = failureOf(err, v.ExitCode(err))
		return nil
	})
	if mistake != nil {
		f = failureOf(mistake, codeFatal)
	}
	return f
}
