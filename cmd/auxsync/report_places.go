package main

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/publish"
)

// newPublisher makes what brings reports to their places, of those of the present config.
func (s *session) newPublisher() *publish.Publisher {
	p := publish.New(publish.Setup{Books: s.store, Diary: s.store, Make: s.makeReport, Since: s.store.Recorded, Clock: s.clock, Log: s.log})
	p.Use(s.zone(), s.places())
	return p
}

// places lists the places that config names for each fork. One that cannot be used is
// told, and left out until config changes.
func (s *session) places() (list []publish.Fork) {
	cfg := s.catalog.current()
	files := publish.NewFiles(cfg.Reports().Dir, cfg.Reports().URL)
	for _, t := range onePerFork(cfg) {
		f := publish.Fork{Name: t.Fork}
		where := cfg.ReportsOf(t.Fork)
		if where.Files {
			f.Sinks = append(f.Sinks, files)
		}
		if where.Issue {
			f.Sinks = append(f.Sinks, publish.NewIssue(s.issuesOf))
		}
		for _, open := range []func(string, forks.ForkReports) (publish.Sink, error){s.discourse, s.mail} {
			sink, err := open(t.Fork, where)
			switch {
			case err != nil:
				s.log.Error("a place for reports cannot be used", zap.String("fork", t.Fork), zap.Error(err))
			case sink != nil:
				f.Sinks = append(f.Sinks, sink)
			}
		}
		list = append(list, f)
	}
	return list
}

// issuesOf is where the issue of a fork's report is kept; nil where it has no pages.
func (s *session) issuesOf(fork string) (publish.Issues, error) {
	for _, t := range onePerFork(s.catalog.current()) {
		if t.Fork == fork {
			if forge, err := s.forges.github(t); forge != nil || err != nil {
				return forge, err
			}
		}
	}
	return nil, nil
}

// discourse opens the forum of a fork; nil if it has none.
func (s *session) discourse(fork string, where forks.ForkReports) (publish.Sink, error) {
	d := where.Discourse
	if d.URL == "" {
		return nil, nil
	}
	return publish.NewDiscourse(publish.DiscourseConfig{URL: d.URL, User: d.User, Category: d.Category,
		Key: s.reportSecret(fork, d.Credential), Clock: s.clock})
}

// mail opens the mail of a fork; nil if it has none.
func (s *session) mail(fork string, where forks.ForkReports) (publish.Sink, error) {
	m := where.Mail
	if m.Server == "" {
		return nil, nil
	}
	security, ok := map[forks.MailTLS]publish.MailSecurity{
		forks.MailStartTLS: publish.MailStartTLS, forks.MailOnlyTLS: publish.MailTLS, forks.MailNoTLS: publish.MailPlain,
	}[m.TLS]
	if !ok {
		return nil, errors.New("it is not known how the mail server is reached")
	}
	c := publish.MailConfig{Server: m.Server, Security: security, From: m.From, To: m.To, User: m.User}
	if m.Credential != "" {
		c.Secret = s.reportSecret(fork, m.Credential)
	}
	return publish.NewMail(c)
}

// reportSecret reads a credential for a fork's reports, anew at each use.
func (s *session) reportSecret(fork, name string) func() (forks.Secret, error) {
	return func() (forks.Secret, error) {
		text, err := s.credential(fork, name)
		return forks.NewSecret(text), err
	}
}

// publish brings the report of a week to its places now.
func (s *session) publish(ctx context.Context, fork string, week forks.Week) (list []delivery, err error) {
	rows, err := s.publisher.Publish(ctx, fork, week)
	for _, d := range rows {
		list = append(list, delivery{Fork: d.Fork, Week: d.Week, Sink: d.Sink, Part: d.Part, Status: d.Status, Ref: d.Ref, Error: d.Error})
	}
	return list, err
}

// Waits of the daemon's reporter.
const (
	sampleEvery    = time.Hour
	reportAtLatest = time.Hour
)

// reporting makes the reports that are due and brings them to their places, and measures
// the service, until ctx ends.
func (d *daemon) reporting(ctx context.Context) {
	timer := d.clock.NewTimer(0)
	defer timer.Stop()
	var sampled time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.reports:
		case <-timer.Chan():
		}
		now := d.clock.Now()
		if now.Sub(sampled).Abs() >= sampleEvery {
			d.sample(ctx)
			sampled = now
		}
		next, err := d.publisher.Round(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("reports cannot be kept or brought", zap.Error(err))
		}
		wait := min(max(next.Sub(d.clock.Now()), time.Second), reportAtLatest)
		timer.Reset(min(wait, max(sampled.Add(sampleEvery).Sub(d.clock.Now()), time.Second)))
	}
}
