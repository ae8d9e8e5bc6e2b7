package control

import (
	"reflect"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// githubJSON is [forks.NAME.github] with the names that config.toml has for its keys,
// and the repositories.
type githubJSON struct {
	API            string   `json:"api"`
	Owner          string   `json:"owner"`
	Repo           string   `json:"repo"`
	UpstreamRepo   string   `json:"upstream_repo"`
	AppID          int64    `json:"app_id"`
	InstallationID int64    `json:"installation_id"`
	ApproveMerges  bool     `json:"approve_merges"`
	Dashboard      bool     `json:"dashboard"`
	Poll           string   `json:"poll"`
	Ask            []string `json:"ask"`
	WebhookSecret  string   `json:"webhook_secret"` // where it is, never what it is
}

// githubToJSON returns nil for a fork that is not on GitHub.
func githubToJSON(g forks.GitHub) *githubJSON {
	if reflect.ValueOf(g).IsZero() {
		return nil
	}
	ask := g.Ask
	if ask == nil {
		ask = []string{}
	}
	return &githubJSON{API: g.API, Owner: g.Owner, Repo: g.Repo, UpstreamRepo: g.UpstreamRepo, AppID: g.AppID, InstallationID: g.InstallationID,
		ApproveMerges: g.ApproveMerges, Dashboard: g.Dashboard, Poll: g.Poll.String(), Ask: ask, WebhookSecret: g.WebhookSecret}
}

func (w *githubJSON) settings() (forks.GitHub, error) {
	if w == nil {
		return forks.GitHub{}, nil
	}
	poll, err := time.ParseDuration(w.Poll)
	return forks.GitHub{API: w.API, Owner: w.Owner, Repo: w.Repo, UpstreamRepo: w.UpstreamRepo, AppID: w.AppID, InstallationID: w.InstallationID,
		ApproveMerges: w.ApproveMerges, Dashboard: w.Dashboard, Poll: poll, Ask: w.Ask, WebhookSecret: w.WebhookSecret}, err
}
