package forks

import (
	"math"
	"strings"
	"time"
)

// Track is one fork branch that follows one upstream branch, with every key of
// config.toml in effect: what the track does not say comes from its fork, then
// from the top of the file, then from the default.
type Track struct {
	Fork string // name of the fork in config
	Name string // unique within the fork; see ValidTrackName

	Upstream        string   // URL of the repository followed; never pushed to
	URL             string   // URL of the fork
	Credential      string   // file, or name of a systemd credential, that holds the fork's token; "" for none
	Forge           string   // ForgeGit or ForgeGitHub
	AllowTransports []string // transports of both URLs that may be used: https, http, ssh, file

	// Follow is the upstream branch, without refs/heads/, or "tags:" and a pattern:
	// then the track follows the newest release among the tags. See FollowsTags.
	// With one '*' it is a pattern of branches, and so is Branch. See IsPattern.
	Follow  string
	Branch  string  // fork branch, without refs/heads/
	History History // how the branch moves

	// Pattern names the pattern of config that stands for this track; "" for a track
	// that config names.
	Pattern string
	// Policy is the absolute path of the fork's policy on this machine; "" for the
	// fork's branch [PolicyBranch].
	Policy string

	// StackFrom names the track of the same fork whose stack this one carries; "" if
	// the track has a stack of its own.
	StackFrom string

	Interval     time.Duration // between two passes
	Jitter       float64       // share of Interval by which it varies, 0 to 1
	PublishEvery time.Duration // least time between two moves of the base that nobody asked for
	// HoldFor is how long a conflict that was given to somebody holds the branch back
	// before its patch is parked; MaxLag how long all conflicts of the track do together;
	// SecurityHoldFor replaces HoldFor where that is longer, while what waits upstream
	// holds a commit about security. Each may be [Never].
	HoldFor, MaxLag, SecurityHoldFor time.Duration
	// Limits bound how many conflicts of the fork are asked about; all its tracks have
	// the same.
	Limits AskingLimits
	// SecurityPattern finds the commits of upstream that are about security; see
	// [Track.SecurityRegexp].
	SecurityPattern string

	// Merger is [OwnMerger] or [GitMerger]; "" is OwnMerger.
	Merger string
	// MergerDecides: the track itself names its merger, so that one is right where the two
	// differ; the other is still heard, and only the log tells.
	MergerDecides bool
	// CrossCheck has the other merger repeat each merge that a pass would publish or ask
	// about; where the two differ, the track stops.
	CrossCheck bool

	// Quiet are the hours at which nobody is bothered; all tracks have the same.
	Quiet QuietHours

	// References is [KeepReferences] or [DefuseReferences]: what happens where the
	// message of a patch would notify people or refer to pages of the forge. "" has
	// adopt ask where there is such a message.
	References string
	// GitHub is zero unless Forge is [ForgeGitHub]. All tracks of a fork have the same.
	GitHub GitHub
}

// Never is a length of time that does not end.
const Never = time.Duration(math.MaxInt64)

// AskingLimits bound how many conflicts people are asked about at the same time. Zero
// sets no bound.
type AskingLimits struct {
	Open   int // conflicts of a fork that are open at the same time
	PerDay int // conflicts of a fork that are opened in 24 hours
}

// The forges: where conflicts are shown to people.
const (
	ForgeGit    = "git"    // plain branches, no service
	ForgeGitHub = "github" // pull requests
)

// The engines that merge; they give the same results.
const (
	OwnMerger = "own" // package syncer/merge
	GitMerger = "git" // the installed git's merge-tree
)

// What can be done about references in the messages of patches.
const (
	KeepReferences = "keep"
	// DefuseReferences breaks them by a character without a shape, in the commits that
	// auxsync writes anew.
	DefuseReferences = "defuse"
)

// GitHub says where the pull requests of a fork are, and what they may do.
type GitHub struct {
	API         string // https, or http on this machine; without a slash at the end
	Owner, Repo string // of the fork's URL, as it spells them
	// UpstreamRepo is upstream's owner/repo where it is on the same forge, else "".
	// Nothing is ever written there.
	UpstreamRepo string
	// AppID is set where the credential is the private key of an App, in PEM; else it is
	// a token. An InstallationID of 0 is looked up.
	AppID, InstallationID int64

	ApproveMerges bool          // an approving review of somebody who may decide merges what is settled
	Dashboard     bool          // an issue shows how the fork is
	Poll          time.Duration // between two looks, 15 seconds to an hour
	Ask           []string      // logins, and teams as org/slug, who are asked where nobody better is known
	// WebhookSecret is the file, or the name of a systemd credential, that holds the
	// secret of the webhook /hooks/github/FORK; "" for no webhook. Like the credential it
	// is read anew whenever it is needed.
	WebhookSecret string
}

// tagsPrefix begins a follow that names tags.
const tagsPrefix = "tags:"

// FollowsTags returns the pattern of the tags that the track follows, without
// refs/tags/; ok is false for a track that follows a branch.
func (t Track) FollowsTags() (pattern string, ok bool) {
	return strings.CutPrefix(t.Follow, tagsPrefix)
}

// FollowRef is the upstream ref that the track follows. A track that follows tags
// has none.
func (t Track) FollowRef() Ref { return BranchRef(t.Follow) }

// BranchRef is the fork ref that the track publishes to.
func (t Track) BranchRef() Ref { return BranchRef(t.Branch) }

// StateRef is the fork ref that holds the track's state.
func (t Track) StateRef() Ref { return StateRef(t.Name) }

// ValidTrackName reports whether name matches [a-z0-9][a-z0-9-]{0,39} and is not
// the reserved word "policy".
func ValidTrackName(name string) bool {
	if len(name) < 1 || len(name) > 40 || name == "policy" || name[0] == '-' {
		return false
	}
	for _, c := range []byte(name) {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
