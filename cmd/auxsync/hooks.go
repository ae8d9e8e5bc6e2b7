package main

import (
	"net/http"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
)

// hooksPath is where the webhook of a fork arrives, with its name at the end.
const hooksPath = "/hooks/github/"

// hooks adds the endpoints of webhooks to the page, for the forks that have a secret
// for them. A delivery makes the poller look now, and is not believed otherwise.
func (d *daemon) hooks(mux *http.ServeMux) {
	for _, t := range onePerFork(d.config) {
		if t.Forge != forks.ForgeGitHub || t.GitHub.WebhookSecret == "" {
			continue
		}
		read := func() (forks.Secret, error) {
			text, err := d.credential(t.Fork, t.GitHub.WebhookSecret)
			return forks.NewSecret(text), err
		}
		mux.Handle("POST "+hooksPath+t.Fork, github.NewHooks(read, func(string) { d.poller.wake(t.Fork) }))
	}
}
