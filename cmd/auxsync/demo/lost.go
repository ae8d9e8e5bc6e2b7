package demo

import (
	"context"
	"fmt"
	"strings"
)

// Lost collects the fork's garbage, and then lists what people made and no ref
// of the fork reaches any more: commits of their own, from before first contact
// and since, and the text of each change. Nothing lost is an empty list.
func (w *World) Lost(ctx context.Context) ([]string, error) {
	g := w.onServer(w.ForkDir)
	if _, err := g.run(ctx, "gc", "--quiet", "--prune=now"); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	reached, err := g.run(ctx, "rev-list", "--all")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	objects, err := g.run(ctx, "rev-list", "--objects", "--no-object-names", "--all")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	everything, err := g.feed(ctx, []byte(objects+"\n"), "cat-file", "--batch", "--buffer")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	var lost []string
	for _, m := range w.made() {
		if !strings.Contains(reached, m.commit) {
			lost = append(lost, fmt.Sprintf("commit %s of %s: %s", m.commit[:10], m.who, m.what))
		}
		if !strings.Contains(everything, m.text) {
			lost = append(lost, fmt.Sprintf("the words %q of %s: %s", m.text, m.who, m.what))
		}
	}
	return lost, nil
}

// piece is one commit that a person of the fork made.
type piece struct {
	commit, who, what, text string
}

func (w *World) made() []piece {
	var all []piece
	for _, e := range w.Expect(w.stage) {
		all = append(all, piece{e.Commit.String(), e.Author.Name, e.Subject, e.Text})
	}
	for _, p := range w.pushed {
		for _, id := range p.Commits {
			all = append(all, piece{id.String(), p.By.Name, "pushed since", p.Text})
		}
	}
	return all
}
