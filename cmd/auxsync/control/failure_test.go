package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// hiding is an error that does not tell what its cause tells.
type hiding struct{ error }

func (hiding) Error() string   { return "the pass failed" }
func (h hiding) Unwrap() error { return h.error }

func TestFailureKeepsKindTextAndCode(t *testing.T) {
	t.Parallel()
	stopped := forks.AskPerson("run `auxsync accept`", "the tip was rewound")
	later := forks.RetryLater("", "the remote hangs")
	config := &forks.ConfigError{Problems: []forks.ConfigProblem{{File: "c.toml", Line: 1, Message: "bad"}, {File: "c.toml", Line: 2, Message: "worse"}}}
	for _, c := range []struct {
		err     error
		code    int
		kind    FailureKind
		message string
		next    string
	}{
		{stopped, 3, FailureNeedsPerson, "the tip was rewound", "run `auxsync accept`"},
		{fmt.Errorf("sync nix/main: %w", stopped), 3, FailureNeedsPerson, "sync nix/main: the tip was rewound", "run `auxsync accept`"},
		{errors.Join(stopped, later), 3, FailureNeedsPerson, "the tip was rewound; run `auxsync accept`\nthe remote hangs", ""},
		{hiding{stopped}, 3, FailureNeedsPerson, "the pass failed", "run `auxsync accept`"},
		{later, 4, FailureRetry, "the remote hangs", ""},
		{errors.New("disk is full"), 1, FailureFatal, "disk is full", ""},
		{&forks.Problem{Kind: forks.Fatal, Err: errors.New("broken"), Next: "report it"}, 1, FailureFatal, "broken", "report it"},
		{config, 2, FailureUsage, "c.toml:1: bad\nc.toml:2: worse", ""},
		{&forks.TrackNameError{Name: "x", Candidates: []string{"a/b"}}, 2, FailureUsage, `no track is named "x"; there are a/b`, ""},
	} {
		f := failureOf(c.err, c.code)
		if f.Kind != c.kind || f.Message != c.message || f.Next != c.next || f.ExitCode() != c.code {
			t.Errorf("%v: got %+v", c.err, f)
		}
	}
}

func TestFailureIsTheSameErrorOnTheOtherSide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]forks.Kind{forks.Fatal, forks.Retry, forks.NeedsPerson}).Draw(t, "kind")
		cause, next := errors.New(rapid.String().Draw(t, "cause")), rapid.String().Draw(t, "next")
		var err error = &forks.Problem{Kind: kind, Err: cause, Next: next}
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 1:
			err = fmt.Errorf("sync %s: %w", rapid.String().Draw(t, "track"), err)
		case 2:
			err = errors.Join(err, errors.New(rapid.String().Draw(t, "other")))
		case 3:
			err = errors.Join(errors.New(rapid.String().Draw(t, "other")), err)
		}
		line, encodeErr := encodeAny(failureOf(err, 3))
		if encodeErr != nil {
			t.Fatal(encodeErr)
		}
		var f Failure
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		got := fmt.Errorf("ask: %w", f.received())
		if got.Error() != "ask: "+err.Error() || forks.KindOf(got) != kind || f.ExitCode() != 3 {
			t.Fatalf("sent %q (%d)\ngot  %q (%d)", err, kind, got, forks.KindOf(got))
		}
	})
}

func TestWrongUseIsNoProblem(t *testing.T) {
	t.Parallel()
	f := &Failure{Kind: FailureUsage, Message: "no such track", Code: 2}
	var p *forks.Problem
	if errors.As(error(f), &p) {
		t.Errorf("got %v", p)
	}
}
