package systemd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/systemd"
)

// unit returns the environment of a unit with that credentials directory.
func unit(dir string) func(string) string {
	return func(key string) string {
		if key == "CREDENTIALS_DIRECTORY" {
			return dir
		}
		return ""
	}
}

func write(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCredentialIsFoundByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := write(t, dir, "token", "x", 0o400)
	if got, ok := systemd.Credential("token", unit(dir)); got != want || !ok {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, name := range []string{"", ".", "..", "../token", "/token", "other", "token\x00"} {
		if got, ok := systemd.Credential(name, unit(dir)); got != "" || ok {
			t.Errorf("%q: got %q, %v", name, got, ok)
		}
	}
	if got, ok := systemd.Credential("token", unit("")); got != "" || ok {
		t.Errorf("without a directory: got %q, %v", got, ok)
	}
}

func TestCredentialIsTheTextWithoutOneNewline(t *testing.T) {
	t.Parallel()
	dir, credentials := t.TempDir(), t.TempDir()
	for text, want := range map[string]string{"canary": "canary", "canary\n": "canary", "canary\r\n": "canary", " a b ": " a b "} {
		path := write(t, dir, "token", text, 0o600)
		if got, err := systemd.ReadCredential(path, unit("")); got != want || err != nil {
			t.Errorf("file with %q: got %q, %v", text, got, err)
		}
		// The service manager guards its folder; modes do not matter there.
		path = write(t, credentials, "token", text, 0o444)
		for _, name := range []string{"token", path} {
			if got, err := systemd.ReadCredential(name, unit(credentials)); got != want || err != nil {
				t.Errorf("credential %s with %q: got %q, %v", name, text, got, err)
			}
		}
	}
	// A link, as secret managers make them.
	target := write(t, dir, "target", "canary", 0o600)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if got, err := systemd.ReadCredential(link, unit("")); got != "canary" || err != nil {
		t.Errorf("link: got %q, %v", got, err)
	}
}

func TestCredentialThatCannotBeUsedIsNamedAndNeverQuoted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	group := write(t, dir, "group", "canary", 0o640)
	others := write(t, dir, "others", "canary", 0o602)
	for name, want := range map[string]string{
		group:                                 "credential " + group + ": has mode 0640, so others than its owner can use it; run `chmod 600 " + group + "`",
		others:                                "run `chmod 600 " + others + "`",
		write(t, dir, "empty", "", 0o600):     "empty: is empty",
		write(t, dir, "newline", "\n", 0o600): "newline: is empty",
		write(t, dir, "blank", "  \n", 0o600): "blank: is empty",
		write(t, dir, "lines", "canary\ncanary\n", 0o600):                   "lines: has more than one line",
		write(t, dir, "newlines", "canary\n\n", 0o600):                      "newlines: has more than one line",
		write(t, dir, "zero", "canary\x00", 0o600):                          "control character",
		write(t, dir, "large", strings.Repeat("canary", 64<<10/6+1), 0o600): "is larger than 65536 bytes",
		filepath.Join(dir, "missing"):                                       "missing: no such file or directory",
		dir:                                                                 "is not a regular file",
		pipe:                                                                "is not a regular file",
		"../token":                                                          "neither an absolute path nor the name of a systemd credential",
		"":                                                                  "neither an absolute path nor the name of a systemd credential",
		"token":                                                             "$CREDENTIALS_DIRECTORY is not set",
	} {
		got, err := systemd.ReadCredential(name, unit(""))
		if got != "" || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, %v; want %s", name, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error quotes the secret: %v", name, err)
		}
	}
	if _, err := systemd.ReadCredential("token", unit(dir)); err == nil || !strings.Contains(err.Error(), "LoadCredential=token:") {
		t.Errorf("unit without the credential: got %v", err)
	}
	// Beside the folder is not in it.
	if _, err := systemd.ReadCredential(group, unit(filepath.Join(dir, "credentials"))); err == nil {
		t.Error("a file beside the credentials directory is trusted")
	}
}

func TestLargestCredentialIsTaken(t *testing.T) {
	t.Parallel()
	want := strings.Repeat("x", 64<<10)
	path := write(t, t.TempDir(), "token", want, 0o600)
	if got, err := systemd.ReadCredential(path, unit("")); got != want || err != nil {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
