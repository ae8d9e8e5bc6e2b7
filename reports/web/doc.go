// Package web is the status page of the daemon: public, read-only and without a
// login. It shows where every track stands, what waits for people and how they
// answer, on pages that need no script.
//
// # Invariants
//
//   - Nothing is written, and nothing but GET and HEAD is answered.
//   - Text from others (subjects, names, paths, reasons) passes [forks.Inert], and
//     html/template escapes it. A link leaves the page only to a commit on a host
//     whose addresses are known for sure.
//   - A page is one answer: its style is inside it, it loads nothing, and the
//     Content-Security-Policy allows nothing else. A report has a policy of its own.
//   - Every answer has a bound: on time (see [Source]), and on how many tracks,
//     patches, conflicts and files it lists. What is left out is counted.
//   - All links are relative, so a web server may serve the page below any path.
//
// # Pages
//
// "/" tells about every track, those that need a person first. "/FORK/TRACK" tells
// about the patches, conflicts and decisions of one. "/status.json" is the
// [reports.Overview]. "/healthz" is for monitoring: 200 and "ok", or 503 and the
// tracks that are stale, one a line. "/reports/" is the folder of weekly reports, file
// by file: only plain files with the endings of a report, through no link, and no lists
// but the one that is a file of it.
//
// # Health
//
// Health means that the service does its work, not that forks have no trouble: a
// track that fails or is stopped has had its pass, and asks a person on the page. A
// track is stale if its next pass is not in the future (it is overdue, or nobody
// plans one) and either
//
//   - its words begin with "no activity since": no pass in three intervals, or
//   - its words begin with "no pass yet", none is being made, and the first one has
//     been due for two hours. Other tracks may fetch a long history before it.
//
// A track that is stopped or not adopted, and for which no pass is planned, waits for
// a person and is never stale. After a rest of more than three intervals the service
// is unhealthy until its first passes are done. A service that cannot tell how its
// tracks stand is not healthy either.
//
// # Example
//
//	page := web.New(web.Config{Source: daemon, Clock: clockwork.NewRealClock(), Log: log, Title: "Forks of Aux"})
//	server := &http.Server{Handler: page, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
//	err := server.Serve(listener)
package web
