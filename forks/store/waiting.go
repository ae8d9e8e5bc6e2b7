package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Waiting returns the conflicts of every fork whose pull requests are open, sorted by
// fork, track and number, with whom each waits with as far as that was written down here.
// One that the newest state has settled waits with nobody, and is left out.
func (s *Store) Waiting(ctx context.Context) ([]forks.WaitingWith, error) { return waiting(ctx, s, "") }

// waiting reads those of a fork, or of every one if it is "".
func waiting(ctx context.Context, s source, fork string) ([]forks.WaitingWith, error) {
	type open struct {
		forks.WaitingWith
		settled bool
	}
	all, err := collect(ctx, s, "read who is asked from", func(rows *sql.Rows) (o open, err error) {
		var record, notForJSON []byte
		var status forks.ProposalStatus
		err = rows.Scan(&o.Fork, &o.Track, &o.Proposal, &record, &status, &o.Patch, &o.Subject, &o.Claimed, &notForJSON, timeInto(&o.Since))
		if err != nil {
			return o, err
		}
		r, err := decodeRecord(record)
		if err != nil {
			return o, err
		}
		var notFor []string
		if err := json.Unmarshal(notForJSON, &notFor); err != nil {
			return o, err
		}
		said := func(name string) bool {
			return slices.ContainsFunc(notFor, func(n string) bool { return strings.EqualFold(n, name) })
		}
		o.settled = r.State != forks.PullOpen || r.Told || r.Number == 0 || status != "" && !status.Live()
		o.Number, o.URL = r.Number, r.URL
		o.Assignees, o.Reviewers = slices.DeleteFunc(r.Assigned, said), slices.DeleteFunc(r.Reviewers, said)
		return o, nil
	}, `SELECT r.fork, r.track, r.id, r.record, coalesce(p.status, ''), coalesce(p.patch, ''), coalesce(patches.subject, ''),
			coalesce(p.claimed, ''), coalesce(p.not_for, '[]'), p.opened
		FROM pull_records r
		LEFT JOIN tracks ON tracks.fork = r.fork AND tracks.name = r.track
		LEFT JOIN proposals p ON p.track_id = tracks.id AND p.id = r.id
		LEFT JOIN patches ON patches.track_id = tracks.id AND patches.id = p.patch
		WHERE r.id != '' AND r.number > 0 AND ?1 IN ('', r.fork) ORDER BY r.fork, r.track, r.number, r.id`, fork)
	if err != nil {
		return nil, err
	}
	list := []forks.WaitingWith{}
	for _, o := range all {
		if !o.settled {
			list = append(list, o.WaitingWith)
		}
	}
	return list, nil
}
