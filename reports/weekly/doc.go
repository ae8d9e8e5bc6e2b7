// Package weekly makes a fork's weekly report: from rows of the database to one value,
// and from that to Markdown, HTML, JSON and a feed.
//
// It holds that
//
//   - a report is a pure function of its [Input]: the same rows, week and moment give the
//     same value, and the same value the same bytes in every format;
//   - each number is a count of rows, and no two places of a report disagree: what is shown
//     twice, such as the lag and the goal for it, is counted once;
//   - what is not on record is said to be unknown, never taken for 0 or for good, and a week
//     in which no pass ran is a fault that the first line tells;
//   - the runs of passes are added up one by one by a [Tally], which does not grow with them;
//   - lists for people are cut at the bounds of a report, and what was cut is counted;
//   - texts of others stay as they were written up to the format, which makes them inert,
//     unless a field says that it is inert already;
//   - who opted out is counted, and named nowhere; whoever is named is thanked, or asked for
//     something that has not waited long;
//   - all formats use the same words for the same thing: those of words.go and numbers.go.
//
// JSON alone has what only programs want: the whole of hashes and curves, the committer
// dates of security commits, and the ids of conflicts that are shown by their subjects.
//
// A week of a fork with one track goes like this:
//
//	in := weekly.Input{Fork: "nixpkgs", Week: forks.Week{Year: 2026, Number: 47}, Zone: time.UTC, Made: now}
//	in.Rows = …                               // from [Reach] to the end of the week
//	in.Tracks, in.Roster, in.Goals = …        // as config and policy have them
//	tally := weekly.TallyFor(in, "unstable")
//	for … {
//		tally.Add(pass)                   // each run of that time, the oldest first
//	}
//	in.Tallies = map[string]*weekly.Tally{"unstable": tally}
//	report := weekly.Make(in)
//	// report.Summary: nixpkgs is 6 h behind upstream (goal 24 h); 3 of 41 patches wait for
//	// a decision; nothing was lost.
//	post := weekly.Markdown(report)
package weekly
