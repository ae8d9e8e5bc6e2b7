package systemd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// directoryVariable is where the service manager says which folder holds the
// unit's credentials.
const directoryVariable = "CREDENTIALS_DIRECTORY"

// maxSize is the most that a credential may hold, in bytes.
const maxSize = 64 << 10

// Credential returns the file of a credential that the service manager handed
// to the unit. ok is false if there is no credentials directory, the name is
// not a plain file name, or no such file is there.
func Credential(name string, env func(string) string) (path string, ok bool) {
	dir := env(directoryVariable)
	if dir == "" || !plainName(name) {
		return "", false
	}
	path = filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", false
	}
	return path, true
}

func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}

// ReadCredential returns the text of a credential: of the file if nameOrPath is
// an absolute path, else of the unit's credential of that name. One newline at
// its end is not part of it. Refused are an empty text, one of more than one
// line or 64 KiB, and a file outside the credentials directory that its group
// or others may read. The error names the file and never its content.
func ReadCredential(nameOrPath string, env func(string) string) (string, error) {
	path := nameOrPath
	if !filepath.IsAbs(path) {
		if !plainName(nameOrPath) {
			return "", fmt.Errorf("credential %q is neither an absolute path nor the name of a systemd credential", nameOrPath)
		}
		var ok bool
		if path, ok = Credential(nameOrPath, env); !ok {
			return "", missing(nameOrPath, env)
		}
	}
	text, err := readFile(path, guarded(path, env))
	if err != nil {
		return "", fmt.Errorf("credential %s: %w", path, err)
	}
	return text, nil
}

func missing(name string, env func(string) string) error {
	if env(directoryVariable) == "" {
		return fmt.Errorf("credential %q: $%s is not set, so this is not a unit with credentials; name an absolute path instead", name, directoryVariable)
	}
	return fmt.Errorf("credential %q is not in %s; add LoadCredential=%s:/path/to/file to the unit", name, env(directoryVariable), name)
}

// guarded reports whether path lies in the credentials directory.
func guarded(path string, env func(string) string) bool {
	dir := env(directoryVariable)
	if dir == "" {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func readFile(path string, guarded bool) (string, error) {
	// Before opening: to open a pipe would wait for its writer.
	if info, err := os.Stat(path); err != nil {
		return "", withoutPath(err)
	} else if !info.Mode().IsRegular() {
		return "", errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", withoutPath(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", withoutPath(err)
	}
	if mode := info.Mode().Perm(); !guarded && mode&0o077 != 0 {
		return "", fmt.Errorf("has mode %04o, so others than its owner can use it; run `chmod 600 %s`", mode, path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return "", withoutPath(err)
	}
	if len(data) > maxSize {
		return "", fmt.Errorf("is larger than %d bytes; is it the right file?", maxSize)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("is empty")
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("has more than one line or a control character; it must hold the token alone")
	}
	return text, nil
}

// withoutPath keeps the cause of a file error; the caller names the path.
func withoutPath(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
