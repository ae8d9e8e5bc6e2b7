package pullstest

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// edit writes title and body.
func (b *bench) edit(p forks.Pull, title, body string) error {
	return b.Forge.Edit(b.ctx, b.next(), p, forks.PullText{Title: title, Body: body})
}

// pages are the cases about what stands on a pull request's page.
func pages() map[string]check {
	return map[string]check{
		"A pull request is opened as a draft with its title and body": func(b *bench) {
			p := b.opened(one)
			want(b.t, "draft", p.Draft, true)
			want(b.t, "title", p.Title, title(one))
			want(b.t, "body", p.Body, body(one))
			want(b.t, "status", p.Status, "")
			want(b.t, "labels, people, reviews, comments", len(p.Labels)+len(p.Assignees)+len(p.Reviewers)+len(p.Reviews)+len(p.Comments), 0)
			if p.Number <= 0 || !strings.HasPrefix(p.URL, "http") || p.Updated.IsZero() {
				b.t.Errorf("number %d, page %q, updated %s", p.Number, p.URL, p.Updated)
			}
			wantNames(b.t, "me", []string{b.look().Me}, b.Pages.Me)
		},
		"A text with characters that mean something arrives as it was written": func(b *bench) {
			p := b.opened(one)
			title := "hello: \"mirror\" & <b>?x=1#2%20</b> \\ `code` – ☃"
			body := "# one\n\n```nix\nurl = \"https://example.org/?a=b&c=d#e\"; # <!-- -->\n```\n\n☃ \\ 'x' @\u200bmona\n"
			b.do("edit", b.edit(p, title, body))
			now := b.found(one)
			want(b.t, "title", now.Title, title)
			want(b.t, "body", now.Body, body)
		},
		"What a person writes around the text survives an edit": func(b *bench) {
			p := b.opened(one)
			b.Pages.Rewrite(b.Pages.Maintainer, p, "Look at this first.\n\n"+p.Body+"\nThanks!\n")
			now := b.found(one)
			want(b.t, "body", now.Body, "Look at this first.\n\n"+body(one)+"\nThanks!\n")
			b.do("edit", b.edit(now, "", strings.Replace(now.Body, "settle `", "settled: `", 1)))
			now = b.found(one)
			want(b.t, "body", now.Body, "Look at this first.\n\n"+strings.Replace(body(one), "settle `", "settled: `", 1)+"\nThanks!\n")
			want(b.t, "title", now.Title, title(one))
		},
		"An edit that is repeated changes nothing": func(b *bench) {
			p := b.opened(one)
			b.do("edit", b.edit(p, "other", "new"))
			b.do("edit again", b.edit(p, "other", "new"))
			now := b.found(one)
			want(b.t, "title", now.Title, "other")
			want(b.t, "body", now.Body, "new")
			want(b.t, "draft", now.Draft, true)
		},
		"It is made ready and a draft again, each as often as asked": func(b *bench) {
			p := b.opened(one)
			for _, ready := range []bool{true, true, false, false, true} {
				b.do("stage", b.Forge.Stage(b.ctx, b.next(), p, ready))
				p = b.found(one)
				want(b.t, "draft", p.Draft, !ready)
			}
			before := p
			b.do("draft", b.Forge.Stage(b.ctx, b.next(), before, false))
			b.do("draft, as it was seen before", b.Forge.Stage(b.ctx, b.next(), before, false))
			want(b.t, "draft", b.found(one).Draft, true)
		},
		"A status is set and seen, on its commit only": func(b *bench) {
			p := b.opened(one)
			for _, s := range []forks.StatusState{forks.StatusFailure, forks.StatusFailure, forks.StatusSuccess, forks.StatusFailure} {
				b.do("status", b.Forge.Status(b.ctx, b.next(), p.Head, s, "1 hunk is left"))
				want(b.t, "status", b.found(one).Status, s)
			}
			pushed := b.push(one)
			want(b.t, "status of what was pushed", b.found(one).Status, "")
			b.do("status", b.Forge.Status(b.ctx, b.next(), pushed, forks.StatusSuccess, "settled"))
			want(b.t, "status of what was pushed", b.found(one).Status, forks.StatusSuccess)
		},
		"One that somebody else opened is foreign, and not opened twice": func(b *bench) {
			b.pair(one)
			number := b.Pages.Open(b.Pages.Maintainer, branch(forks.FixRef(track, one)), branch(forks.OntoRef(track, one)))
			p, err := b.open(one)
			b.do("open", err)
			for what, p := range map[string]forks.Pull{"opened": p, "seen": b.found(one)} {
				want(b.t, what+": number", p.Number, number)
				want(b.t, what+": foreign", p.Foreign, true)
				if p.Title == title(one) {
					b.t.Error("its title was written over")
				}
			}
			b.counts(1)
		},
		"A person's pull request of the same fix into another branch is not taken for it": func(b *bench) {
			b.pair(one)
			other := b.Pages.Open(b.Pages.Maintainer, branch(forks.FixRef(track, one)), "main")
			b.absent(b.known(one))
			p, err := b.open(one)
			b.do("open", err)
			if p.Number == other {
				b.t.Error("the person's was taken")
			}
			want(b.t, "number", b.found(one).Number, p.Number)
			b.counts(2)
		},
		"A number that is another pull request's is not believed": func(b *bench) {
			first := b.opened(one)
			second := b.opened(two)
			issue, err := b.openDashboard()
			b.do("open an issue", err)
			for _, number := range []int{second.Number, issue.Number, 99} {
				known := b.known(one)
				known.Number = number
				if p, found := b.look(known).Pulls[one]; found {
					want(b.t, "number", p.Number, first.Number)
				}
			}
		},
		"Of several the open one is found, else the newest": func(b *bench) {
			first := b.opened(one)
			b.do("close", b.close(first))
			second, err := b.open(one)
			b.do("open a second time", err)
			want(b.t, "number", b.found(one).Number, second.Number)
			b.do("close the second", b.close(second))
			want(b.t, "number", b.found(one).Number, second.Number)
			want(b.t, "state", b.found(one).State, forks.PullClosed)
			b.Reopen(first)
			want(b.t, "number", b.found(one).Number, first.Number)
			want(b.t, "state", b.found(one).State, forks.PullOpen)
			b.counts(2)
		},
	}
}

func branch(ref forks.Ref) string { return strings.TrimPrefix(string(ref), "refs/heads/") }
