package repo

import (
	"errors"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// errEnded is why a child is not started any more.
var errEnded = errors.New("git was told to end")

// children starts the children of a Git and knows which of them run.
//
// Each child gets SIGTERM when this process dies, also by SIGKILL. The kernel ties
// that signal to the thread that forked the child, not to the process: if a Go
// thread ends, because a goroutine returned that was locked to it, the children
// that happened to be forked there would get the signal in the middle of their
// work. So one goroutine forks them all. It is locked to its thread, which is
// thereby nobody else's, and stays until the last child has ended. Forks come one
// after the other that way, as they do in Go anyhow; a busy thread costs nothing
// but its stack, and without children there is none.
type children struct {
	mu     sync.Mutex
	groups map[int]bool  // process groups that run
	forks  chan func()   // taken by the thread that forks; nil while no child runs
	idle   chan struct{} // closed when the last child has ended; nil while none runs
	ended  bool          // no child starts any more
}

// start starts cmd, whose process group must be its own. Each start that succeeds
// needs one end.
func (c *children) start(cmd *exec.Cmd) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return errEnded
	}
	if c.forks == nil {
		c.forks, c.idle = make(chan func()), make(chan struct{})
		go forkAll(c.forks)
	}
	started := make(chan error)
	c.forks <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		c.rest()
		return err
	}
	c.groups[cmd.Process.Pid] = true
	return nil
}

// forkAll runs what comes, on one thread that nobody else uses.
func forkAll(forks <-chan func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread() // no child is left: the thread may go
	for fork := range forks {
		fork()
	}
}

// end forgets a child that was waited for.
func (c *children) end(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.groups, pid)
	c.rest()
}

// rest lets the thread go when no child runs.
func (c *children) rest() {
	if len(c.groups) == 0 && c.forks != nil {
		close(c.forks)
		close(c.idle)
		c.forks, c.idle = nil, nil
	}
}

// kill ends all groups at once, and no child starts any more. A group's number
// could only be somebody else's if the kernel had given out all others between a
// child's end and the call of end.
func (c *children) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for pid := range c.groups {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}

// await waits until no child runs, but not for ever: a process that hangs in the
// kernel cannot be ended.
func (c *children) await(limit time.Duration) {
	c.mu.Lock()
	idle := c.idle
	c.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
