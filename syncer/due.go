package syncer

import (
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// notBefore is when the base of a track may move again by itself; zero means at
// once.
func (v *visit) notBefore(s forks.State) time.Time {
	if !v.opts.Due || s.Moved.IsZero() {
		return time.Time{}
	}
	return s.Moved.Add(v.track.PublishEvery)
}

// waiting joins what a pass saw with the time until which that is no news. Passes
// before then are quiet; the first one after it publishes.
const waiting = " until "

// fingerprint identifies everything that a pass depends on beside what people ask for,
// which is never quiet.
func (v *visit) fingerprint(f found) string { return f.fingerprint(v.track) + " " + v.heard.digest() }

// seen is what is remembered of a complete pass: with it the next one knows whether
// anything has moved.
func (v *visit) seen(f found, p forks.Plan) string {
	if p.Hold == nil || p.Hold.Until.IsZero() {
		return v.fingerprint(f)
	}
	return v.fingerprint(f) + waiting + p.Hold.Until.UTC().Format(time.RFC3339)
}

// quiet reports whether nothing has moved since the pass that saw last. A
// publication that only waits for its time is still news for whoever does not want
// to wait.
func (v *visit) quiet(last string) bool {
	refs, until, waits := strings.Cut(last, waiting)
	if refs != v.fingerprint(v.found) || len(v.heard.requests) > 0 {
		return false
	}
	if !waits {
		return true
	}
	due, err := time.Parse(time.RFC3339, until)
	return err == nil && v.opts.Due && v.Clock.Now().Before(due)
}

// oldNews reports whether a state that differs from the recorded one only in how far
// upstream has gone is not worth a commit yet: while the base stays, upstream's tip is
// written down once every publish_every.
func (v *visit) oldNews(old forks.State, p forks.Plan) bool {
	return p.Hold != nil && p.Stopped == nil && v.Clock.Now().Before(old.At.Add(v.track.PublishEvery))
}

// withoutTip is a state without what moves when upstream does, while the base stays.
func withoutTip(s forks.State) forks.State {
	s.UpstreamTip = forks.Hash{}
	if s.Hold != nil && !s.Hold.Until.IsZero() {
		s.Hold = nil
	}
	return s
}
