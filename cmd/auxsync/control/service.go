package control

import (
	"context"
	"io"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Service does what is asked for. Its methods are called from many goroutines at
// once. A context ends when the one who asked goes away, or when the server stops
// and its grace is over; a method returns soon after that.
type Service interface {
	// Hello tells about the daemon, at once and without waiting for anything. The
	// server fills in the schema.
	Hello() Hello
	// Tracks returns the tracks in the order of the config, or the one that name
	// names: the name of a track or fork/track. It asks no remote and waits for no
	// pass. A name that is none is a [forks.TrackNameError].
	Tracks(ctx context.Context, name string) ([]View, error)
	// Run does one request for a peer. A verb or option that it does not know is a
	// wrong use. The result is encoded as JSON; there may be one beside an error, as
	// where a pass stopped and its plan tells why.
	//
	// say tells how far it has come. It never blocks, may be called from several
	// goroutines, and hands on the newest only if the peer is slow to listen.
	Run(ctx context.Context, peer Peer, r Request, say func(forks.Progress)) (result any, err error)
	// Backup writes the database, as one consistent file. Writing to w takes as long
	// as the peer likes, so it copies the database first and holds no lock while it
	// writes. An error before the first byte reaches the peer in words.
	Backup(ctx context.Context, w io.Writer) error
}

// Hello is what a daemon says of itself.
type Hello struct {
	Schema  string    `json:"schema"` // always [ControlSchema]
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Config  string    `json:"config"` // absolute path of the config file in use
}

// Request asks for something to be done.
type Request struct {
	// Verb is what to do; the service knows which there are: sync, plan, adopt,
	// retarget, reload, recover, check, decide, merge, people, review, report, learn.
	Verb string `json:"verb"`
	// Track is the name of a track or fork/track; empty where the verb then means
	// all of them, or none.
	Track string `json:"track,omitempty"`

	// Wishes; each counts for the verbs that have it.
	AcceptFolded bool   `json:"accept_folded,omitempty"` // although much is folded
	RenamedFrom  string `json:"renamed_from,omitempty"`  // adopt: the name that the track had before
	Create       bool   `json:"create,omitempty"`        // make the fork's branch if there is none
	TakeOver     bool   `json:"take_over,omitempty"`     // although another state directory wrote last
	Due          bool   `json:"if_due,omitempty"`        // hold the branch back as publish_every says
	Onto         string `json:"onto,omitempty"`          // plan: URL of another repository to stand on
	Ref          string `json:"ref,omitempty"`           // plan: the ref of Onto
	Upstream     string `json:"upstream,omitempty"`      // retarget: URL of the new upstream

	// Of decide: what is decided, about which conflict (its id, or the number of its
	// pull request; for what can be about a patch or a track too, its id or name), with
	// what the verb takes besides, why, and for whom on the forge.
	Decision forks.Verb `json:"decision,omitempty"`
	Conflict string     `json:"conflict,omitempty"`
	Arg      string     `json:"arg,omitempty"`
	Because  string     `json:"because,omitempty"`
	As       string     `json:"as,omitempty"`

	// Of learn: the range of commits, and whether nothing is to be kept.
	Range  string `json:"range,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`

	// Of report: the fork, all without one; the week, the last one without one; and
	// whether it is to be brought to where the config says.
	Fork    string `json:"fork,omitempty"`
	Week    string `json:"week,omitempty"`
	Publish bool   `json:"publish,omitempty"`
}

// The schemas of what is sent.
const (
	ControlSchema = "auxsync.control/1"
	TracksSchema  = "auxsync.tracks/1"
	ErrorSchema   = "auxsync.error/1"
)

// version is the version of the protocol: the first element of every path.
const version = "v1"

// tracksAnswer is the answer to GET /v1/tracks.
type tracksAnswer struct {
	Schema string `json:"schema"`
	Tracks []View `json:"tracks"`
}

// event is one line of a stream. One that has a failure, be it null, is the last.
type event struct {
	Progress *forks.Progress `json:"progress,omitempty"`
	Note     string          `json:"note,omitempty"`
}
