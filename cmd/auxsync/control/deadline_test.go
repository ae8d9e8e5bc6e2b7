package control

import (
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

// connection records the deadlines that a handler sets.
type connection struct {
	*httptest.ResponseRecorder
	read, write []time.Time
}

func (c *connection) SetReadDeadline(t time.Time) error {
	c.read = append(c.read, t)
	return nil
}

func (c *connection) SetWriteDeadline(t time.Time) error {
	c.write = append(c.write, t)
	return nil
}

func TestBodyHasADeadlineAndAPassHasNone(t *testing.T) {
	t.Parallel()
	c := &connection{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest("POST", "/v1/run", strings.NewReader(`{"verb":"sync"}`))
	r.Header.Set("Content-Type", "application/json")
	if _, bad := readRequest(c, r); bad != nil {
		t.Fatal(bad)
	}
	if len(c.read) != 2 || c.read[0].IsZero() || !c.read[1].IsZero() {
		t.Errorf("of reading: %v", c.read)
	}
	newStream(c)
	if len(c.write) != 1 || !c.write[0].IsZero() {
		t.Errorf("of writing: %v", c.write)
	}
}

func TestOnlyTimeSpentReadingCountsAsSilence(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	from, to := io.Pipe()
	var silent atomic.Bool
	w := watch(t.Context(), from, clock, func() { silent.Store(true) })
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	until := func(what string, ok func() bool) {
		for deadline := time.Now().Add(time.Minute); !ok(); runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Fatalf("%s does not happen", what)
			}
		}
	}
	// beatPasses lets one beat pass and waits until it has counted.
	beatPasses := func() {
		before := w.beats.Load()
		clock.Advance(beat)
		until("a beat", func() bool { return w.beats.Load() != before })
	}
	for range 3 * silenceBeats {
		beatPasses()
	}
	read := func() chan struct{} {
		done := make(chan struct{})
		before := w.beats.Load()
		go func() {
			_, _ = w.Read(make([]byte, 1))
			close(done)
		}()
		until("reading", func() bool { return w.beats.Load() != before })
		return done
	}
	// What is read before the last beat starts the count anew.
	for range 2 {
		done := read()
		for range silenceBeats - 1 {
			beatPasses()
		}
		if _, err := to.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		<-done
	}
	if silent.Load() {
		t.Fatal("time in which nobody read, or that was too short, is silence")
	}
	done := read()
	for range silenceBeats {
		beatPasses()
	}
	until("silence", silent.Load)
	_ = to.Close()
	<-done
}
