package syncer

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// A track rests while a person has paused it, or while the fork has the ref
// [forks.PauseRef]. A person's pause goes before the ref's: it stays when the ref is
// deleted, and who resumes it finds the ref's.

// PausedError says that a person asked for a pass of a track that is paused.
type PausedError struct {
	Track string
	Pause forks.Pause
}

// Error says who paused it, and why.
func (e *PausedError) Error() string {
	return fmt.Sprintf("track %s is %s", e.Track, pausedBy(e.Pause))
}

// pausedBy says who paused a track, and why. The text is inert.
func pausedBy(p forks.Pause) string {
	who, why := forks.Clip(forks.Inert(p.Name()), 120), forks.Clip(forks.Inert(p.Because), 200)
	if who == "" {
		who = "somebody"
	}
	if why == "" {
		return "paused by " + who
	}
	return "paused by " + who + " because " + why
}

// paused is the error of a person's own pass of a track that was paused before, nil
// of any other. Who pauses it now knows that.
func paused(t forks.Track, o Options, out Outcome) error {
	now := slices.ContainsFunc(out.Taken, func(r forks.RequestRecord) bool { return r.Verb == forks.VerbPause })
	if out.Plan.Paused == nil || o.Due || now {
		return nil
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: &PausedError{t.Name, *out.Plan.Paused}, Next: out.Plan.Paused.End(t.Name, t.URL)}
}

// maxPause limits what is kept of the name and of the subject of a commit that pauses.
const maxPause = 200

// pauseRef is the pause that a ref of the fork stands for, nil if there is none. What it
// points to is anybody's: of what is no commit that can be read only the ref is told. Is
// is the pause on record; the same one began when that says.
func (v *visit) pauseRef(q Quarantine, is *forks.Pause) *forks.Pause {
	if v.found.pause.IsZero() {
		return nil
	}
	p := forks.Pause{By: string(forks.PauseRef), At: v.now(), Ref: forks.PauseRef}
	if kind, raw, err := q.Object(v.found.pause); err == nil && kind == "commit" {
		author, subject := spokenBy(raw)
		if author != "" {
			p.By = author
		}
		p.Because = subject
	}
	if is != nil && is.Ref == p.Ref && is.By == p.By && is.Because == p.Because {
		p.At = is.At
	}
	return &p
}

// spokenBy reads the author's name and the subject of a commit, bounded and inert.
func spokenBy(raw []byte) (author, subject string) {
	inert := func(text []byte) string {
		if len(text) > 4*maxPause {
			text = text[:4*maxPause]
		}
		return forks.Clip(forks.Inert(string(bytes.TrimSpace(bytes.ToValidUTF8(text, []byte("\ufffd"))))), maxPause)
	}
	head, message, _ := bytes.Cut(raw, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		if rest, ok := bytes.CutPrefix(line, []byte("author ")); ok {
			name, _, _ := bytes.Cut(rest, []byte("<"))
			author = inert(name)
			break
		}
	}
	first, _, _ := bytes.Cut(bytes.TrimLeft(message, "\n"), []byte("\n"))
	return author, inert(first)
}

// pause returns the pause of a track after what people asked, nil for none, and
// answers them: is was on record, ref stands for the ref of the fork, nil if there is
// none. What an earlier pass did already is done. Back reports whether the track is
// rolled back: then `resume` and `undo` go on to that, where no person has paused it.
func (h heard) pause(t forks.Track, is, ref *forks.Pause, back bool, answers map[int64]string) *forks.Pause {
	if is != nil && is.Ref != "" {
		is = nil // it lives as long as the ref
	}
	for _, r := range h.requests {
		wish := forks.Pause{By: r.Who, Because: r.Because, At: r.At.UTC().Truncate(time.Second)}
		undoes := r.Verb == forks.VerbUndo && r.OfTrack()
		switch {
		case r.Verb == forks.VerbPause && is == nil:
			is = &wish
			answers[r.ID] = "paused"
		case r.Verb == forks.VerbPause && is.By == wish.By && is.At.Equal(wish.At):
			answers[r.ID] = "paused"
		case r.Verb == forks.VerbPause:
			answers[r.ID] = "nothing to do: it is paused already, by " + forks.Clip(forks.Inert(is.By), 80)
		case r.Verb != forks.VerbResume && !undoes:
		case is != nil && undoes:
			answers[r.ID] = "undone: it was " + pausedBy(*is) + stillPaused(t, ref)
			is = nil
		case is != nil:
			is = nil
			answers[r.ID] = "resumed" + stillPaused(t, ref)
		case ref != nil:
			answers[r.ID] = "nothing was resumed" + stillPaused(t, ref)
		case back: // see turn
		case undoes:
			answers[r.ID] = "nothing to do: it is neither paused nor rolled back"
		default:
			answers[r.ID] = "nothing to do: it is not paused"
		}
	}
	if is == nil {
		return ref
	}
	return is
}

// stillPaused says that a ref pauses a track whatever people say; "" without one.
func stillPaused(t forks.Track, ref *forks.Pause) string {
	if ref == nil {
		return ""
	}
	return ", but a ref of the fork pauses it still, until: " + ref.End(t.Name, t.URL)
}

// resting is the pause of a track now, nil for none; what people asked about it is
// answered. A pause by a ref begins at the first pass that finds it.
func (v *visit) resting(q Quarantine, old forks.State, answers map[int64]string) *forks.Pause {
	return v.heard.pause(v.track, old.Paused, v.pauseRef(q, old.Paused), old.Rollback != nil, answers)
}
