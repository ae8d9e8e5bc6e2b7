package systemd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/systemd"
)

// unitFile reads a unit: the values of each "Section.Key" in their order.
func unitFile(t *testing.T, name string) map[string][]string {
	t.Helper()
	values, section := map[string][]string{}, ""
	for line := range strings.Lines(read(t, name)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
		} else if line != "" && line[0] != '#' {
			key, value, ok := strings.Cut(line, "=")
			if !ok {
				t.Fatalf("%s: %q is no assignment", name, line)
			}
			values[section+"."+key] = append(values[section+"."+key], value)
		}
	}
	return values
}

// program builds auxsync.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auxsync")
	build(t, "../cmd/auxsync", path)
	return path
}

func TestServiceKeepsWhatItIsHardenedWith(t *testing.T) {
	t.Parallel()
	got := unitFile(t, "auxsync.service")
	for key, want := range map[string]string{
		"Type": "notify", "NotifyAccess": "main", "WatchdogSec": "60", "TimeoutStartSec": "5min", "TimeoutStopSec": "2min",
		"KillMode": "mixed", "Restart": "on-failure", "RestartSec": "5", "OOMPolicy": "continue",
		"DynamicUser": "yes", "User": "auxsync", "UMask": "0077",
		"StateDirectory": "auxsync", "StateDirectoryMode": "0700", "CacheDirectory": "auxsync", "CacheDirectoryMode": "0700",
		"ConfigurationDirectory": "auxsync", "LimitCORE": "0", "MemoryHigh": "3G", "MemoryMax": "4G", "TasksMax": "512", "LimitNOFILE": "16384",
		"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "",
		"ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateIPC": "yes",
		"PrivateMounts": "yes", "ProtectProc": "invisible", "ProcSubset": "pid", "ProtectClock": "yes", "ProtectHostname": "yes",
		"ProtectKernelLogs": "yes", "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "ProtectControlGroups": "yes",
		"LockPersonality": "yes", "MemoryDenyWriteExecute": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes",
		"RestrictNamespaces": "yes", "RemoveIPC": "yes", "KeyringMode": "private", "DevicePolicy": "closed",
		"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6", "SystemCallArchitectures": "native",
		"SystemCallFilter": "@system-service|~@privileged @resources", "SystemCallErrorNumber": "EPERM",
	} {
		if values, ok := got["Service."+key]; !ok || strings.Join(values, "|") != want {
			t.Errorf("%s=%s; want %s", key, strings.Join(values, "|"), want)
		}
	}
	for key, why := range map[string]string{
		"RuntimeDirectory":         "a stop would remove the control socket",
		"PrivateUsers":             "who gives a command would be nobody",
		"RestartPreventExitStatus": "a panic ends with 2, too",
		"WatchdogSignal":           "SIGABRT leaves the goroutines' stacks",
	} {
		if values, ok := got["Service."+key]; ok {
			t.Errorf("%s=%s: %s", key, values, why)
		}
	}
}

func TestUnitsMeetEachOtherAndTheProgram(t *testing.T) {
	t.Parallel()
	service := unitFile(t, "auxsync.service")
	if !slices.Contains(service["Unit.Requires"], "auxsync.socket") || !slices.Contains(service["Unit.After"], "auxsync.socket") {
		t.Error("the service can run without its control socket")
	}
	control, page := unitFile(t, "auxsync.socket"), unitFile(t, "auxsync-page.socket")
	for what, c := range map[string]struct {
		got  []string
		want string
	}{
		"name of the control socket":    {control["Socket.FileDescriptorName"], systemd.ControlSocket},
		"path of the control socket":    {control["Socket.ListenStream"], systemd.ControlPath},
		"mode of the control socket":    {control["Socket.SocketMode"], "0660"},
		"name of the page's socket":     {page["Socket.FileDescriptorName"], systemd.PageSocket},
		"service of the page's socket":  {page["Socket.Service"], "auxsync.service"},
		"address of the page's socket":  {page["Socket.ListenStream"], "127.0.0.1:8467"},
		"service of the control socket": {control["Socket.Service"], ""}, // by its name
	} {
		if got := strings.Join(c.got, "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
	if group := strings.Join(control["Socket.SocketGroup"], "|"); !strings.Contains(read(t, "auxsync.sysusers.conf"), "\ng "+group+" -\n") {
		t.Errorf("nobody makes the group %q", group)
	}
}

func TestServiceStartsTheProgramWithArgumentsItKnows(t *testing.T) {
	t.Parallel()
	service := unitFile(t, "auxsync.service")
	args := strings.Fields(strings.Join(service["Service.ExecStart"], "|"))
	if want := []string{"/usr/bin/auxsync", "run", "--config", "/etc/auxsync/config.toml"}; !reflect.DeepEqual(args, want) {
		t.Fatalf("got %q, want %q", args, want)
	}
	out, err := exec.Command(program(t), append(args[1:], "--help")...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "auxsync run [flags]") {
		t.Errorf("%v\n%s", err, out)
	}
}

// analyze runs systemd-analyze, which needs no running systemd for this.
func analyze(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed (Debian: systemd)")
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err
}

func TestServiceIsExposedByAtMost1Point2(t *testing.T) {
	t.Parallel()
	unit, err := filepath.Abs("auxsync.service")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := analyze(t, "--no-pager", "security", "--offline=true", "--threshold=12", unit); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSystemdKnowsEveryWordOfTheUnits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var units []string
	for _, name := range []string{"auxsync.service", "auxsync.socket", "auxsync-page.socket"} {
		// What is started has to exist.
		put(t, filepath.Join(dir, name), strings.ReplaceAll(read(t, name), "/usr/bin/auxsync", "/bin/sh"), 0o644)
		units = append(units, filepath.Join(dir, name))
	}
	out, err := analyze(t, append([]string{"--man=no", "verify"}, units...)...)
	// What is said about other units of this machine is not ours.
	for line := range strings.Lines(out) {
		if strings.Contains(line, "auxsync") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	put(t, units[0], strings.Replace(read(t, units[0]), "ProtectHome=", "ProtectHouse=", 1), 0o644)
	if out, _ := analyze(t, "--man=no", "verify", units[0]); !strings.Contains(out, "ProtectHouse") {
		t.Errorf("a wrong word is not found: %s", out)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
