package pullstest

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// patience is how long a call may take to see that its context has ended, on the
// busiest machine.
const patience = time.Minute

// waiting are the cases in which a caller gives up.
func waiting() map[string]check {
	return map[string]check{
		"A context that has ended ends each call, and nothing is done": func(b *bench) {
			p := b.mergeable(one)
			b.pair(two)
			var comment int64
			if b.Pages != nil {
				comment = b.Pages.Comment(b.Pages.Maintainer, p, "hello")
			}
			p = b.found(one)
			refs := b.Fork.Refs(b.t)
			ctx, cancel := context.WithCancel(b.t.Context())
			cancel()
			b.ctx = ctx
			for name, call := range b.calls(p, comment) {
				if err := call(); !errors.Is(err, context.Canceled) || isRefused(err) {
					b.t.Errorf("%s: %v; want that it was canceled", name, err)
				}
			}
			b.ctx = b.t.Context()
			if now := b.Fork.Refs(b.t); !maps.Equal(now, refs) {
				b.t.Errorf("refs are %v, were %v", now, refs)
			}
			b.counts(1)
			now := b.found(one)
			want(b.t, "state", now.State, forks.PullOpen)
			want(b.t, "draft", now.Draft, p.Draft)
			want(b.t, "body", now.Body, p.Body)
			want(b.t, "comments", len(now.Comments), len(p.Comments))
			want(b.t, "labels", len(now.Labels), len(p.Labels))
		},
		"A look that hangs ends with its context": func(b *bench) {
			b.opened(one)
			err := b.giveUp(func() error {
				_, err := b.Forge.Look(b.ctx, forks.PullQuestion{Pulls: []forks.KnownPull{b.known(one)}})
				return err
			})
			if !errors.Is(err, context.Canceled) {
				b.t.Errorf("look: %v; want that it was canceled", err)
			}
			want(b.t, "state", b.found(one).State, forks.PullOpen)
		},
		"A merge that hangs ends with its context, and says nothing false": func(b *bench) {
			p := b.mergeable(one)
			err := b.giveUp(func() error { return b.merge(p, p.Head) })
			if err == nil || isRefused(err) {
				b.t.Errorf("merge: %v; want that it was canceled, or is not known", err)
			}
			if !isUnknown(err) {
				want(b.t, "onto", b.onto(one), b.pushed[one].Onto)
			}
			b.do("merge", b.merge(p, p.Head))
			b.mergedAs(one, p.Head)
		},
	}
}

// calls has every method that reaches for the forge.
func (b *bench) calls(p forks.Pull, comment int64) map[string]func() error {
	calls := map[string]func() error{
		"Look": func() error {
			seen, err := b.Forge.Look(b.ctx, forks.PullQuestion{Pulls: []forks.KnownPull{b.known(one)}, Dashboard: b.Pages != nil})
			want(b.t, "found", len(seen.Pulls), 0)
			return err
		},
		"Open":  func() error { _, err := b.open(two); return err },
		"merge": func() error { return b.merge(p, p.Head) },
		"close": func() error { return b.close(p) },
	}
	if b.Pages != nil {
		maps.Copy(calls, b.pageCalls(p, comment))
		calls["Standing"] = func() error { _, err := b.Forge.Standing(b.ctx, forks.Account{Login: b.Pages.Maintainer}); return err }
		calls["Open an issue"] = func() error { _, err := b.openDashboard(); return err }
	}
	return calls
}

// pageCalls has the effects that only pages have.
func (b *bench) pageCalls(p forks.Pull, comment int64) map[string]func() error {
	return map[string]func() error{
		"Edit":   func() error { return b.edit(p, "other", "new") },
		"Stage":  func() error { return b.Forge.Stage(b.ctx, b.next(), p, p.Draft) },
		"Label":  func() error { return b.Forge.Label(b.ctx, b.next(), p, []string{"conflict"}, nil) },
		"Status": func() error { return b.Forge.Status(b.ctx, b.next(), p.Head, forks.StatusFailure, "open") },
		"Ask": func() error {
			_, err := b.Forge.Ask(b.ctx, b.next(), p, forks.People{Assignees: []string{"mona"}}, forks.People{})
			return err
		},
		"Suggest": func() error { return b.suggest(p) },
		"Comment": func() error { _, err := b.Forge.Comment(b.ctx, b.next(), p, 0, "hello"); return err },
		"React":   func() error { return b.Forge.React(b.ctx, b.next(), comment, forks.Accepted) },
	}
}

// giveUp makes a call whose first exchange hangs, ends its context then, and returns
// its error.
func (b *bench) giveUp(call func() error) error {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	b.ctx = ctx
	defer func() { b.ctx = b.t.Context() }()
	begun, ended := b.Hang(), make(chan error, 1)
	go func() { ended <- call() }()
	timeout := time.After(patience)
	select {
	case <-begun:
	case err := <-ended:
		b.t.Fatalf("it ended before anything hung: %v", err)
	case <-timeout:
		b.t.Fatal("it never began")
	}
	cancel()
	select {
	case err := <-ended:
		return err
	case <-timeout:
		b.t.Fatal("it did not end with its context")
		return nil
	}
}
