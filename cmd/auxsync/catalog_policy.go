package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// policyFound is what a look at a fork's policy brought.
type policyFound struct {
	known   bool   // it could be looked; else all that follows is empty
	newest  string // source of the newest version; "" if there is no policy
	good    string // source of the newest good version; "" if none was found
	text    []byte
	policy  *forks.Policy
	refused error // why the newest version is not taken in
}

// readPolicy takes in a fork's policy: the local file that the config names, or the
// newest good version on the branch auxsync/policy as the cache has it. It returns
// what to tell people, "" if nothing is new. Where no version is good, and where the
// cache does not know the fork yet, the one that was taken in last stays. Tracks that
// the fork does not have are told, and no reason to refuse it.
func (c *catalog) readPolicy(ctx context.Context, t forks.Track) (news string, err error) {
	var found policyFound
	if t.Policy != "" {
		found = policyOfFile(t.Policy)
	} else if found, err = c.policyOfBranch(ctx, t); err != nil {
		return "", err
	}
	c.mu.Lock()
	last, looked := c.seen[t.Fork]
	c.mu.Unlock()
	if !found.known || looked && last == found.newest {
		return "", nil
	}
	if news, err = c.takePolicy(ctx, t.Fork, found); err != nil {
		return "", err // the next look tries again
	}
	c.mu.Lock()
	c.seen[t.Fork] = found.newest
	c.mu.Unlock()
	return news, nil
}

// policy returns the newest good policy of a fork; nil if it has none.
func (c *catalog) policy(fork string) *forks.Policy {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.policies[fork]
}

// policyUnknown reports whether nothing is known of a fork's policy yet: none is on
// record, and none was looked for.
func (c *catalog) policyUnknown(fork string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, looked := c.seen[fork]
	return !looked && c.policies[fork] == nil && c.refused[fork] == nil
}

// recallPolicy puts the policy on record into effect.
func (c *catalog) recallPolicy(fork string, record forks.PolicyRecord) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if record.Text != nil {
		// What an older version took may not please this one; the next pass looks anew.
		if policy, err := forks.ParsePolicy(record.Text, "the policy on record"); err == nil {
			c.policies[fork] = policy
		}
	}
	if record.Problems != "" {
		c.refused[fork] = errors.New(record.Problems)
	}
}

// policyOfFile reads a policy from a file of this machine.
func policyOfFile(path string) policyFound {
	policy, err := forks.LoadPolicy(path)
	if err != nil {
		return policyFound{known: true, newest: path + ": " + err.Error(), refused: err}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return policyFound{known: true, newest: path + ": " + err.Error(), refused: err}
	}
	sum := sha256.Sum256(text)
	source := path + " " + hex.EncodeToString(sum[:6])
	return policyFound{known: true, newest: source, good: source, text: text, policy: policy}
}

// policyOfBranch looks through the versions of a policy branch.
func (c *catalog) policyOfBranch(ctx context.Context, t forks.Track) (found policyFound, err error) {
	found.known, err = c.syncer.Policies(ctx, t, func(v syncer.PolicyVersion) bool {
		policy, err := forks.ParsePolicy(v.Text, "policy.toml at "+v.Commit.Short())
		if v.Text == nil {
			err = fmt.Errorf("commit %s has no policy.toml", v.Commit.Short())
		}
		if found.newest == "" {
			found.newest, found.refused = v.Commit.String(), err
		}
		if err == nil {
			found.good, found.text, found.policy = v.Commit.String(), v.Text, policy
		}
		return err != nil
	})
	return found, err
}

// takePolicy puts a look into effect and on record.
func (c *catalog) takePolicy(ctx context.Context, fork string, found policyFound) (news string, err error) {
	var record forks.PolicyRecord
	if c.store != nil {
		if record, err = c.store.Policy(ctx, fork); err != nil {
			return "", err
		}
	}
	if found.good == "" && found.refused != nil && record.Text != nil {
		// No good version is left where policies come from: the last one stays.
		found.good, found.text = record.Source, record.Text
		if found.policy, err = forks.ParsePolicy(record.Text, "the policy on record"); err != nil {
			found.policy = nil
		}
	}
	next := forks.PolicyRecord{Source: found.good, Text: found.text, Taken: record.Taken, Refused: record.Refused}
	if next.Source != record.Source {
		next.Taken = c.syncer.Clock.Now()
	}
	if found.refused != nil {
		next.RefusedSource, next.Problems = found.newest, found.refused.Error()
		if next.RefusedSource != record.RefusedSource {
			next.Refused = c.syncer.Clock.Now()
		}
	}
	c.mu.Lock()
	c.policies[fork], c.refused[fork] = found.policy, found.refused
	strangers := c.strangers(fork)
	c.mu.Unlock()
	switch {
	case next.RefusedSource != record.RefusedSource && next.RefusedSource != "" && next.Source == "":
		news = "the newest policy is refused, and no good one is known: config.toml alone counts: " + next.Problems
	case next.RefusedSource != record.RefusedSource && next.RefusedSource != "":
		news = "the newest policy is refused, the last good one stays: " + next.Problems
	case next.Source != record.Source && next.Source != "":
		news = "policy taken in: " + next.Source
	case next.Source != record.Source:
		news = "there is no policy any more: config.toml alone counts"
	case next.RefusedSource != record.RefusedSource && next.Source != "":
		news = "the newest policy is the good one again: " + next.Source
	case next.RefusedSource != record.RefusedSource:
		news = "the policy that was refused is gone: config.toml alone counts"
	default:
		return "", nil
	}
	if strangers != "" {
		news += "; " + strangers
	}
	if c.store != nil && !c.readOnly {
		err = c.store.SetPolicy(ctx, fork, next)
	}
	return news, err
}

// policyTrouble is what is wrong with the policy of a fork, "" if nothing is.
func (c *catalog) policyTrouble(fork string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var trouble []string
	switch err := c.refused[fork]; {
	case err != nil && c.policies[fork] == nil:
		trouble = append(trouble, "the newest one is refused, and no good one is known: "+err.Error())
	case err != nil:
		trouble = append(trouble, "the newest one is refused, the last good one stays: "+err.Error())
	}
	if strangers := c.strangers(fork); strangers != "" {
		trouble = append(trouble, strangers)
	}
	return strings.Join(trouble, "; ")
}

// strangers says which tracks the policy of a fork names that the fork does not have,
// "" if it has all of them. One that a pattern would make is left out until upstream's
// branches are known. Its caller holds mu.
func (c *catalog) strangers(fork string) string {
	var names []string
	expanded, _ := c.expanded()
	for _, t := range slices.Concat(c.config.Tracks(), c.config.Patterns(), expanded) {
		if t.Fork == fork {
			names = append(names, t.Name)
		}
	}
	unknown := slices.DeleteFunc(c.policies[fork].UnknownTracks(names), func(name string) bool {
		return slices.ContainsFunc(c.config.PatternsOf(fork+"/"+name), func(p forks.Track) bool { return len(c.found[fork+"/"+p.Name]) == 0 })
	})
	const most = 5
	switch n := len(unknown); {
	case n == 0:
		return ""
	case n == 1:
		return "the policy names track " + unknown[0] + ", which the fork does not have"
	case n > most:
		unknown = append(unknown[:most:most], fmt.Sprintf("%d more", n-most))
	}
	last := len(unknown) - 1
	return "the policy names tracks " + strings.Join(unknown[:last], ", ") + " and " + unknown[last] + ", which the fork does not have"
}
