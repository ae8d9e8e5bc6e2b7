package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// View is what the daemon knows about one track.
type View struct {
	Track forks.Track
	// State is what the last pass left on the fork; nil before adoption.
	State  *forks.State
	Health forks.Health
	Words  string // Health in words, at the time of the answer
	// Behind counts upstream's commits that are not in the base; nil if not known.
	Behind   *int
	LastPass *Pass // nil if none was made since there is a database
	Running  bool  // a pass over it goes on right now
	// Next is when the next pass is due. One in the past waits for its turn; zero
	// means that none is planned.
	Next time.Time
	// Policy is what is wrong with the policy of the fork, such as why the newest one
	// was refused; empty if nothing is.
	Policy string
	// Forge is how the looks at the fork's forge go, as Health says of passes; zero
	// without pages, and while no look failed.
	Forge forks.Health
}

// Pass is how one run of a pass ended.
type Pass struct {
	Number  int               `json:"number"`
	At      time.Time         `json:"at"` // when it began
	Outcome forks.PassOutcome `json:"outcome"`
	Error   string            `json:"error"` // empty unless it failed or stopped
}

type viewJSON struct {
	Track    trackJSON       `json:"track"`
	State    json.RawMessage `json:"state"` // state.json, or null
	Health   forks.Health    `json:"health"`
	Words    string          `json:"words"`
	Behind   *int            `json:"behind"`
	LastPass *Pass           `json:"last_pass"`
	Running  bool            `json:"running"`
	Next     time.Time       `json:"next"`
	Policy   string          `json:"policy"`
	Forge    forks.Health    `json:"forge"`
}

// MarshalJSON writes the state as state.json has it.
func (v View) MarshalJSON() ([]byte, error) {
	w := viewJSON{
		Track: trackToJSON(v.Track), State: json.RawMessage("null"), Health: v.Health, Words: v.Words,
		Behind: v.Behind, LastPass: v.LastPass, Running: v.Running, Next: v.Next, Policy: v.Policy, Forge: v.Forge,
	}
	if v.State != nil {
		state, err := forks.EncodeState(*v.State)
		if err != nil {
			return nil, err
		}
		w.State = state
	}
	return encodeAny(w)
}

// UnmarshalJSON reads what [View.MarshalJSON] wrote.
func (v *View) UnmarshalJSON(data []byte) error {
	var w viewJSON
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	track, err := w.Track.track()
	if err != nil {
		return err
	}
	*v = View{
		Track: track, Health: w.Health, Words: w.Words, Behind: w.Behind,
		LastPass: w.LastPass, Running: w.Running, Next: w.Next, Policy: w.Policy, Forge: w.Forge,
	}
	if len(w.State) > 0 && !bytes.Equal(w.State, []byte("null")) {
		state, err := forks.DecodeState(w.State)
		if err != nil {
			return err
		}
		v.State = &state
	}
	return nil
}

// trackJSON is a track with the names that config.toml has for its keys. Its quiet hours
// and its security pattern are for the daemon alone and are not sent.
type trackJSON struct {
	Fork            string        `json:"fork"`
	Name            string        `json:"name"`
	Upstream        string        `json:"upstream"`
	URL             string        `json:"url"`
	Credential      string        `json:"credential"` // where it is, never what it is
	Forge           string        `json:"forge"`
	AllowTransports []string      `json:"allow_transports"`
	Follow          string        `json:"follow"`
	Branch          string        `json:"branch"`
	History         forks.History `json:"history"`
	StackFrom       string        `json:"stack_from"`
	Interval        string        `json:"interval"`
	Jitter          float64       `json:"jitter"`
	PublishEvery    string        `json:"publish_every"`
	Pattern         string        `json:"pattern"`
	PolicyFile      string        `json:"policy_file"`
	Merger          string        `json:"merger"`
	MergerDecides   bool          `json:"merger_decides"`
	CrossCheck      bool          `json:"cross_check"`
	HoldFor         string        `json:"hold_for"`
	MaxLag          string        `json:"max_lag"`
	SecurityHoldFor string        `json:"security_hold_for"`
	Limits          limitsJSON    `json:"limits"`
	References      string        `json:"references,omitempty"`
	GitHub          *githubJSON   `json:"github,omitempty"` // with forge "github"
}

// limitsJSON are the limits of a fork.
type limitsJSON struct {
	Open   int `json:"open"`
	PerDay int `json:"per_day"`
}

func trackToJSON(t forks.Track) trackJSON {
	transports := t.AllowTransports
	if transports == nil {
		transports = []string{}
	}
	return trackJSON{
		Fork: t.Fork, Name: t.Name, Upstream: t.Upstream, URL: t.URL, Credential: t.Credential, Forge: t.Forge,
		AllowTransports: transports, Follow: t.Follow, Branch: t.Branch, History: t.History, StackFrom: t.StackFrom,
		Interval: t.Interval.String(), Jitter: t.Jitter, PublishEvery: t.PublishEvery.String(),
		Pattern: t.Pattern, PolicyFile: t.Policy, Merger: t.Merger, MergerDecides: t.MergerDecides, CrossCheck: t.CrossCheck,
		HoldFor: t.HoldFor.String(), MaxLag: t.MaxLag.String(), SecurityHoldFor: t.SecurityHoldFor.String(), Limits: limitsJSON(t.Limits),
		References: t.References, GitHub: githubToJSON(t.GitHub),
	}
}

func (w trackJSON) track() (forks.Track, error) {
	var spans [5]time.Duration
	for i, key := range []struct{ name, text string }{
		{"interval", w.Interval}, {"publish_every", w.PublishEvery},
		{"hold_for", w.HoldFor}, {"max_lag", w.MaxLag}, {"security_hold_for", w.SecurityHoldFor},
	} {
		var err error
		if spans[i], err = time.ParseDuration(key.text); err != nil {
			return forks.Track{}, fmt.Errorf("%s of track %s/%s: %w", key.name, w.Fork, w.Name, err)
		}
	}
	github, err := w.GitHub.settings()
	if err != nil {
		return forks.Track{}, fmt.Errorf("poll of track %s/%s: %w", w.Fork, w.Name, err)
	}
	return forks.Track{
		Fork: w.Fork, Name: w.Name, Upstream: w.Upstream, URL: w.URL, Credential: w.Credential, Forge: w.Forge,
		AllowTransports: w.AllowTransports, Follow: w.Follow, Branch: w.Branch, History: w.History, StackFrom: w.StackFrom,
		Interval: spans[0], Jitter: w.Jitter, PublishEvery: spans[1],
		HoldFor: spans[2], MaxLag: spans[3], SecurityHoldFor: spans[4], Limits: forks.AskingLimits(w.Limits),
		Pattern: w.Pattern, Policy: w.PolicyFile, Merger: w.Merger, MergerDecides: w.MergerDecides, CrossCheck: w.CrossCheck,
		References: w.References, GitHub: github,
	}, nil
}
