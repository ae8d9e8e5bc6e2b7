package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
)

// LockName is what the lock's file is called in the state directory. The file
// stays when the lock is released.
const LockName = "lock"

// FileLock says that this process alone works on a state directory. The kernel
// releases it when the process ends, however it ends.
type FileLock struct{ file *os.File }

// Lock takes the lock of a state directory, which is made if it is not there
// (mode 0700). If another process holds it the error is a [forks.Problem] of kind
// Retry that names that process.
func Lock(dir string) (*FileLock, error) {
	file, err := openLock(dir)
	if err != nil {
		return nil, err
	}
	switch err := flock(file, unix.LOCK_EX|unix.LOCK_NB); {
	case err == nil:
		return mine(file, dir)
	case errors.Is(err, unix.EWOULDBLOCK):
		held := forks.RetryLater("wait for it, or stop it", "%s", holder(file, dir))
		return nil, errors.Join(held, file.Close())
	default:
		return nil, giveUp(file, dir, err)
	}
}

// LockWait is [Lock], but waits for another process to finish. Before that it
// calls onWait once with a sentence that names the process.
//
// If ctx ends first, a goroutine stays behind until the other process finishes,
// and then gives the lock away at once.
func LockWait(ctx context.Context, dir string, onWait func(holder string)) (*FileLock, error) {
	file, err := openLock(dir)
	if err != nil {
		return nil, err
	}
	switch err := flock(file, unix.LOCK_EX|unix.LOCK_NB); {
	case err == nil:
		return mine(file, dir)
	case !errors.Is(err, unix.EWOULDBLOCK):
		return nil, giveUp(file, dir, err)
	}
	onWait(holder(file, dir))
	locked := make(chan error)
	go func() {
		err := flock(file, unix.LOCK_EX)
		select {
		case locked <- err:
		case <-ctx.Done():
			_ = file.Close() // nobody waits for the lock any more
		}
	}()
	select {
	case err := <-locked:
		if err != nil {
			return nil, giveUp(file, dir, err)
		}
		return mine(file, dir)
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the lock of the state directory %s: %w", dir, context.Cause(ctx))
	}
}

// Unlock releases the lock.
func (l *FileLock) Unlock() error {
	// Emptied first: nobody shall be told of a process that has finished.
	err := errors.Join(l.file.Truncate(0), l.file.Close())
	if err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}

func openLock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, withKind(fmt.Errorf("make the state directory: %w", err))
	}
	file, err := os.OpenFile(filepath.Join(dir, LockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, withKind(fmt.Errorf("open the lock of the state directory: %w", err))
	}
	return file, nil
}

// flock calls the kernel, again if a signal came between.
func flock(file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// mine writes this process into a lock that it holds.
func mine(file *os.File, dir string) (*FileLock, error) {
	pid := []byte(strconv.Itoa(os.Getpid()) + "\n")
	err := file.Truncate(0)
	if err == nil {
		_, err = file.WriteAt(pid, 0)
	}
	if err != nil {
		return nil, giveUp(file, dir, err)
	}
	return &FileLock{file}, nil
}

// giveUp closes the file, which releases the lock if it was taken.
func giveUp(file *os.File, dir string, err error) error {
	return errors.Join(withKind(fmt.Errorf("lock the state directory %s: %w", dir, err)), file.Close())
}

// holder describes the process that holds the lock. The file has its id, and was
// written when it took the lock.
func holder(file *os.File, dir string) string {
	text, err := io.ReadAll(io.LimitReader(file, 32))
	info, statErr := file.Stat()
	pid, numErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if errors.Join(err, statErr, numErr) != nil {
		return fmt.Sprintf("another process is working on the state directory %s", dir)
	}
	since := info.ModTime().UTC().Format("2006-01-02 15:04:05")
	return fmt.Sprintf("auxsync (pid %d) has been working on the state directory %s since %s UTC", pid, dir, since)
}
