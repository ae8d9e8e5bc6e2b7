package pulls_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// reminding is what the reminder of a stage tells of in the example.
func reminding(stage int) pulls.Reminding {
	r := pulls.Reminding{Stage: stage, With: []pulls.Asked{{Login: "auxolotl/sig-core", Member: true}, {Login: "ada", Member: true}}}
	if stage > 1 {
		r.With = append(r.With, pulls.Asked{Login: "Grace"})
	}
	if stage < 4 {
		r.Next = now.AddDate(0, 0, []int{3, 7, 14, 21}[stage])
	}
	return r
}

func TestRemindersReadAsIntended(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for stage := 1; stage <= 4; stage++ {
		r := pulls.Remind(simpleCase(), reminding(stage))
		fmt.Fprintf(&b, "# stage %d, in comment %d\n\n%s\n", stage, r.Stage, r.Text)
	}
	for _, c := range []struct {
		name string
		with []pulls.Asked
	}{
		{"a team alone", []pulls.Asked{{Login: "auxolotl/sig-core", Member: true}}},
		{"two persons, one of them not of the organisation", []pulls.Asked{{Login: "grace"}, {Login: "ada", Member: true}}},
		{"nobody", nil},
	} {
		r := reminding(1)
		r.With = c.with
		fmt.Fprintf(&b, "# stage 1, %s\n\n%s\n", c.name, pulls.Remind(simpleCase(), r).Text)
	}
	c := simpleCase()
	c.Proposal.Status = forks.Unresolved
	fmt.Fprintf(&b, "# stage 1, of what was merged and needs another look\n\n%s\n", pulls.Remind(c, reminding(1)).Text)
	checkGolden(t, "reminders.md", b.Bytes())
}

func TestRemindersMentionMembersAloneAndTheFirstNoTeam(t *testing.T) {
	t.Parallel()
	mentions := regexp.MustCompile(`@[A-Za-z0-9/-]+`)
	for stage, want := range map[int][]string{1: {"@ada"}, 2: {"@ada", "@auxolotl/sig-core"}, 3: {"@ada", "@auxolotl/sig-core"}, 4: {"@ada", "@auxolotl/sig-core"}} {
		r := reminding(stage)
		r.With = append(r.With, pulls.Asked{Login: "eve"})
		text := pulls.Remind(exampleCase(), r).Text
		if got := mentions.FindAllString(text, -1); !slices.Equal(got, want) {
			t.Errorf("stage %d mentions %v, want %v in\n%s", stage, got, want, text)
		}
	}
}

func TestRemindersNameNobodyAsLate(t *testing.T) {
	t.Parallel()
	for stage := 1; stage <= 4; stage++ {
		text := strings.ToLower(pulls.Remind(exampleCase(), reminding(stage)).Text)
		for _, word := range []string{"late", "overdue", "still has not", "has not", "failed", "ignored", "days", "proposal", "fault", "blame"} {
			if regexp.MustCompile(`\b` + word + `\b`).MatchString(text) {
				t.Errorf("stage %d says %q:\n%s", stage, word, text)
			}
		}
		for _, want := range []string{"waits for a decision", "`/auxsync take upstream`", "what happens next", "`hold`", "`/auxsync not mine`", "`/auxsync pause`"} {
			if !strings.Contains(text, want) {
				t.Errorf("stage %d does not say %q:\n%s", stage, want, text)
			}
		}
		if len(pulls.ParseCommands(text)) > 0 {
			t.Errorf("stage %d holds a command:\n%s", stage, text)
		}
	}
}

func TestTheTextDoesNotDependOnTheOrderOfPeople(t *testing.T) {
	t.Parallel()
	r := reminding(2)
	text := pulls.Remind(simpleCase(), r).Text
	slices.Reverse(r.With)
	if again := pulls.Remind(simpleCase(), r).Text; again != text {
		t.Errorf("%s\nand\n%s", text, again)
	}
}

func TestNobodyIsRemindedOfWhatIsOverOrBeforeTheFirstStage(t *testing.T) {
	t.Parallel()
	c := exampleCase()
	if r := pulls.Remind(c, pulls.Reminding{}); r != (pulls.Reminder{}) {
		t.Errorf("%+v", r)
	}
	for _, status := range []forks.ProposalStatus{forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned} {
		c.Proposal.Status = status
		if r := pulls.Remind(c, reminding(2)); r != (pulls.Reminder{}) {
			t.Errorf("%s: %+v", status, r)
		}
	}
}

func TestNothingHostileLeavesItsPlaceInAReminder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, r := hostileCase(t), reminding(rapid.IntRange(1, 4).Draw(t, "stage"))
		c.Proposal.Status = forks.Open
		for range rapid.IntRange(0, 12).Draw(t, "more") {
			r.With = append(r.With, pulls.Asked{Login: "α" + hostile(t, "login"), Member: rapid.Bool().Draw(t, "member")})
		}
		text := pulls.Remind(c, r).Text
		checkMarkdown(t, text, shape{})
		if strings.Contains(text, "<!-- auxsync:") {
			t.Fatalf("a mark in\n%s", text)
		}
		if len(text) > 10_000 {
			t.Fatalf("%d bytes", len(text))
		}
	})
}
