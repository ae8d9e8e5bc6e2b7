// Package publish brings weekly reports to the places that config names: each week
// once to each of them.
//
// A [Publisher] makes the reports of the weeks that are over, keeps each as it was made
// first, and hands it to sinks: a tree of files ([Files]), and others that talk to a
// service. Whoever owns it calls [Publisher.Round] when the last round said so.
//
// # Invariants
//
//   - A week has one report, and it never changes: a second one that is made, after a
//     crash, is thrown away. Weeks follow each other without a gap, also after a long
//     rest, whatever happens to clock and time zone meanwhile.
//   - That a place is to get a week is on record before the report is; an attempt is on
//     record before it is made. So a crash neither loses a delivery nor lets one go out
//     twice: a sink that is asked again is told that it may have the report already.
//   - Each part of a sink, such as a recipient, has a state of its own. It gets the weeks
//     in their order. Sinks of one name work one after the other, those of different
//     names at the same time.
//   - A place begins with the newest report there is when config names it first; where
//     nothing was ever reported, with at most the last four weeks.
//   - What cannot be delivered is tried again for two weeks, and is seen: in the log, in
//     [Publisher.Undelivered], and, where a week reached no place for a day, as an event
//     that is told once.
//   - A clock that is wrong for less than an hour makes no report of a week that has not
//     been. One that stays wrong for longer is believed.
//
// # Example
//
//	p := publish.New(publish.Setup{Books: store, Diary: store, Make: make, Since: since, Clock: clock, Log: log})
//	p.Use(zone, []publish.Fork{{Name: "nix", Sinks: []publish.Sink{publish.NewFiles(dir, url)}}})
//	for {
//		next, err := p.Round(ctx)
//		...
//	}
package publish
