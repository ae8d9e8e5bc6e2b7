package control

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// beat is the longest silence in a stream. A client that hears nothing for several
// of them takes the daemon for dead.
const beat = 15 * time.Second

// lastEvent ends a stream.
type lastEvent struct {
	Result  json.RawMessage `json:"result"`
	Failure *Failure        `json:"failure"`
}

// run answers POST /v1/run with a stream of events.
func (v *serving) run(w http.ResponseWriter, r *http.Request) {
	req, bad := readRequest(w, r)
	if bad != nil {
		refuse(w, bad)
		return
	}
	peer, err := parsePeer(r.RemoteAddr)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	peer = peer.named()
	out := newStream(w)
	// Progress waits in one place, where a newer one takes the older one's: who reads
	// slowly misses some, and keeps nobody waiting.
	progress := make(chan forks.Progress, 1)
	last := make(chan lastEvent, 1)
	go func() { last <- v.do(r.Context(), peer, req, progress) }()

	beats := v.Clock.NewTicker(beat)
	defer beats.Stop()
	stopping := v.stopping
	for {
		select {
		case p := <-progress:
			out.send(event{Progress: &p})
		case <-beats.Chan():
			out.send(event{})
		case <-stopping:
			stopping = nil
			out.send(event{Note: "the daemon is being stopped; this has " + v.Grace.String() + " to end"})
		case l := <-last:
			select {
			case p := <-progress: // where it got to, at the end
				out.send(event{Progress: &p})
			default:
			}
			// Never dropped: this waits until it is read, or the client goes away.
			out.send(l)
			return
		}
	}
}

// do lets the service run a request, and makes the last event of what it gives.
func (v *serving) do(ctx context.Context, peer Peer, req Request, progress chan forks.Progress) lastEvent {
	log := v.Log.With(zap.String("who", forks.Inert(peer.Who())), zap.Int("uid", peer.UID), zap.Int("pid", peer.PID),
		zap.String("verb", forks.Inert(req.Verb)), zap.String("track", forks.Inert(req.Track)))
	log.Info("a request on the control socket")
	began := v.Clock.Now()
	var l lastEvent
	err := v.guarded("request", func() error {
		result, err := v.Service.Run(ctx, peer, req, func(p forks.Progress) { putNewest(progress, p) })
		if result != nil {
			body, encodeErr := encodeAny(result)
			if encodeErr != nil && err == nil {
				err = encodeErr
			}
			l.Result = body
		}
		return err
	})
	if err != nil {
		l.Failure = v.failure(ctx, err)
	}
	log.Info("a request on the control socket has ended", zap.Duration("took", v.Clock.Since(began)), zap.Bool("ok", err == nil))
	return l
}

// putNewest puts p into a channel of one place and never blocks.
func putNewest(place chan forks.Progress, p forks.Progress) {
	for range 2 {
		select {
		case place <- p:
			return
		default:
		}
		select {
		case <-place:
		default:
		}
	}
}

// stream writes events. After the client went away it writes nowhere.
type stream struct {
	w     http.ResponseWriter
	flush func() error
}

// newStream begins the answer, so that the client knows at once that it was heard.
func newStream(w http.ResponseWriter) *stream {
	limits := http.NewResponseController(w)
	_ = limits.SetWriteDeadline(time.Time{}) // it takes as long as a pass
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	s := &stream{w, limits.Flush}
	s.send(event{})
	return s
}

func (s *stream) send(e any) {
	// An error means that the client is gone; then net/http cancels the request.
	if _, err := s.w.Write(encode(e)); err == nil {
		_ = s.flush()
	}
}
