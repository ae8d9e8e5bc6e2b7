package pulls_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestACommandAsItIsTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  pulls.Command
	}{
		{"/auxsync keep ours", pulls.Command{Verb: forks.VerbKeepOurs}},
		{"/auxsync  Keep   OURS ", pulls.Command{Verb: forks.VerbKeepOurs}},
		{"/auxsync keep-ours", pulls.Command{Verb: forks.VerbKeepOurs}},
		{"/Auxsync take upstream because it is newer", pulls.Command{Verb: forks.VerbTakeUpstream, Because: "it is newer"}},
		{"/auxsync\ttake-upstream", pulls.Command{Verb: forks.VerbTakeUpstream}},
		{"/auxsync drop BECAUSE  two  spaces stay ", pulls.Command{Verb: forks.VerbDrop, Because: "two  spaces stay"}},
		{"/auxsync drop because", pulls.Command{Verb: forks.VerbDrop}},
		{"/auxsync mine\r", pulls.Command{Verb: forks.VerbMine}},
		{"/auxsync not mine", pulls.Command{Verb: forks.VerbNotMine}},
		{"/auxsync not-mine because I left", pulls.Command{Verb: forks.VerbNotMine, Because: "I left"}},
		{"/auxsync retry", pulls.Command{Verb: forks.VerbRetry}},
		{"/auxsync retry aux-main", pulls.Command{Verb: forks.VerbRetry, Track: "aux-main"}},
		{"/auxsync pause", pulls.Command{Verb: forks.VerbPause}},
		{"/auxsync pause because of the release", pulls.Command{Verb: forks.VerbPause, Because: "of the release"}},
		{"/auxsync pause aux-main because of it", pulls.Command{Verb: forks.VerbPause, Track: "aux-main", Because: "of it"}},
		{"/auxsync resume aux-main", pulls.Command{Verb: forks.VerbResume, Track: "aux-main"}},
	} {
		got := pulls.ParseCommands(c.typed)
		if len(got) != 1 {
			t.Errorf("%q: %+v", c.typed, got)
			continue
		}
		c.want.Text = strings.TrimRight(c.typed, "\r")
		if got[0] != c.want {
			t.Errorf("%q: %+v, want %+v", c.typed, got[0], c.want)
		}
	}
}

func TestWhatIsNoCommandSaysWhichThereAre(t *testing.T) {
	t.Parallel()
	for typed, part := range map[string]string{
		"/auxsync":                           "`take upstream`, `keep ours`, `drop`, `park`, `unpark`, `latest`, `split`, `retry`, `mine`, `not mine`, `undo`, `pause`, `resume`, `rollback` and `accept`",
		"/auxsync merge @everybody":          "there is no such command",
		"/auxsync keep":                      "there is no such command",
		"/auxsync dropped":                   "there is no such command",
		"/auxsync drop it":                   "after `/auxsync drop` only a reason can follow",
		"/auxsync drop, because":             "there is no such command",
		"/auxsync pause Aux_Main":            "takes the name of a track",
		"/auxsync resume a b":                "after `/auxsync resume TRACK` only a reason can follow",
		"> quoted\n/auxsync drop":            "leave an empty line",
		"<details>\n/auxsync drop":           "in a comment of its own",
		"- a\n  ```\nx\n/auxsync mine":       "in a comment of its own",
		strings.Repeat("/auxsync mine\n", 6): "at most 5 commands",
	} {
		got := pulls.ParseCommands(typed)
		if len(got) != 1 || !strings.Contains(got[0].Err, part) || got[0].Verb != "" {
			t.Errorf("%q: %+v, want an error with %q", typed, got, part)
		}
	}
}

func TestWhatIsShownAsAQuoteOrCodeIsNoCommand(t *testing.T) {
	t.Parallel()
	const drop = "/auxsync drop"
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"alone":                          {drop, 1},
		"between text":                   {"hello\n" + drop + "\nbye", 1},
		"two":                            {drop + "\n\n/auxsync mine", 2},
		"five":                           {strings.Repeat(drop+"\n", 5), 5},
		"other line ends":                {"hello\r\n" + drop + "\rbye", 1},
		"not at the line's start":        {" " + drop + "\nplease " + drop, 0},
		"another word":                   {"/auxsyncer drop\n/auxsync-drop", 0},
		"quoted":                         {"> " + drop, 0},
		"after a quote":                  {"> please\n\n" + drop, 1},
		"indented":                       {"    " + drop + "\n\t" + drop, 0},
		"fenced":                         {"```\n" + drop + "\n```", 0},
		"after a fence":                  {"```sh\nls\n```\n" + drop, 1},
		"fenced with tildes":             {"~~~ text\n" + drop + "\n~~~~\n", 0},
		"a longer fence":                 {"`````\n```\n" + drop + "\n````\n" + drop + "\n`````\n" + drop, 1},
		"the other fence does not close": {"```\n~~~\n" + drop, 0},
		"a fence that never ends":        {"```\n\n" + drop, 0},
		"no fence: backticks after it":   {"``` a`b\n" + drop, 1},
		"hidden":                         {"<!--\n" + drop + "\n-->\n" + drop, 1},
		"hidden for good":                {"<!-- x\n\n" + drop, 0},
		"hidden on one line":             {"<!-- x -->\n" + drop, 1},
		"code over several lines":        {"`a\n" + drop + "\nb`", 0},
		"code above it":                  {"the `foo` hunk\n" + drop, 1},
	} {
		if got := pulls.ParseCommands(c.body); len(got) != c.want {
			t.Errorf("%s: %+v, want %d commands", name, got, c.want)
		}
	}
}

func TestAReasonIsClippedAndTextsStayValid(t *testing.T) {
	t.Parallel()
	got := pulls.ParseCommands("/auxsync drop because \xff" + strings.Repeat("ä", 2000))
	if len(got) != 1 || utf8.RuneCountInString(got[0].Because) != 500 || !utf8.ValidString(got[0].Because) || utf8.RuneCountInString(got[0].Text) != 200 {
		t.Errorf("%+v", got)
	}
}

// The longest comment a forge takes, in the forms that are dear to read.
func TestALongCommentIsReadInNoTime(t *testing.T) {
	t.Parallel()
	var runs strings.Builder
	for n := 1; runs.Len() < 1<<16; n++ {
		runs.WriteString(strings.Repeat("`", n) + "a")
	}
	for _, body := range []string{
		runs.String(), strings.Repeat("`a``", 1<<14), strings.Repeat("`\n", 1<<15), strings.Repeat("<!--", 1<<14), strings.Repeat("> - ", 1<<14),
		strings.Repeat("- ", 1<<15), strings.Repeat("/auxsync x\n", 6000), strings.Repeat("\\`", 1<<15),
	} {
		start := time.Now()
		pulls.ParseCommands(body)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%d bytes that begin with %.20q took %s", len(body), body, took)
		}
	}
}

func FuzzParseCommands(f *testing.F) {
	for _, s := range []string{"/auxsync drop", "> q\n/auxsync pause x because y", "```\n/auxsync mine\n```", "<!-- /auxsync\n-->", "`\n/auxsync retry `"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := pulls.ParseCommands(body)
		if len(got) > 5 || !reflect.DeepEqual(got, pulls.ParseCommands(body)) {
			t.Fatalf("%q: %+v", body, got)
		}
		for _, c := range got {
			if (c.Verb == "") == (c.Err == "") || c.Track != "" && !forks.ValidTrackName(c.Track) || !strings.HasPrefix(strings.ToLower(c.Text), "/auxsync") {
				t.Fatalf("%q: %+v", body, c)
			}
		}
	})
}
