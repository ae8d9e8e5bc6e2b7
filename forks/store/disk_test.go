package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// The other process has a small disk of its own, which it fills and makes read-only.
func TestFullAndReadOnlyDisk(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	if err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").Run(); err != nil {
		t.Skipf("no mounts of its own for a process here: %v", err)
	}
	other := startCommand(t, cmd, "disk", t.TempDir())
	first := other.line(t)
	if strings.HasPrefix(first, "mount: ") {
		t.Skipf("no disk of its own for a process here: %s", first)
	}
	for line := first; line != "done"; line = other.line(t) {
		t.Error(line)
	}
}

// smallDisk prints what is not as it should be, then "done".
func smallDisk(dir string) int {
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=1m"); err != nil {
		fmt.Println("mount:", err)
		return 1
	}
	ctx := context.Background()
	path := filepath.Join(dir, store.FileName)
	expect := func(what string, err error, kind forks.Kind, next string) {
		if err == nil || forks.KindOf(err) != kind || !strings.HasSuffix(err.Error(), next) {
			fmt.Printf("%s: %v\n", what, err)
		}
	}
	full := func(what string, err error) { expect(what, err, forks.Retry, "; free some space on its disk") }
	readOnly := func(what string, err error) {
		expect(what, err, forks.NeedsPerson, "writable for the user that runs auxsync")
	}
	must := func(what string, err error) {
		if err != nil {
			fmt.Printf("%s: %v\n", what, err)
		}
	}
	db, err := store.Open(ctx, path, clockwork.NewFakeClock())
	must("open", err)
	must("write", db.AddEvent(ctx, forks.Event{Kind: "first"}))
	for err = nil; err == nil; {
		err = db.AddEvent(ctx, forks.Event{Kind: "more", Text: strings.Repeat("x", 10000)})
	}
	full("fill", err)
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 1<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		fmt.Printf("filler: %v\n", err)
	}
	full("back up", db.Backup(ctx, filepath.Join(dir, "copy")))
	full("write", db.SetHealth(ctx, "nix", "main", forks.Health{Trouble: strings.Repeat("x", 10000)}))
	events, err := db.AllEvents(ctx, 1000)
	if err != nil || len(events) < 2 || events[len(events)-1].Kind != "first" {
		fmt.Printf("full, it has %d events, %v\n", len(events), err)
	}
	must("close", db.Close())
	_, aside, err := store.OpenOrReplace(ctx, filepath.Join(dir, "new", store.FileName), clockwork.NewFakeClock())
	if full("make", err); aside != "" {
		fmt.Println("a full disk is taken for damage")
	}

	must("free", os.Remove(filler))
	must("remount", unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT, "size=4m"))
	db, err = store.Open(ctx, path, clockwork.NewFakeClock())
	must("open again", err)
	must("write again", db.SetHealth(ctx, "nix", "main", forks.Health{Trouble: "x"}))
	again, err := db.AllEvents(ctx, 1000)
	if err != nil || len(again) != len(events) {
		fmt.Printf("of %d events there are %d, %v\n", len(events), len(again), err)
	}
	must("close again", db.Close())

	must("remount", unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "size=4m"))
	_, err = store.Open(ctx, path, clockwork.NewFakeClock())
	readOnly("open", err)
	_, aside, err = store.OpenOrReplace(ctx, path, clockwork.NewFakeClock())
	if readOnly("open or replace", err); aside != "" {
		fmt.Println("a read-only disk is taken for damage")
	}
	fmt.Println("done")
	return 0
}
