package forks

// policyKeys are those of the top of policy.toml.
func policyKeys() keySet {
	return keySet{
		table: "the top of the policy",
		now:   policyDecides("tracks", "people", "sigs", "default_sig", "owners", "patches", "teams", "limits", "goals"),
		host:  hostKeys(),
		other: policySets,
	}
}

func policyTrackKeys() keySet {
	return keySet{
		table: "[tracks.NAME]",
		now:   policyDecides(),
		host:  hostKeys(),
		other: policySets,
	}
}

func personKeys() keySet {
	return keySet{table: "[people.LOGIN]", now: []string{"away", "on_call", "opt_out", "aliases"}, host: hostKeys(), other: policySets}
}

func sigKeys() keySet {
	return keySet{table: "[sigs.NAME]", now: []string{"members", "paths", "team"}, host: hostKeys(), other: policySets}
}

func limitKeys() keySet {
	return keySet{table: "[limits]", now: []string{"asked", "per_person", "treewide", "open", "per_day"}, host: hostKeys(), other: policySets}
}

// policySets are all kinds of tables of a policy, and where its other keys belong.
func policySets() []keySet {
	host := keySet{table: "config.toml on the host"}
	for _, s := range configSets() {
		host.now = append(host.now, s.now...)
	}
	return []keySet{policyKeys(), policyTrackKeys(), personKeys(), sigKeys(), limitKeys(), goalKeys(), host}
}

// policyDecides are the keys that both the top and a track have.
func policyDecides(more ...string) []string {
	return append([]string{"publish_every", "hold_for", "max_lag", "security_hold_for"}, more...)
}

// hostKeys are the keys that a policy must never have: who may write to the fork
// does not decide what the machine reaches, reads, runs and listens to. The address in
// [goals.NAME] agreed is none of that: people are shown it, and nothing opens it.
func hostKeys() []string {
	return []string{"upstream", "url", "credential", "forge", "allow_transports", "state_dir", "cache_dir", "listen", "policy", "commands"}
}
