package demo

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// tell runs the story with a model program.
func tell(t *testing.T, fault string) (string, error) {
	t.Helper()
	w := build(t)
	var out bytes.Buffer
	err := Run(context.Background(), &out, w, &model{replayer: newReplayer(t, w), fault: fault})
	if err == nil {
		s := &story{ctx: context.Background(), w: w}
		if err := s.checkTree(); err != nil || len(s.broken) > 0 {
			t.Error(err, s.broken)
		}
	}
	return out.String(), err
}

func TestStoryHolds(t *testing.T) {
	t.Parallel()
	for name, variant := range map[string]string{
		"with a pass that begins again": "",
		"with a pass that is given up":  "gives the pass up",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := tell(t, variant)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{"bento$ git push origin auxsync/", "Nothing was lost.", "     first week, so far: nothing was lost.\n", "     report.html\n", "expectations held."} {
				if !strings.Contains(out, want) {
					t.Errorf("the story does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

func TestStoryNamesWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"loses a patch at adoption": "step 2 (First contact): the stack has",
		"does not hold":             "step 3 (The first pass): ",
		"drops a patch":             `the branch lacks "nixos/tidemark: init"`,
		"rewrites the branch":       "was not fast-forwarded",
		"writes in a quiet pass":    "step 4 (Nothing new): a quiet pass moved refs",
		"hides that it waits":       "the plan does not say that the branch waits",
		"forgets who answered":      "of Bento Okafor: pushed since",
		"pushes with force":         "Noor's commit is not in the branch",
		"reports an answer less":    "step 9 (The report): the report counts 3 answers of people, want 4",
		"reports a patch less":      "step 9 (The report): the report counts 9 patches, want 10",
		"reports a security fix":    "the report has 1 security commits, want none",
		"reports a loss":            "the report does not say that nothing was lost",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			out, err := tell(t, fault)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q\n%s", err, want, out)
			}
		})
	}
}
