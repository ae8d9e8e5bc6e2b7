package github_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

const bot = "auxsync-app[bot]"

// newAppWorld is a world in which auxsync is a GitHub App.
func newAppWorld(t *testing.T, rights githubtest.Rights) (w *world, key *string) {
	t.Helper()
	w = newWorld(t, githubtest.RepoOptions{})
	pem := string(w.server.App(7, 70, "auxsync-app", rights, full))
	key = &pem
	w.config.Auth = github.Auth{App: &github.App{ID: 7, Key: func() (forks.Secret, error) { return forks.NewSecret(*key), nil }}}
	w.restart()
	return w, key
}

func TestAnAppWritesAsItsBot(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	p := w.open()
	if s := w.only(); s.Author != bot || p.Foreign {
		t.Errorf("opened by %s: %+v", s.Author, p)
	}
	_, err := w.forge.Comment(ctx, 1, p, 0, "hello")
	w.must(err)
	w.must(w.forge.Stage(ctx, 1, p, true))
	p = w.found()
	if p.Foreign || len(p.Comments) != 1 || !p.Comments[0].Mine || !p.Comments[0].Bot {
		t.Errorf("seen %+v", p)
	}
	token, err := w.forge.GitToken(ctx)
	w.must(err)
	if !strings.HasPrefix(token.Reveal(), "ghs_") {
		t.Error("git does not get the installation's token")
	}
	if n := w.asked(http.MethodPost, "access_tokens"); n != 1 {
		t.Errorf("asked for %d tokens", n)
	}
}

func TestAnAppsTokenIsRenewedBeforeItEnds(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	first, err := w.forge.GitToken(ctx)
	w.must(err)
	w.clock.Advance(50 * time.Minute)
	same, err := w.forge.GitToken(ctx)
	w.must(err)
	w.clock.Advance(6 * time.Minute)
	renewed, err := w.forge.GitToken(ctx)
	w.must(err)
	if same.Reveal() != first.Reveal() || renewed.Reveal() == first.Reveal() {
		t.Error("it is renewed at another time than four minutes before its end")
	}
	w.open()
}

func TestATokenThatWasRevokedIsReplacedAtOnce(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	token, err := w.forge.GitToken(ctx)
	w.must(err)
	w.server.Revoke(token.Reveal())
	w.open()
	w.found()
}

func TestASuspendedAppNeedsAPersonUntilItIsNot(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	p := w.open()
	w.server.Suspend(70, true)
	for range 2 {
		if _, err := w.forge.Comment(ctx, 1, p, 0, "hello"); kindOf(err) != "person" || !strings.Contains(err.Error(), "suspended") {
			t.Errorf("a write: %v", err)
		}
		w.restart()
		if _, err := w.forge.GitToken(ctx); kindOf(err) != "person" || !strings.Contains(err.Error(), "unsuspended") {
			t.Errorf("a token: %v", err)
		}
	}
	w.server.Suspend(70, false)
	w.found()
}

func TestAnAppThatCannotBeUsedSaysWhy(t *testing.T) {
	w, key := newAppWorld(t, githubtest.AllRights())
	good := *key
	other := string(w.server.App(8, 80, "other-app", githubtest.AllRights()))
	for mistake, use := range map[string]struct{ key, says string }{
		"no key":           {"rubbish canary", "not an RSA key"},
		"another's key":    {other, "does not take the credential"},
		"the key is there": {good, ""},
	} {
		*key = use.key
		_, err := w.forge.GitToken(ctx)
		switch {
		case use.says == "":
			w.must(err)
		case kindOf(err) != "person" || !strings.Contains(err.Error(), use.says) || strings.Contains(err.Error(), "canary"):
			t.Errorf("%s: %v", mistake, err)
		}
	}
	w.config.Auth.App.ID = 8
	*key = other
	w.restart()
	if _, err := w.forge.GitToken(ctx); kindOf(err) != "person" || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("not installed: %v", err)
	}
	w.config.Auth.App.Key = func() (forks.Secret, error) { return forks.Secret{}, errors.New("permission denied") }
	w.restart()
	if _, err := w.forge.GitToken(ctx); kindOf(err) != "person" || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a key that cannot be read: %v", err)
	}
}

func TestAnAppsTokenIsAskedForAgainAfterAFault(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	mint := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "access_tokens") }
	w.server.FaultTimes(2, mint, githubtest.Fault{Kind: githubtest.DroppedAfter})
	_, err := w.forge.GitToken(ctx)
	w.must(err)
	for _, f := range faults {
		w.restart()
		w.server.SetFaults(func(r *http.Request) githubtest.Fault {
			if mint(r) {
				return f.Fault
			}
			return githubtest.Fault{}
		})
		if _, err := w.forge.Comment(ctx, 1, forks.Pull{Number: 1, ID: id}, 0, "x"); kindOf(err) != "retry" {
			t.Errorf("%s: %v", f.name, err)
		}
		w.clock.Advance(time.Hour)
	}
}
