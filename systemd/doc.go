// Package systemd speaks with the service manager: it reads the credentials that
// the manager hands to the unit, takes over its sockets, tells how the daemon is,
// and logs to the journal. Beside it lie the units that are installed.
//
// # Invariants
//
//   - A credential is read from a file, never from argv or an environment
//     variable, and its content stands in no error.
//   - Outside the credentials directory, which the service manager guards, a
//     file that its group or others may read is refused.
//   - Without a service manager nothing here fails: there are no sockets, and what
//     is told to nobody is no error.
//   - What is said to the manager is one line for each assignment, and a journal
//     field is what its key says, whatever their texts hold.
//   - The watchdog's beat is sent by whoever calls Alive; nothing here ticks.
//   - Only unix sockets are taken for commands, and a socket that nobody expects
//     ends the start.
//
// # The units
//
// auxsync.socket makes the control socket and outlives the daemon: a command that
// comes during a restart waits for its answer. Its folder is its own. It is no
// RuntimeDirectory= of the service, for the manager would remove that, with the
// socket in it, at each stop. Who is in the group auxsync-admin may give commands;
// the daemon knows them by the socket's peer, which is why the service has no
// PrivateUsers=. The group is a static one (auxsync.sysusers.conf), since the
// daemon's own user exists only while it runs.
//
// # Example
//
// A unit with
//
//	LoadCredential=nix-token:/etc/auxsync/credentials/nix-token
//
// and a config with credential = "nix-token" meet in
//
//	token, err := systemd.ReadCredential("nix-token", os.Getenv)
//
// and without a service manager the config names the file itself. The daemon begins
// with
//
//	sockets, err := systemd.Listeners(os.Getenv) // before it opens files
//	manager := systemd.NewNotifier(os.Getenv)
//	log := zap.New(systemd.JournalCore(systemd.JournalSocket, level)) // if StderrIsJournal
//
// and once it serves says
//
//	err = manager.Ready("2 tracks, all ok")
//
// Its loop goes round at least twice in manager.WatchdogInterval and calls
// manager.Alive each time.
package systemd
