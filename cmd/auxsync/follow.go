package main

import (
	"fmt"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// follower shows how far a pass has come, on standard error: on a terminal in one
// line that is written over, else one line for each new step.
type follower struct {
	*app
	terminal bool

	mu   sync.Mutex
	step string // the step that was told last
	open bool   // a line stands that is to be wiped
}

func (a *app) follow() *follower { return &follower{app: a, terminal: isTerminal(a.err)} }

// say tells a step, or how far it has come.
func (f *follower) say(p forks.Progress) {
	if f.quiet || p.Doing == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.terminal {
		if p.Doing != f.step {
			f.step = p.Doing
			fmt.Fprintln(f.err, forks.Inert(p.Doing))
		}
		return
	}
	text := forks.Inert(p.Doing)
	if p.Of > 0 {
		text += fmt.Sprintf(": %d of %d", p.Done, p.Of)
	}
	if p.Detail != "" {
		text += ": " + forks.Inert(p.Detail)
	}
	fmt.Fprint(f.err, wipe+forks.Clip(text, liveWidth))
	f.open = true
}

// wipe goes to the beginning of the line and empties it.
const wipe = "\r\x1b[K"

// liveWidth is how long the line gets at most: one that a terminal wraps could not
// be wiped.
const liveWidth = 78

// done wipes the line.
func (f *follower) done() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open {
		fmt.Fprint(f.err, wipe)
		f.open = false
	}
}

// style is how reports look on standard output.
func (a *app) style() reports.Style {
	return reports.Style{Color: isTerminal(a.out) && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"}
}
