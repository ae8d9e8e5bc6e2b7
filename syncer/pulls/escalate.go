package pulls

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// The stages of a conflict that waits for a decision, in order. 0 is before the first.
const (
	StageRemind = 1 + iota // those who have it are reminded
	StageOthers            // the next person and the SIG are asked too
	StageDuty              // who is on duty is asked, and a label is set
	StageFirst             // it is named first where the state of the fork is shown

	lastStage = StageFirst
)

// Steps says after how much waiting each stage begins, the first one first, rising.
type Steps [lastStage]time.Duration

const day = 24 * time.Hour

// DefaultSteps are days 3, 7, 14 and 21. A day is 24 hours, whatever a clock on the wall
// does.
func DefaultSteps() Steps { return Steps{3 * day, 7 * day, 14 * day, 21 * day} }

// Halfway are steps of which the first begins in the middle of a span, if that is earlier.
// Of less than an hour nobody needs to be reminded.
func (s Steps) Halfway(whole time.Duration) Steps {
	if half := whole / 2; whole >= time.Hour && half < s[StageRemind-1] {
		s[StageRemind-1] = half
	}
	return s
}

// WaitInput is what the clock of one conflict depends on.
type WaitInput struct {
	// Given is as in [forks.Waiting]; see [GivenTo].
	Given []string
	// Asked says that somebody has it: is assigned, is to review it, or took it on.
	Asked bool
	// Asks says that it waits for a decision: not for a merge, and it is not over.
	Asks bool
	// Held, Paused and Away make the clock stand still: by the label, with the track, and
	// while all persons who have it are away.
	Held, Paused, Away bool
	// Quiet says that nobody is to be bothered now: no stage begins.
	Quiet bool
	// Told is the highest stage of which a comment was found, see [ToldStage].
	Told int
}

// Wait brings the clock of a conflict up to now.
//
//   - It begins when somebody has the conflict, runs on if all of them are taken off, and
//     begins anew where it is handed on in words.
//   - At most one stage begins in a day, or in the time between two steps where that is
//     less. So a clock that is wrong, or a daemon that was away for long, passes over no
//     stage and bothers nobody twice in a day.
//   - A clock that went back begins a run anew: what was counted before it stays.
//   - Where was is lost it begins at the stage whose comment stands on the page, as if
//     that had begun now: later rather than too early.
//   - Waiting again at the same time changes nothing.
func (s Steps) Wait(was forks.Waiting, in WaitInput, now time.Time) forks.Waiting {
	now = now.UTC().Truncate(time.Second)
	is, lost := was, was.Begun.IsZero() && len(was.Given) == 0
	if is.Given = in.Given; !lost && !subset(in.Given, was.Given) {
		is = forks.Waiting{Given: in.Given}
	}
	if is.Begun.IsZero() {
		if !in.Asked {
			return is
		}
		is.Begun = now
		if stage := min(in.Told, lastStage); lost && stage > 0 {
			is.Stage, is.Counted = stage, s[stage-1]
		}
	}
	if is.Begun.After(now) {
		is.Begun = now
	}
	if is.Since.After(now) {
		is.Since = now
	}
	switch runs := in.Asks && !in.Held && !in.Paused && !in.Away; {
	case runs && !is.Running():
		is.Since = now
	case !runs && is.Running():
		is.Counted, is.Since = s.waited(is, now), time.Time{}
	}
	if next := s.Next(is); !in.Quiet && !next.IsZero() && !next.After(now) {
		is.Stage, is.Begun = is.Stage+1, now
	}
	return is
}

// waited is how long it has waited, as far as that matters.
func (s Steps) waited(w forks.Waiting, now time.Time) time.Duration {
	if w.Running() {
		return min(w.Counted+min(now.Sub(w.Since), s[lastStage-1]), s[lastStage-1])
	}
	return w.Counted
}

// Next is when the next stage begins if nothing happens; zero if none does.
func (s Steps) Next(w forks.Waiting) time.Time {
	if !w.Running() || w.Stage >= lastStage {
		return time.Time{}
	}
	apart := s[w.Stage]
	if w.Stage > 0 {
		apart -= s[w.Stage-1]
	}
	next, least := w.Since.Add(s[w.Stage]-w.Counted), w.Begun.Add(min(day, apart))
	if least.After(next) {
		return least
	}
	return next
}

// GivenTo says through whose words a conflict came to those who have it.
func GivenTo(p forks.Proposal) (given []string) {
	if p.Claimed != "" {
		given = append(given, "mine "+strings.ToLower(p.Claimed))
	}
	for _, name := range p.NotFor {
		given = append(given, "not mine "+strings.ToLower(name))
	}
	return given
}

// ToldStage finds the highest stage of which auxsync's comment stands on a page.
func ToldStage(seen forks.Pull) int {
	for stage := lastStage; stage > 0; stage-- {
		if _, found := ownComment(seen, stagePurpose(stage), 0); found {
			return stage
		}
	}
	return 0
}

// stagePurpose is what the comment of a stage is for.
func stagePurpose(stage int) string { return fmt.Sprintf("waits %d", stage) }

func subset(list, of []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(of, s) })
}
