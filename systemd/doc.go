// Package systemd speaks with the service manager. Today that is one thing: the
// credentials that it hands to a unit.
//
// # Invariants
//
//   - A credential is read from a file, never from argv or an environment
//     variable, and its content stands in no error.
//   - Outside the credentials directory, which the service manager guards, a
//     file that its group or others may read is refused.
//
// # Example
//
// A unit with
//
//	LoadCredential=nix-token:/etc/auxsync/nix-token
//
// and a config with credential = "nix-token" meet in
//
//	token, err := systemd.ReadCredential("nix-token", os.Getenv)
//
// and without a service manager the config names the file itself.
package systemd
