package weekly

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// governanceOf tells how decisions are made in a fork, by the policy and the config in
// effect, and which were taken in the week.
func governanceOf(in Input) Governance {
	taken := decisionsOf(in)
	return Governance{
		Rules:    rulesOf(in),
		Never:    neverOf(in),
		Taken:    slices.Clip(taken[:min(len(taken), MaxListed)]),
		AllTaken: len(taken),
	}
}

// ways is what config says of how a fork is decided about. All tracks of a fork have the
// same forge.
type ways struct {
	pulls   bool         // conflicts are pull requests
	github  forks.GitHub // zero without
	policy  bool         // there is one
	file    string       // of the policy; "" for the fork's branch
	tracks  []forks.Track
	roster  forks.Roster
	agreed  int // goals
	machine string
}

func waysOf(in Input) ways {
	w := ways{policy: in.PolicySource != "", tracks: in.Tracks, roster: in.Roster, agreed: len(in.Goals),
		machine: "whoever may give auxsync commands on its machine"}
	for _, t := range in.Tracks {
		w.pulls, w.file = t.Forge == forks.ForgeGitHub, t.Policy
		w.github = t.GitHub
	}
	return w
}

// rulesOf says who decides what.
func rulesOf(in Input) []Rule {
	w := waysOf(in)
	return []Rule{
		{"what the fork carries", "whoever may push to the fork: a push adds a patch, and reverting it on the branch drops it"},
		{"how a conflict is settled", w.settles()},
		{"who is asked about a conflict", w.asks()},
		{"the policy", w.changesPolicy()},
		{"the goals", w.agrees()},
		{"pausing a track, and going on", w.pauses()},
		{"how often a branch moves", w.moves()},
		{"whether a branch may be rewound", w.rewinds()},
		{"what follows after somebody rewrote a branch", "its track stops until whoever may push to the fork puts the branch back as it was; to take the new one over is not possible yet"},
		{"which branches of upstream are followed", "config.toml on auxsync's machine; " + w.machine + " adopts them"},
	}
}

func (w ways) settles() string {
	if !w.pulls {
		return "whoever may push to the fork: to merge its fix branch into its onto branch is the answer; and " + w.machine
	}
	text := "whoever is assigned to its pull request, whoever may push to the fork, and " + w.machine
	if w.github.ApproveMerges {
		return text + "; an approving review of one of the first two merges what is settled"
	}
	return text + "; reviews merge nothing"
}

func (w ways) asks() string {
	if !w.pulls {
		return "nobody by name: without a forge the branches of a conflict wait for whoever looks"
	}
	var parts []string
	if !w.policy {
		parts = append(parts, "there is no policy that says so: the patch's author, the maintainers whom its files name, and who changed them lately")
	}
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, count(n, one, many))
		}
	}
	add(len(w.roster.Patches), "patch has people of its own", "patches have people of their own")
	add(len(w.roster.Owners), "pattern of paths has owners", "patterns of paths have owners")
	if sigs := w.sigs(); len(sigs) > 0 {
		parts = append(parts, "the SIGs with the paths concerned ("+names(sigs, mostNames)+")")
	}
	if sig := w.roster.DefaultSIG; sig != "" {
		parts = append(parts, "SIG "+forks.Inert(sig)+" where nobody else is known")
	}
	duty, contacts, out := 0, 0, 0
	for _, who := range w.roster.People {
		switch {
		case who.OptOut:
			out++
		case who.Contact:
			contacts++
		case len(who.OnDuty) > 0:
			duty++
		}
	}
	add(duty, "person takes a turn on duty", "people take turns on duty")
	add(contacts, "emergency contact is asked last", "emergency contacts are asked last")
	add(out, "person is never asked, by their own wish", "people are never asked, by their own wish")
	l := w.roster.Limits
	parts = append(parts, fmt.Sprintf("at most %d people and teams about one conflict, and nobody with %d open ones", l.Asked, l.PerPerson))
	if sig := w.roster.DefaultSIG; sig != "" {
		parts = append(parts, fmt.Sprintf("a patch that changes more than %d files is for SIG %s alone", l.Treewide, forks.Inert(sig)))
	}
	return strings.Join(parts, "; ")
}

