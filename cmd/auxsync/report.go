package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// reportSchema names the answer to a request for reports.
const reportSchema = "auxsync.reports/1"

// The formats in which a report is printed.
const (
	formatMarkdown = "md"
	formatHTML     = "html"
	formatJSON     = "json"
)

// reportsResult is the reports of one week as they cross the control socket.
type reportsResult struct {
	Schema  string            `json:"schema"`
	Reports []json.RawMessage `json:"reports"` // each as [weekly.JSON] writes it
	// Brought says, where that was asked for, what became of each delivery.
	Brought []delivery `json:"brought"`
}

func (a *app) reportCommand() *cobra.Command {
	var fork, week, format string
	var publishing bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "The weekly report of a fork",
		Long: `Print the weekly report of each fork: how far it is behind, which decisions are
needed, what became of its patches and conflicts, what upstream did, how near the fork
is to its goals, and what auxsync did by itself.

Without --week it is that of the last week that is over; where there is none yet, that
of this week so far. It is Markdown, and with --json the same for programs. A report is made when its week is over, in the time zone of the
config, and stays as it was made. The daemon brings it to the places that the config
names; --publish does so now, for what was not brought yet.`,
		Example: "  auxsync report\n  auxsync report --fork nixpkgs --week 2026-W47 --format html >report.html\n" +
			"  auxsync report --publish",
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := cmd.Flags().Changed
			switch {
			case given("fork") && fork == "", given("week") && week == "":
				return usage("--fork and --week name something; leave out what is not meant")
			case publishing && given("format"):
				return usage("--format is for a report that is printed, and --publish prints what came of it")
			case a.json && given("format") && format != formatJSON:
				return usage("--json and --format %s do not go together", forks.Inert(format))
			case a.json:
				format = formatJSON
			}
			req := control.Request{Verb: verbReport, Fork: fork, Week: week, Publish: publishing}
			return a.report(cmd.Context(), req, format)
		},
	}
	cmd.Flags().StringVar(&fork, "fork", "", "only this `FORK`")
	cmd.Flags().StringVar(&week, "week", "", "this `WEEK`, such as 2026-W47")
	cmd.Flags().StringVar(&format, "format", formatMarkdown, "md, html or json; the last two tell of one fork")
	cmd.Flags().BoolVar(&publishing, "publish", false, "bring it to where the config says, and print what came of that")
	return cmd
}

// report asks whoever keeps the state directory for reports, and prints them.
func (a *app) report(ctx context.Context, req control.Request, format string) (err error) {
	switch format {
	case formatMarkdown, formatHTML, formatJSON:
	default:
		return usage("--format is %s, %s or %s, not %q", formatMarkdown, formatHTML, formatJSON, forks.Inert(format))
	}
	if req.Week != "" {
		if _, err := forks.ParseWeek(req.Week); err != nil {
			return usage("--week: %w", err)
		}
	}
	needs := toRead
	if req.Publish {
		needs = toWork
	}
	k, err := a.keeper(ctx, needs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	result, err := ask[reportsResult](ctx, k, req, func(forks.Progress) {})
	if result == nil || err != nil && len(result.Brought)+len(result.Reports) == 0 {
		return err
	}
	if req.Publish {
		return errors.Join(a.printBrought(*result), err, undelivered(result.Brought))
	}
	return errors.Join(a.printReports(*result, format), err)
}

// printReports prints reports in a format.
func (a *app) printReports(result reportsResult, format string) error {
	if len(result.Reports) > 1 && format != formatMarkdown {
		return usage("--format %s tells of one fork; name it with --fork", format)
	}
	for i, text := range result.Reports {
		r, err := weekly.Decode(text)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprint(a.out, "\n---\n\n")
		}
		if text, err = formatted(r, format); err != nil {
			return err
		}
		if _, err := a.out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// formatted is a report in a format.
func formatted(r weekly.Report, format string) ([]byte, error) {
	switch format {
	case formatHTML:
		return weekly.HTML(r)
	case formatJSON:
		text, err := weekly.JSON(r)
		return inertJSON(text), err
	}
	return weekly.Markdown(r), nil
}

// printBrought tells what became of each delivery.
func (a *app) printBrought(result reportsResult) error {
	if a.json {
		return a.printJSON(struct {
			Schema  string     `json:"schema"`
			Brought []delivery `json:"brought"`
		}{"auxsync.brought/1", append([]delivery{}, result.Brought...)})
	}
	var b bytes.Buffer
	for _, d := range result.Brought {
		b.WriteString(d.String() + "\n")
	}
	if len(result.Brought) == 0 {
		b.WriteString("The config names no place for reports: see [forks.NAME.reports] in config.example.toml.\n")
	}
	_, err := a.out.Write(b.Bytes())
	return err
}

// delivery is how far a report is at one place.
type delivery struct {
	Fork   string               `json:"fork"`
	Week   forks.Week           `json:"week"`
	Sink   string               `json:"sink"`
	Part   string               `json:"part"`
	Status forks.DeliveryStatus `json:"status"`
	Ref    string               `json:"ref"`
	Error  string               `json:"error"`
}

// String is a line for a terminal.
func (d delivery) String() string {
	place := forks.Inert(d.Sink)
	if d.Part != "" {
		place += " " + forks.Inert(d.Part)
	}
	text := fmt.Sprintf("%s %s: %s: %s", d.Fork, d.Week, place, d.Status)
	switch {
	case d.Status == forks.DeliveryDone && d.Ref != "":
		text += ", " + forks.Inert(d.Ref)
	case d.Status != forks.DeliveryDone && d.Error != "":
		text += ": " + forks.Inert(strings.TrimPrefix(d.Error, d.Sink+": "))
	}
	return text
}

// undelivered is the error of a publication after which not every place has the report;
// nil if each has it. What is tried again by itself is no person's business yet.
func undelivered(list []delivery) error {
	missing, person := 0, false
	for _, d := range list {
		if d.Status != forks.DeliveryDone {
			missing++
			person = person || d.Status == forks.DeliveryGivenUp
		}
	}
	switch {
	case missing == 0:
		return nil
	case person:
		return forks.AskPerson("put right what is said above, and publish again", "%d of %d places do not have the report", missing, len(list))
	}
	return forks.RetryLater("the daemon tries again by itself", "%d of %d places do not have the report yet", missing, len(list))
}
