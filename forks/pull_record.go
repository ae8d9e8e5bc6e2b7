package forks

import (
	"bytes"
	"encoding/json"
	"time"
)

// PullRecord is what is remembered of one pull request: what auxsync wrote, so that
// it never undoes what a person changed, and what it saw. It is an index: a record
// that was lost is begun anew from what the forge shows.
type PullRecord struct {
	Number int    `json:"number"` // 0 until it is known to be open
	URL    string `json:"url"`
	// State, By, Updated and Head are as they were seen last.
	State   PullState `json:"state"`
	By      string    `json:"by"`
	Updated time.Time `json:"updated"`
	Head    Hash      `json:"head"`

	// Title and Body are digests of what was written last, Body of what stands between
	// the markers. An empty Title is a person's, and stays.
	Title string `json:"title"`
	Body  string `json:"body"`
	// Labels, Assignees and Reviewers have all that was ever set, except what auxsync
	// itself took back: each is set once.
	Labels    []string `json:"labels"`
	Assignees []string `json:"assignees"`
	Reviewers []string `json:"reviewers"`
	// Assigned is who was seen to be assigned last, by whomever.
	Assigned []string `json:"assigned,omitempty"`
	// LeftOut has those of them whom the forge did not take.
	LeftOut []string `json:"left_out,omitempty"`
	// Ready is what was asked for last of draft or ready; nil before that.
	Ready *bool `json:"ready"`
	// Shown is set while it is settled once it was seen ready: a draft is a person's then.
	Shown bool `json:"shown"`
	// Status is what was set last, on StatusOn.
	Status   StatusState `json:"status"`
	StatusOn Hash        `json:"status_on"`
	// Suggested is the head that the review with suggestions was written for.
	Suggested Hash `json:"suggested"`
	// Comments are auxsync's own, by what they are for.
	Comments map[string]OwnComment `json:"comments"`
	// Answered has the comments of others that were taken or refused, and acknowledged;
	// Taken those whose requests are stored and that wait to be acknowledged.
	Answered []int64 `json:"answered"`
	Taken    []int64 `json:"taken"`
	// Refused has digests of effects that the forge refused: not tried again.
	Refused []string `json:"refused"`
	// MergeRefusals counts how often the forge refused to merge Head, which is tried again
	// from MergeNotBefore on: what stands in the way may go.
	MergeRefusals  int       `json:"merge_refusals,omitempty"`
	MergeNotBefore time.Time `json:"merge_not_before,omitzero"`
	// Waiting is how long it has waited with people.
	Waiting Waiting `json:"waiting,omitzero"`
	// Held is set while the label [HoldLabel] is on it.
	Held bool `json:"held,omitempty"`
	// Reopened is when auxsync opened it again last.
	Reopened time.Time `json:"reopened,omitzero"`
	// Closed is set once auxsync has closed it.
	Closed bool `json:"closed"`
	// Declined is set while it is closed and a pass has taken that in, or somebody said
	// there that it is to be asked again: if its conflict is asked about all the same, it
	// is opened anew.
	Declined bool `json:"declined"`
	// For is who wanted the merge that auxsync made; "" if it made none.
	For string `json:"for"`
	// Told is set once it is over and people were told how it ended: it is not looked
	// at again.
	Told bool `json:"told"`
}

// Equal reports whether two records say the same.
func (r PullRecord) Equal(other PullRecord) bool {
	a, errA := json.Marshal(r)
	b, errB := json.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// OwnComment is a comment of auxsync's, which is edited rather than written again.
type OwnComment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"` // digest of what was written last
}
