package web_test

import (
	"testing"
	"time"

	"github.com/auxolotl/auxsync/reports"
)

func TestHealthIsStaleness(t *testing.T) {
	t.Parallel()
	const silent, unbegun = "no activity since 2026-03-03 08:15 UTC", "no pass yet"
	past, recent, future := ptr(now.Add(-3*time.Hour)), ptr(now.Add(-time.Hour)), ptr(now.Add(time.Minute))
	for name, c := range map[string]struct {
		status reports.TrackStatus
		stale  bool
	}{
		"a good track is healthy":                         {reports.TrackStatus{Phase: reports.Following, Health: "ok", Next: future}, false},
		"a failing track is healthy":                      {reports.TrackStatus{Phase: reports.Following, Health: "failing since 2026-03-05 09:20 UTC", Trouble: "x", Next: past}, false},
		"a stopped track is healthy":                      {reports.TrackStatus{Phase: reports.Stopped, Health: "failing since 2026-03-05 09:20 UTC", Next: past}, false},
		"silence is stale":                                {reports.TrackStatus{Phase: reports.Following, Health: silent, Next: past}, true},
		"silence is stale where nothing is planned":       {reports.TrackStatus{Phase: reports.Holding, Health: silent}, true},
		"silence of a long pass is stale":                 {reports.TrackStatus{Phase: reports.Following, Health: silent, Next: past, Running: true}, true},
		"silence until a planned time is healthy":         {reports.TrackStatus{Phase: reports.Following, Health: silent, Next: future}, false},
		"a stopped track that is looked at can be stale":  {reports.TrackStatus{Phase: reports.Stopped, Health: silent, Next: past}, true},
		"a stopped track that nobody looks at is healthy": {reports.TrackStatus{Phase: reports.Stopped, Health: silent}, false},
		"a track that waits for adoption is healthy":      {reports.TrackStatus{Phase: reports.Found, Health: unbegun}, false},
		"a first pass may wait":                           {reports.TrackStatus{Phase: reports.Found, Health: unbegun, Next: recent}, false},
		"a first pass that never comes is stale":          {reports.TrackStatus{Phase: reports.Found, Health: unbegun, Next: past}, true},
		"a first pass may take long":                      {reports.TrackStatus{Phase: reports.Following, Health: unbegun, Next: past, Running: true}, false},
		"a first pass that nobody plans is stale":         {reports.TrackStatus{Phase: reports.Following, Health: unbegun}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.status.Fork, c.status.Track = "f", "t"
			good := reports.TrackStatus{Fork: "f", Track: "good", Phase: reports.Following, Health: "ok", Next: future}
			w := get(page(source{overview: reports.Overview{At: now, Tracks: []reports.TrackStatus{good, c.status}}}), "/healthz")
			code, body := 200, "ok\n"
			if c.stale {
				code, body = 503, "f/t: "+c.status.Health+"\n"
			}
			if w.Code != code || w.Body.String() != body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, code, body)
			}
		})
	}
}

func TestHealthWithoutTracksIsOK(t *testing.T) {
	t.Parallel()
	if w := get(page(source{}), "/healthz"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}
