package syncer

import (
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

// fingerprint identifies everything that a pass depends on beside what people ask for,
// which is never quiet.
func (v *visit) fingerprint(f found) string { return f.fingerprint(v.track) + " " + v.heard.digest() }

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
