// Package control is how other commands ask the daemon: HTTP with JSON over a unix
// socket. It has both ends, and knows nothing of what is asked; the [Service] does.
//
// # Protocol
//
// This is version 1; every path begins with it. Texts are UTF-8, times RFC 3339,
// and what is not known is null. A client leaves out keys that it does not know.
// Who asks is what the kernel tells of the connection, never what is sent.
//
//	GET /v1/hello
//
// who the daemon is, at once:
//
//	{"schema":"auxsync.control/1","version":"1.4.0","pid":812,"started":"2026-01-02T12:03:04Z","config":"/etc/auxsync/config.toml"}
//
//	GET /v1/tracks
//	GET /v1/tracks?name=nix/aux-main
//
// what it knows about all tracks, or one, in the form of [View]:
//
//	{"schema":"auxsync.tracks/1","tracks":[{
//	  "track":{"fork":"nix","name":"aux-main","upstream":"https://…","url":"https://…","credential":"nix-token",
//	    "forge":"git","allow_transports":["https"],"follow":"master","branch":"aux-main","history":"merging",
//	    "stack_from":"","interval":"30m0s","jitter":0.1,"publish_every":"24h0m0s"},
//	  "state":{…}, or null before adoption: state.json as the fork's state ref has it
//	  "health":{"first_good":"…","last_good":"…","first_bad":"0001-01-01T00:00:00Z","last_bad":"0001-01-01T00:00:00Z",
//	    "trouble":"","condition":"following"},
//	  "words":"ok","behind":3, "last_pass":{"number":17,"at":"…","outcome":"published","error":""},
//	  "running":false,"next":"…","policy":"","forge":{…}}]}
//
// Forge is how the looks at the fork's pull requests go, in the form of health. A time
// in the year 1 means never. Lengths of time are as config.toml has them.
//
//	POST /v1/run
//	Content-Type: application/json
//
//	{"verb":"sync","track":"aux-main"}
//
// does something: the body is one [Request] of at most 1 MiB without unknown keys.
// The answer is application/x-ndjson, one event a line, each sent at once:
//
//	{}
//	{"progress":{"doing":"fetching upstream","done":3,"of":10,"detail":""}}
//	{"note":"the daemon is being stopped; this has 5s to end"}
//	{"result":{…},"failure":null}
//
// The last event is the only one with the key failure, and a stream without it was
// broken off. Both may be set. An empty event comes at least every 15 seconds; a
// daemon that was silent for 60 is dead. A failure is
//
//	{"kind":"needs person","message":"what happened","next":"the next step","code":3}
//
// with kind "retry", "needs person", "fatal" or "usage", and the exit code of a
// command that fails so. If message has the next step already, next is empty.
//
//	GET /v1/backup
//
// the database as application/octet-stream, in chunks, with the trailer
// Auxsync-Sha256: the digest in hex. A backup that fails on the way is cut before
// the last chunk.
//
// Every other answer is an error: the keys of a failure beside a schema, as in
//
//	{"schema":"auxsync.error/1","kind":"usage","message":"there is no \"/v1/x\" here","next":"there are …","code":2}
//
// with the status 400 (malformed, or a wrong use), 404 (no such path, or another
// version of the protocol), 405, 409 (needs a person), 413, 415, 500, or 503 (later:
// at most 32 connections are served at once).
//
// # Invariants
//
//   - Who goes away takes their request with them: its context ends. A person's
//     Ctrl-C ends the pass that they asked for, and no other.
//   - Nobody who reads slowly holds up a pass. They miss progress, never the result.
//   - A panic ends one request, and the daemon lives.
//   - What is sent is data: a text of others can hold anything that JSON can. Who
//     shows it to people escapes it with [forks.Inert]. What is not UTF-8 becomes
//     U+FFFD.
//   - No secret passes: a view names where a credential is, not what it is.
//
// # What is not guaranteed
//
// The mode and group of the socket decide who may ask; everybody who may connect
// may ask for everything. Beside the socket stands an empty file with the suffix
// .lock, which keeps two starts apart, and which may be deleted while no daemon
// starts. In a unit with PrivateUsers= the kernel does not tell the
// daemon who asks: all but root and the unit's own user are then "uid 65534".
//
// # Example
//
// The daemon:
//
//	ln, err := control.Listen("/run/auxsync/control.sock", 0o660, log)
//	if err != nil {
//		return err // another daemon, perhaps; the error names its process
//	}
//	server := control.NewServer(control.Config{Service: daemon, Log: log, Clock: clock, ExitCode: exitCode, Grace: 5 * time.Second})
//	return server.Serve(ctx, ln)
//
// A command:
//
//	daemon, err := control.Dial(ctx, "/run/auxsync/control.sock", clock)
//	if errors.Is(err, control.ErrNoDaemon) {
//		return alone(ctx) // take the lock and do it here
//	}
//	result, err := daemon.Run(ctx, control.Request{Verb: "sync", Track: "aux-main"}, show)
//
// A person:
//
//	curl --unix-socket /run/auxsync/control.sock http://auxsync/v1/hello
//	curl --unix-socket /run/auxsync/control.sock -N -H 'Content-Type: application/json' \
//	  -d '{"verb":"sync","track":"aux-main"}' http://auxsync/v1/run
//	curl --unix-socket /run/auxsync/control.sock --fail -o auxsync.db http://auxsync/v1/backup
package control
