package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// Run has the daemon do a request and follows it to its end. on is told how far it
// is, from the goroutine that called Run; nil hears nothing. The daemon's notes to
// people come to it too, as progress of no known length.
//
// The end of ctx ends the request in the daemon as well. The result is nil where there
// is none; one may come with an error, as where a pass stopped. A stream that breaks off is an error of kind
// Retry: a pass can be broken off anywhere, and the next one goes on.
func (c *Client) Run(ctx context.Context, r Request, on func(forks.Progress)) (json.RawMessage, error) {
	body, err := encodeAny(r)
	if err != nil {
		return nil, err
	}
	a, err := c.ask(ctx, http.MethodPost, "/v1/run", body, answerWait)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if on == nil {
		on = func(forks.Progress) {}
	}
	doing := r.Verb
	lines := bufio.NewReaderSize(a.body, 64<<10)
	for {
		line, err := readLine(lines)
		if errors.Is(err, errTooLong) {
			return nil, c.notUnderstood(err)
		}
		if err != nil {
			return nil, a.lost(err, "it was busy with "+quoted(doing),
				"nothing is half done: when it runs again it looks at the remotes and goes on")
		}
		e, err := parseEvent(line)
		switch {
		case err != nil:
			return nil, c.notUnderstood(err)
		case e.last && e.failure != nil:
			return e.result, e.failure.received()
		case e.last:
			return e.result, nil
		case e.Progress != nil:
			doing = e.Progress.Doing
			on(*e.Progress)
		case e.Note != "":
			on(forks.Progress{Doing: e.Note})
		}
	}
}

func nameQuery(name string) string { return url.Values{"name": {name}}.Encode() }

// receivedEvent is a line of a stream.
type receivedEvent struct {
	event
	last    bool
	result  json.RawMessage
	failure *Failure // of the last one; nil if all went well
}

// parseEvent reads a line. The last event is known by its failure, be it null.
func parseEvent(line []byte) (receivedEvent, error) {
	var w struct {
		event
		Result  json.RawMessage `json:"result"`
		Failure json.RawMessage `json:"failure"`
	}
	if err := json.Unmarshal(line, &w); err != nil {
		return receivedEvent{}, fmt.Errorf("a line of the stream is no event: %w", err)
	}
	e := receivedEvent{event: w.event, last: w.Failure != nil, result: w.Result}
	if string(e.result) == "null" {
		e.result = nil // there is none, which a raw message does not tell
	}
	if !e.last {
		return e, nil
	}
	if err := json.Unmarshal(w.Failure, &e.failure); err != nil {
		return receivedEvent{}, fmt.Errorf("the failure of the last event: %w", err)
	}
	return e, nil
}

// errTooLong is for a line that no daemon sends.
var errTooLong = fmt.Errorf("a line of the stream is longer than %d bytes", maxAnswer)

// readLine reads one whole line, without its end. A line that is cut is an
// [io.ErrUnexpectedEOF].
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxAnswer:
			return nil, errTooLong
		}
	}
}

// silence is how long a daemon may say nothing in the middle of an answer, counted
// in beats.
const (
	silence      = 4 * beat
	silenceBeats = int32(silence / beat)
)

// watchedBody is the body of an answer from a daemon that must not fall silent.
//
// Silence is counted in beats while somebody reads. So neither a terminal that
// takes no output counts, nor the time in which this process was stopped: after it
// there is one beat at most, and then what has arrived is read.
type watchedBody struct {
	body  io.Reader
	beats atomic.Int32
}

// notReading is a count of beats from which [silenceBeats] is never reached.
const notReading = math.MinInt32

// watch calls silent once the daemon has said nothing for [silence], until ctx ends.
func watch(ctx context.Context, body io.Reader, clock clockwork.Clock, silent func()) *watchedBody {
	w := &watchedBody{body: body}
	w.beats.Store(notReading)
	ticker := clock.NewTicker(beat)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.Chan():
				if w.beats.Add(1) >= silenceBeats {
					silent()
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return w
}

// Read reads what the daemon sends.
func (w *watchedBody) Read(p []byte) (int, error) {
	w.beats.Store(0)
	n, err := w.body.Read(p)
	w.beats.Store(notReading)
	return n, err
}
