package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/publish"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// takeReport answers a request for reports.
func (s *session) takeReport(ctx context.Context, req control.Request) (any, error) {
	s.latestPolicies(ctx)
	names, err := s.reportedForks(req.Fork)
	if err != nil {
		return nil, err
	}
	if s.store == nil {
		return nil, forks.AskPerson("make a first pass with `auxsync adopt`, or `auxsync recover` if the database was lost", "nothing is on record yet")
	}
	if s.publisher == nil { // the daemon has one from its start
		s.publisher = s.newPublisher()
	}
	result := reportsResult{Schema: reportSchema, Reports: []json.RawMessage{}}
	var errs []error
	for _, fork := range names {
		if err := s.addReport(ctx, &result, fork, req); err != nil {
			errs = append(errs, err)
		}
	}
	// A fork that is not on record for so long is no obstacle to the others.
	if told := len(result.Reports) + len(result.Brought); told > 0 {
		errs = slices.DeleteFunc(errs, func(err error) bool { return errors.As(err, new(*noRecord)) })
	}
	return result, errors.Join(errs...)
}

// addReport adds the report of one fork, or what became of bringing it to its places.
func (s *session) addReport(ctx context.Context, result *reportsResult, fork string, req control.Request) error {
	week, err := s.weekAskedFor(ctx, fork, req.Week)
	if err != nil {
		return err
	}
	if req.Publish {
		list, err := s.publish(ctx, fork, week)
		result.Brought = append(result.Brought, list...)
		return err
	}
	r, err := s.reportOf(ctx, fork, week)
	if err != nil {
		return err
	}
	text, err := weekly.JSON(r)
	if err == nil {
		result.Reports = append(result.Reports, text)
	}
	return err
}

// noRecord is that a fork has nothing on record about a week.
type noRecord struct {
	fork        string
	week, first forks.Week // first: the first that it has
}

func (e *noRecord) Error() string {
	return fmt.Sprintf("nothing is on record about %s in week %s; its first week is %s", e.fork, e.week, e.first)
}

// reportedForks returns the name of a fork, or those of all.
func (s *session) reportedForks(name string) ([]string, error) {
	var names []string
	for _, t := range onePerFork(s.catalog.current()) {
		names = append(names, t.Fork)
	}
	switch {
	case name == "":
		return names, nil
	case slices.Contains(names, name):
		return []string{name}, nil
	}
	return nil, usage("no fork is named %q; config has %s", forks.Inert(name), strings.Join(names, ", "))
}

// weekAskedFor is the week that is named; else the last one that is over, unless the
// fork is on record only since then.
func (s *session) weekAskedFor(ctx context.Context, fork, name string) (forks.Week, error) {
	zone, now := s.zone(), s.clock.Now()
	current := forks.WeekAt(now, zone)
	since, err := s.store.Recorded(ctx, fork)
	if err != nil {
		return current, err
	}
	if name != "" {
		week, err := forks.ParseWeek(name)
		switch {
		case err != nil:
			return week, err
		case current.Before(week):
			return week, usage("week %s has not begun; this one is %s", week, current)
		case !since.IsZero() && week.Before(forks.WeekAt(since, zone)):
			return week, s.unlessSaved(ctx, fork, week, forks.WeekAt(since, zone))
		}
		return week, nil
	}
	last := current.Add(-1)
	if since.IsZero() || !since.Before(last.End(zone)) {
		return current, nil
	}
	return last, nil
}

// unlessSaved is the error that nothing is on record about a week; nil where its report
// was kept for longer than what it tells of.
func (s *session) unlessSaved(ctx context.Context, fork string, week, first forks.Week) error {
	text, _, err := s.store.SavedReport(ctx, fork, week)
	if err != nil || text != nil {
		return err
	}
	return &exitError{exitUsage, &noRecord{fork, week, first}}
}

// zone is the time zone of the config.
func (s *session) zone() *time.Location {
	for _, t := range onePerFork(s.catalog.current()) { // all have the same
		return t.Quiet.Local(s.clock.Now()).Location()
	}
	return time.UTC
}

// reportOf returns the report of a week: the one that was made when it was over, or
// what the rows tell now.
func (s *session) reportOf(ctx context.Context, fork string, week forks.Week) (weekly.Report, error) {
	text, _, err := s.store.SavedReport(ctx, fork, week)
	if err != nil {
		return weekly.Report{}, err
	}
	if text != nil {
		return weekly.Decode(text)
	}
	return s.makeReport(ctx, fork, week)
}

// makeReport makes the report of a week from what is on record.
func (s *session) makeReport(ctx context.Context, fork string, week forks.Week) (weekly.Report, error) {
	zone, now := s.zone(), s.clock.Now()
	from, to := weekly.Reach(week, zone), week.End(zone)
	if now.Before(to) {
		to = now
	}
	rows, err := s.store.WeeklyRows(ctx, fork, from, to)
	if err != nil {
		return weekly.Report{}, err
	}
	policy := s.catalog.policy(fork)
	in := weekly.Input{Fork: fork, Week: week, Zone: zone, Made: now, Rows: rows, Tallies: map[string]*weekly.Tally{},
		Roster: policy.Roster(), Goals: policy.Goals(), Version: buildVersion(), Links: s.links(fork, week)}
	all, _ := s.catalog.tracks()
	for _, t := range all {
		if t.Fork == fork {
			in.Tracks = append(in.Tracks, t)
		}
	}
	if len(in.Tracks) > 0 && policy != nil {
		in.PolicySource = "the branch " + forks.PolicyBranch
		if file := in.Tracks[0].Policy; file != "" {
			in.PolicySource = "a file on the host"
		}
	}
	if s.publisher != nil {
		if in.Undelivered, err = s.publisher.Undelivered(ctx, fork); err != nil {
			return weekly.Report{}, err
		}
	}
	for _, track := range rows.Tracks {
		tally := weekly.TallyFor(in, track.Track)
		for p, err := range s.store.PassRows(ctx, fork, track.Track, from, to) {
			if err != nil {
				return weekly.Report{}, err
			}
			tally.Add(p)
		}
		in.Tallies[track.Track] = tally
	}
	return weekly.Make(in), nil
}

// links are the addresses that a report of a fork may point to.
func (s *session) links(fork string, week forks.Week) weekly.Links {
	cfg := s.catalog.current()
	var links weekly.Links
	for _, t := range onePerFork(cfg) {
		if t.Fork != fork {
			continue
		}
		links.Upstream, links.Fork = webAddress(t.Upstream), webAddress(t.URL)
		if links.Fork != "" && t.Forge == forks.ForgeGitHub && t.Policy == "" {
			links.Policy = links.Fork + "/blob/" + forks.PolicyBranch + "/policy.toml"
		}
	}
	if url := cfg.Reports().URL; url != "" && cfg.ReportsOf(fork).Files {
		links.Self, links.Feed = publish.PageAddress(url, fork, week), publish.FeedAddress(url, fork)
	}
	return links
}

// webAddress is a repository's address where it is one for people, "" where it is not.
func webAddress(url string) string {
	if !strings.HasPrefix(url, "https://") {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(url, "/"), ".git")
}