// sigs are the names of those that care for paths.
func (w ways) sigs() (list []string) {
	for _, sig := range w.roster.SIGs {
		if len(sig.Paths) > 0 {
			list = append(list, sig.Name)
		}
	}
	slices.Sort(list)
	return list
}

func (w ways) changesPolicy() string {
	switch {
	case w.file != "":
		return "whoever may write " + forks.Inert(w.file) + " on auxsync's machine; a bad version is refused, and the last good one stays in force"
	case w.policy:
		return "whoever may push to the fork's branch " + forks.PolicyBranch + ", by pull request; a bad version is refused, and the last good one stays in force"
	}
	return "there is none: config.toml on auxsync's machine decides alone, until somebody who may push to the fork adds policy.toml on its branch " + forks.PolicyBranch
}

func (w ways) agrees() string {
	all := len(forks.GoalKinds())
	switch {
	case w.agreed > 0:
		return fmt.Sprintf("the policy: %d of %d are agreed", w.agreed, all)
	case w.policy:
		return fmt.Sprintf("the policy, in [goals.NAME]: none of %d is agreed yet", all)
	}
	return fmt.Sprintf("nobody yet: none of %d is agreed, and there is no policy to write them down in", all)
}

func (w ways) pauses() string {
	switch {
	case w.pulls && w.github.Dashboard:
		return "whoever may push to the fork, by a comment on the dashboard or a pull request; and " + w.machine
	case w.pulls:
		return "whoever may push to the fork, by a comment on a pull request; and " + w.machine
	}
	return w.machine
}

func (w ways) moves() string {
	by := "the policy where it says so, else config.toml on auxsync's machine"
	if !w.policy {
		by = "config.toml on auxsync's machine"
	}
	return by + w.told(func(t forks.Track) string {
		if t.PublishEvery == 0 {
			return "at every pass"
		}
		return "once in " + forks.Span(t.PublishEvery) + " at most"
	})
}

func (w ways) rewinds() string {
	return "config.toml on auxsync's machine" + w.told(func(t forks.Track) string {
		if t.History == forks.Rewrite {
			return "rewound at each publication"
		}
		return "only ever forwards"
	})
}

// told adds what config says of the tracks: those of which it says the same are one
// group, in the order in which they come.
func (w ways) told(say func(forks.Track) string) string {
	var order []string
	groups := map[string][]string{}
	for _, t := range w.tracks {
		text := say(t)
		if groups[text] == nil {
			order = append(order, text)
		}
		groups[text] = append(groups[text], t.Name)
	}
	switch len(order) {
	case 0:
		return ""
	case 1:
		return ": " + order[0]
	}
	for i, text := range order {
		order[i] = names(groups[text], mostNames) + " " + text
	}
	return ": " + strings.Join(order, ", ")
}

// neverOf lists what auxsync will not do by itself.
func neverOf(in Input) []string {
	w := waysOf(in)
	merge := "merge an answer: a person does, or tells it to"
	if w.pulls && w.github.ApproveMerges {
		merge = "merge a pull request that nobody who may decide has approved as it is, or told it to merge"
	}
	list := []string{
		"push anything to upstream: it is only ever read",
		"push to a branch of the fork that nobody adopted, but for its own, whose names begin with auxsync/",
		"overwrite what somebody pushed: a branch moves only from where auxsync saw it last, and whoever was quicker wins",
		"lose a commit that a person pushed: each stays reachable from a ref of the fork",
		"publish while a patch is not accounted for",
		"decide a conflict: it publishes an answer that a person gave, and none of its own",
		merge,
		"drop a patch that is in the way: a patch ends by a person's decision, or when upstream or another patch has its change",
		"ask again about a conflict that somebody who may decide closed without an answer, until one of them says so",
		"run code of the fork or of upstream: their files are read as text",
	}
	if w.pulls {
		list = append(list, "ask somebody who opted out")
	}
	return list
}

// mostNames bounds how many names stand in one sentence.
const mostNames = 12
