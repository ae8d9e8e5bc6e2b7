package pulls

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// maxRefused bounds how many refused effects a record remembers. One that is
// forgotten is tried once more.
const maxRefused = 50

// Digest names a text in a record. Line ends and space around the text do not count:
// forges change both.
func Digest(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimSpace(text)
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// digest names an effect: the same again has the same name. A dashboard is the same
// for a week whatever it says: then somebody may have let the fork have issues.
func (e Effect) digest() string {
	if e.Kind == DoOpen && e.Opening.ID == "" {
		year, week := e.Decided.UTC().ISOWeek()
		e.Opening.Body, e.Region = fmt.Sprint(year, week), ""
	}
	e.Decided = time.Time{}
	text, err := json.Marshal(e)
	if err != nil {
		return "" // no value of an effect fails to encode
	}
	return Digest(string(text))
}

// Record is what is remembered after an effect succeeded, or was found to be done. rec
// stays as it is.
func Record(rec forks.PullRecord, e Effect, d Done) forks.PullRecord {
	rec = cloneRecord(rec)
	switch e.Kind {
	case DoOpen:
		return opened(rec, e, d.Pull)
	case DoEdit:
		if e.Text.Title != "" {
			rec.Title = Digest(e.Text.Title)
		}
		if e.Region != "" {
			rec.Body = e.Region
		}
	case DoStage:
		rec.Ready = &e.Ready
	case DoLabel:
		rec.Labels = without(with(rec.Labels, e.Add), e.Remove)
	case DoAsk: // those whom the forge left out were asked too: once is enough
		there := slices.Concat(d.Asked.Assignees, d.Asked.Reviewers)
		rec.LeftOut = with(without(rec.LeftOut, there), without(slices.Concat(e.Ask.Assignees, e.Ask.Reviewers), there))
		rec.Assignees = without(with(rec.Assignees, e.Ask.Assignees), e.Unask.Assignees)
		rec.Reviewers = without(with(rec.Reviewers, e.Ask.Reviewers), e.Unask.Reviewers)
		rec.Assigned = without(with(rec.Assigned, common(d.Asked.Assignees, e.Ask.Assignees)), e.Unask.Assignees)
	case DoStatus:
		rec.Status, rec.StatusOn = e.Status, e.Commit
	case DoSuggest:
		rec.Suggested = e.Review.Commit
	case DoComment:
		if rec.Comments == nil {
			rec.Comments = map[string]forks.OwnComment{}
		}
		rec.Comments[e.For] = forks.OwnComment{ID: d.Comment, Body: Digest(e.Body)}
	case DoReact:
		rec = answered(rec, e.Comment)
	case DoEnd:
		rec.Closed, rec.State = true, forks.PullClosed
		switch {
		case e.Ending.Merge:
			rec.Closed, rec.State, rec.For = false, forks.PullMerged, e.Ending.For
		case e.Ending.Reopen:
			rec.Closed, rec.Declined, rec.State, rec.Reopened = false, false, forks.PullOpen, e.Decided
		}
	}
	return rec
}

// opened begins the record of a new pull request. What belongs to commits and comments
// stays.
func opened(was forks.PullRecord, e Effect, p forks.Pull) forks.PullRecord {
	rec := begin(was, p)
	if p.Foreign {
		return rec
	}
	rec.Title = Digest(e.Opening.Title)
	if p.Body == "" || Digest(p.Body) == Digest(e.Opening.Body) {
		rec.Body = e.Region
	}
	if e.Opening.ID == "" {
		rec.Labels = slices.Clone(e.Opening.Labels)
	}
	return rec
}

// begin is the record of a pull request that none describes yet.
func begin(was forks.PullRecord, p forks.Pull) forks.PullRecord {
	return forks.PullRecord{
		Number: p.Number, URL: p.URL, State: p.State, By: p.By, Updated: p.Updated, Head: p.Head,
		Status: was.Status, StatusOn: was.StatusOn, Answered: was.Answered, Taken: was.Taken, Refused: was.Refused, Reopened: was.Reopened,
	}
}

// A merge that was refused is tried again after a while, which doubles.
const (
	firstMergeWait = 5 * time.Minute
	mostMergeWait  = time.Hour
)

// RecordRefused is what is remembered after the forge refused an effect: the same is
// not tried again, except a merge, which may have to wait for a check, or for others to
// be done with the branch. rec stays as it is.
func RecordRefused(rec forks.PullRecord, e Effect) forks.PullRecord {
	rec = cloneRecord(rec)
	if e.Kind == DoEnd && e.Ending.Merge {
		wait := min(firstMergeWait<<min(rec.MergeRefusals, 10), mostMergeWait)
		rec.MergeRefusals, rec.MergeNotBefore = rec.MergeRefusals+1, e.Decided.Add(wait)
		return rec
	}
	if name := e.digest(); !slices.Contains(rec.Refused, name) {
		rec.Refused = append(rec.Refused, name)
		rec.Refused = rec.Refused[max(0, len(rec.Refused)-maxRefused):]
	}
	if e.Kind == DoReact { // it was taken or refused all the same
		rec = answered(rec, e.Comment)
	}
	return rec
}

func answered(rec forks.PullRecord, comment int64) forks.PullRecord {
	if !slices.Contains(rec.Answered, comment) {
		rec.Answered = append(rec.Answered, comment)
	}
	if i := slices.Index(rec.Taken, comment); i >= 0 {
		rec.Taken = slices.Delete(rec.Taken, i, i+1)
	}
	return rec
}

// cloneRecord copies a record, so that changing the copy changes nothing else.
func cloneRecord(rec forks.PullRecord) forks.PullRecord {
	rec.Labels = slices.Clone(rec.Labels)
	rec.Assignees = slices.Clone(rec.Assignees)
	rec.Reviewers = slices.Clone(rec.Reviewers)
	rec.Assigned = slices.Clone(rec.Assigned)
	rec.LeftOut = slices.Clone(rec.LeftOut)
	rec.Answered = slices.Clone(rec.Answered)
	rec.Taken = slices.Clone(rec.Taken)
	rec.Refused = slices.Clone(rec.Refused)
	rec.Comments = maps.Clone(rec.Comments)
	return rec
}

// Logins, teams and labels are the same whatever their case.

func has(list []string, name string) bool {
	return slices.ContainsFunc(list, func(other string) bool { return strings.EqualFold(other, name) })
}

// with is list and those of more that it does not have.
func with(list, more []string) []string {
	for _, name := range more {
		if !has(list, name) {
			list = append(slices.Clip(list), name)
		}
	}
	return list
}

// without is those of list that are not in out.
func without(list, out []string) []string {
	return choose(list, func(name string) bool { return !has(out, name) })
}

// common is those of list that are in other too.
func common(list, other []string) []string {
	return choose(list, func(name string) bool { return has(other, name) })
}

// choose is those of list that are wanted, each once; nil if there are none.
func choose(list []string, want func(string) bool) []string {
	var out []string
	for _, name := range list {
		if want(name) && !has(out, name) {
			out = append(out, name)
		}
	}
	return out
}
