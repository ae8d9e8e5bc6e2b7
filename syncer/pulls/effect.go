package pulls

import (
	"context"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// EffectKind names an effect on a forge.
type EffectKind string

// The effects.
const (
	DoOpen    EffectKind = "open"
	DoEdit    EffectKind = "edit"
	DoStage   EffectKind = "stage"
	DoLabel   EffectKind = "label"
	DoAsk     EffectKind = "ask"
	DoStatus  EffectKind = "status"
	DoSuggest EffectKind = "suggest"
	DoComment EffectKind = "comment"
	DoReact   EffectKind = "react"
	DoEnd     EffectKind = "end"
)

// Effect is one thing to do on a forge, as a value: it is written down as an intent
// before it is tried. What its kind does not need is empty.
type Effect struct {
	Kind EffectKind `json:"kind"`
	// Proposal is empty for the dashboard.
	Proposal forks.ProposalID `json:"proposal"`
	// Decided is when it was asked for. It does not tell two effects apart.
	Decided time.Time  `json:"decided,omitzero"`
	Pull    forks.Pull `json:"-"` // as it was seen; Number is in Number
	Number  int        `json:"number"`

	Opening  forks.Opening          `json:"opening,omitzero"`
	Text     forks.PullText         `json:"text,omitzero"`
	Region   string                 `json:"region,omitempty"` // digest of what Opening or Text puts between the markers
	Ready    bool                   `json:"ready,omitempty"`
	Add      []string               `json:"add,omitempty"`    // labels
	Remove   []string               `json:"remove,omitempty"` // labels
	Ask      forks.People           `json:"ask,omitzero"`
	Unask    forks.People           `json:"unask,omitzero"`
	Commit   forks.Hash             `json:"commit,omitzero"`
	Status   forks.StatusState      `json:"status,omitempty"`
	Words    string                 `json:"words,omitempty"` // of a status
	Review   *forks.SuggestedReview `json:"review,omitempty"`
	For      string                 `json:"for,omitempty"` // what a comment is for
	Comment  int64                  `json:"comment,omitempty"`
	Body     string                 `json:"body,omitempty"`
	Reaction forks.Reaction         `json:"reaction,omitempty"`
	Ending   forks.Ending           `json:"ending,omitzero"`
}

// Done is what an effect gave beside success.
type Done struct {
	Pull    forks.Pull   // of DoOpen
	Asked   forks.People // of DoAsk: who stands there now
	Comment int64        // of DoComment
}

// Do carries an effect out. It is called once its intent is durable.
func (e Effect) Do(ctx context.Context, f Forge, intent int64) (done Done, err error) {
	switch e.Kind {
	case DoOpen:
		done.Pull, err = f.Open(ctx, intent, e.Opening)
	case DoEdit:
		err = f.Edit(ctx, intent, e.Pull, e.Text)
	case DoStage:
		err = f.Stage(ctx, intent, e.Pull, e.Ready)
	case DoLabel:
		err = f.Label(ctx, intent, e.Pull, e.Add, e.Remove)
	case DoAsk:
		done.Asked, err = f.Ask(ctx, intent, e.Pull, e.Ask, e.Unask)
	case DoStatus:
		err = f.Status(ctx, intent, e.Commit, e.Status, e.Words)
	case DoSuggest:
		err = f.Suggest(ctx, intent, e.Pull, *e.Review)
	case DoComment:
		done.Comment, err = f.Comment(ctx, intent, e.Pull, e.Comment, e.Body)
	case DoReact:
		err = f.React(ctx, intent, e.Comment, e.Reaction)
	case DoEnd:
		err = f.End(ctx, intent, e.Pull, e.Ending)
	default:
		err = fmt.Errorf("there is no effect %q", e.Kind)
	}
	return done, err
}
