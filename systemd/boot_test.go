package systemd_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var boot = flag.Bool("boot", false, "boot a system with systemd in a container and try the daemon in it (root only, a minute or two)")

// bootToken is the credential of the boot test's fork.
const bootToken = "canary-of-the-boot-test"

// TestInARealSystem boots this machine's system in a container, with the program,
// the units and testdata/boot/root laid over it. The cases are in
// testdata/boot/root/usr/lib/boot-test/cases.sh; each is a subtest here.
func TestInARealSystem(t *testing.T) {
	if !*boot {
		t.Skip("boots a system only with -boot")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can boot a system")
	}
	for _, program := range []string{"systemd-nspawn", "git", "setpriv", "useradd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: systemd-container, git, util-linux, passwd)", program)
		}
	}
	files, work, results := t.TempDir(), t.TempDir(), t.TempDir()
	layOut(t, files)
	ctx, cancel := context.WithTimeout(context.Background(), 6*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/bash", "testdata/boot/boot.sh", files, work, results)
	// Its mounts end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 10 * time.Second
	console, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("this root may not make a mount namespace: ", err)
	}
	if strings.Contains(string(console), "boot.sh: no overlay") {
		t.Skipf("this root may not mount an overlay: %s", console)
	}
	judge(t, results, cmd.ProcessState.ExitCode())
	if t.Failed() {
		journal, _ := os.ReadFile(filepath.Join(results, "journal"))
		t.Logf("console:\n%s\njournal:\n%s", lastLines(string(console), 60), lastLines(string(journal), 300))
	}
}

// layOut puts what is laid over the system into dir.
func layOut(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS("testdata/boot/root")); err != nil {
		t.Fatal(err)
	}
	build(t, "../cmd/auxsync", filepath.Join(dir, "usr/bin/auxsync"))
	build(t, "./testdata/boot/remote", filepath.Join(dir, "usr/lib/boot-test/remote"))
	for from, to := range map[string]string{
		"auxsync.service":       "usr/lib/systemd/system/auxsync.service",
		"auxsync.socket":        "usr/lib/systemd/system/auxsync.socket",
		"auxsync-page.socket":   "usr/lib/systemd/system/auxsync-page.socket",
		"auxsync.sysusers.conf": "usr/lib/sysusers.d/auxsync.conf",
	} {
		put(t, filepath.Join(dir, to), read(t, from), 0o644)
	}
	put(t, filepath.Join(dir, "etc/auxsync/credentials/nix-token"), bootToken+"\n", 0o600)
	if err := os.Chmod(filepath.Join(dir, "etc/auxsync/credentials"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// build builds a program as it is shipped: without cgo.
func build(t *testing.T, pkg, to string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", to, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
}

// judge makes a subtest of each case. One that has no result failed too.
func judge(t *testing.T, results string, code int) {
	t.Helper()
	script := read(t, "testdata/boot/root/usr/lib/boot-test/cases.sh")
	text, err := os.ReadFile(filepath.Join(results, "cases"))
	if err != nil {
		t.Errorf("no case was tried: %v", err)
	}
	said := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "ok "); ok {
			said[name] = "ok"
		} else if rest, ok := strings.CutPrefix(line, "not ok "); ok {
			name, why, _ := strings.Cut(rest, ": ")
			said[name] = why
		}
	}
	cases := regexp.MustCompile(`(?m)^it '(.*)' [a-z_0-9]+$`).FindAllStringSubmatch(script, -1)
	if len(cases) == 0 {
		t.Error("the script has no cases")
	}
	for _, c := range cases {
		t.Run(c[1], func(t *testing.T) {
			switch why := said[c[1]]; why {
			case "ok":
			case "":
				t.Error("was not tried")
			default:
				t.Error(why)
			}
		})
	}
	if code != 0 {
		t.Errorf("the system ended with %d, the number of cases that failed (124: it hung; 200: the script ended early)", code)
	}
}

// lastLines returns the last n lines of s.
func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
