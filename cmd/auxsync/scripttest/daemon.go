package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for what a daemon does in its own time, and
// between is how often it looks.
const (
	patience = 60 * time.Second
	between  = 20 * time.Millisecond
)

// daemons are those that a script has begun, by name.
type daemons map[string]*process

type process struct {
	cmd   *exec.Cmd
	ended chan error // gets the result of Wait
	told  time.Time  // when it was signalled first
}

// daemonsKey is where a script keeps its daemons.
type daemonsKey struct{}

func withDaemons(env *testscript.Env) { env.Values[daemonsKey{}] = daemons{} }

// begin starts `auxsync run` with the script's environment.
func begin(ts tb, args []string) {
	start(ts, args[0], exec.Command("auxsync", append([]string{"run"}, args[1:]...)...))
}

// start starts a program with the script's environment, what it prints in NAME.log.
func start(ts tb, name string, cmd *exec.Cmd) {
	ts.Check(ts.Exec("env", "-0"))
	environment := strings.Split(strings.TrimRight(ts.ReadFile("stdout"), "\x00"), "\x00")
	log, err := os.OpenFile(ts.MkAbs(name+".log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	ts.Check(err)
	defer log.Close()
	p := &process{cmd: cmd, ended: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = ts.MkAbs("."), environment, log, log
	ts.Check(p.cmd.Start())
	go func() { p.ended <- p.cmd.Wait(); close(p.ended) }()
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	ts.Value(daemonsKey{}).(daemons)[name] = p
}

// begun finds a daemon by its name.
func begun(ts tb, name string) *process {
	p, ok := ts.Value(daemonsKey{}).(daemons)[name]
	if !ok {
		ts.Fatalf("no daemon %s was begun", name)
	}
	return p
}

// send signals a daemon.
func send(ts tb, args []string) {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}
	number, ok := signals[args[1]]
	if !ok {
		ts.Fatalf("no such signal: %s", args[1])
	}
	p := begun(ts, args[0])
	if p.told.IsZero() && number != syscall.SIGHUP {
		p.told = time.Now()
	}
	ts.Check(p.cmd.Process.Signal(number))
}

// ends waits until a daemon has ended, and compares its exit code and how long that
// took since it was signalled.
func ends(ts tb, args []string) {
	p := begun(ts, args[0])
	within := patience
	if len(args) == 3 {
		var err error
		within, err = time.ParseDuration(args[2])
		ts.Check(err)
	}
	if p.told.IsZero() {
		p.told = time.Now()
	}
	wait := time.NewTimer(time.Until(p.told.Add(within)))
	defer wait.Stop()
	var err error
	select {
	case err = <-p.ended:
	case <-wait.C:
		ts.Fatalf("the daemon %s has not ended after %s; its log:\n%s", args[0], within, ts.ReadFile(args[0]+".log"))
	}
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		ts.Fatalf("%v", err)
	}
	if code := strconv.Itoa(p.cmd.ProcessState.ExitCode()); code != args[1] {
		ts.Fatalf("the daemon %s ended with %s, want %s; its log:\n%s", args[0], p.cmd.ProcessState, args[1], ts.ReadFile(args[0]+".log"))
	}
}

// address is where a daemon serves its page, as its log says.
func address(ts tb, name string) (at string) {
	eventually(ts, "the daemon "+name+" serves a page", func() bool {
		for line := range strings.Lines(ts.ReadFile(name + ".log")) {
			var entry struct{ Msg, Address string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "status page" {
				at = entry.Address
			}
		}
		return at != ""
	})
	return at
}

// get asks the status page of a daemon.
func get(ts tb, args []string) {
	client := http.Client{Timeout: patience}
	resp, err := client.Get("http://" + address(ts, args[0]) + args[1])
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n%s\n%s\n", resp.Status, resp.Header.Get("Content-Type"), body)
}

// listens waits until the daemon of the script's state directory answers.
func listens(ts tb, _ []string) {
	path := filepath.Join(ts.Getenv("WORK"), "state", "control.sock")
	eventually(ts, "a daemon listens on "+path, func() bool {
		dir, err := os.Open(filepath.Dir(path)) // the path may be too long for a socket
		if err != nil {
			return false
		}
		defer dir.Close()
		conn, err := net.Dial("unix", filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), "control.sock"))
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// until runs a program until what it prints matches a pattern.
func until(ts tb, args []string) {
	pattern := multiline(ts, args[0])
	eventually(ts, "its output matches "+args[0], func() bool {
		_ = ts.Exec(args[1], args[2:]...) // what it prints counts
		return pattern.MatchString(ts.ReadFile("stdout"))
	})
}

// multiline is a pattern whose ^ and $ are the ends of lines.
func multiline(ts tb, text string) *regexp.Regexp {
	pattern, err := regexp.Compile("(?m)" + text)
	ts.Check(err)
	return pattern
}

// eventually looks again and again until something is so.
func eventually(ts tb, what string, so func() bool) {
	for deadline := time.Now().Add(patience); !so(); {
		if time.Now().After(deadline) {
			ts.Fatalf("after %s it is still not so that %s", patience, what)
		}
		time.Sleep(between)
	}
}
