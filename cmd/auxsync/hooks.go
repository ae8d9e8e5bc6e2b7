package main

import (
	"net/http"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
)

// hooks takes the webhooks of all forks at /hooks/github/FORK, as the config in effect
// has them. A delivery makes the poller look now, and is not believed otherwise.
type hooks struct {
	*daemon

	mu    sync.Mutex
	taken map[string]*github.Hooks // by fork: each knows which deliveries it had
}

// hooksPattern is where deliveries arrive.
const hooksPattern = "POST /hooks/github/{fork}"

func newHooks(d *daemon) *hooks { return &hooks{daemon: d, taken: map[string]*github.Hooks{}} }

// ServeHTTP takes a delivery for a fork that has a secret for them.
func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fork := r.PathValue("fork")
	if h.secretName(fork) == "" {
		http.NotFound(w, r)
		return
	}
	h.of(fork).ServeHTTP(w, r)
}

func (h *hooks) of(fork string) *github.Hooks {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.taken[fork] == nil {
		h.taken[fork] = github.NewHooks(func() (forks.Secret, error) {
			text, err := h.credential(fork, h.secretName(fork))
			return forks.NewSecret(text), err
		}, func(string) { h.poller.wake(fork) })
	}
	return h.taken[fork]
}

// secretName is where the secret of a fork's webhook is; "" if it has none.
func (h *hooks) secretName(fork string) string {
	for _, t := range onePerFork(h.catalog.current()) {
		if t.Fork == fork && t.Forge == forks.ForgeGitHub {
			return t.GitHub.WebhookSecret
		}
	}
	return ""
}
