package control

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/auxolotl/auxsync/forks"
)

// denied says what a user needs who may not connect to the socket at path: most
// often the group that owns it, or that owns a folder on the way.
func denied(path string) error {
	what := path
	info, err := os.Stat(what)
	needed := fs.FileMode(0o020) // to connect is to write
	for errors.Is(err, fs.ErrPermission) && filepath.Dir(what) != what {
		what = filepath.Dir(what)
		info, err = os.Stat(what)
		needed = 0o010 // to pass through
	}
	next := "ask whoever runs the daemon"
	if err == nil {
		next = whoMay(what, info, needed)
	}
	return forks.AskPerson(next, "you (uid %d) may not use the daemon's socket %s", os.Geteuid(), path)
}

// whoMay names the group that opens the way, or else the owner.
func whoMay(what string, info fs.FileInfo, needed fs.FileMode) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "ask whoever runs the daemon"
	}
	if info.Mode()&needed != 0 {
		return "join the group that owns " + what + " (" + groupName(stat.Gid) + "), and log in again"
	}
	owner := "uid " + strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(strconv.FormatUint(uint64(stat.Uid), 10)); err == nil {
		owner = u.Username
	}
	return "run this as the owner of " + what + " (" + owner + "): its mode " + info.Mode().String() + " lets no group in"
}

func groupName(gid uint32) string {
	id := strconv.FormatUint(uint64(gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return "gid " + id
}
