package systemd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/systemd"
)

// journald takes entries at a socket of its own.
type journald struct {
	socket string
	conn   *net.UnixConn
}

func newJournald(t *testing.T) *journald {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "socket")
	return &journald{socket, manager(t, socket)}
}

// entry returns the next entry: the values of each field. sealed is true if it came
// as a file in memory that nobody can change any more.
func (j *journald) entry(t testing.TB) (fields map[string][]string, sealed bool) {
	t.Helper()
	data, rights := make([]byte, 1<<20), make([]byte, 64)
	n, nr, _, _, err := j.conn.ReadMsgUnix(data, rights)
	if err != nil {
		t.Fatal(err)
	}
	data = data[:n]
	if nr > 0 {
		data, sealed = sealedFile(t, rights[:nr])
	}
	return parseEntry(t, data), sealed
}

func sealedFile(t testing.TB, rights []byte) ([]byte, bool) {
	t.Helper()
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[0]), "entry")
	defer f.Close()
	seals, err := unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		t.Fatal(err)
	}
	const all = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	return data, seals&all == all
}

// parseEntry reads the journal's format, strictly.
func parseEntry(t testing.TB, data []byte) map[string][]string {
	t.Helper()
	fields := map[string][]string{}
	for len(data) > 0 {
		line, rest, ok := bytes.Cut(data, []byte("\n"))
		if !ok {
			t.Fatalf("no newline at the end of %q", data)
		}
		name, value, inline := strings.Cut(string(line), "=")
		if !inline {
			n := binary.LittleEndian.Uint64(rest)
			value, rest = string(rest[8:8+n]), rest[8+n:]
			if rest[0] != '\n' {
				t.Fatalf("no newline after %s", name)
			}
			rest = rest[1:]
		}
		fields[name] = append(fields[name], value)
		data = rest
	}
	return fields
}

func TestEntryHasItsFieldsInCapitals(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	log := zap.New(systemd.JournalCore(j.socket, zapcore.DebugLevel)).With(zap.String("fork", "nix"), zap.String("track", "aux-main"))
	log.Warn("held back",
		zap.Int("pass", 12), zap.String("patch", "p87759cf405"), zap.String("proposal", "c0123456789"),
		zap.Error(errors.New("first line\nPRIORITY=0")), zap.Duration("took", 90*time.Second),
		zap.Time("at", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), zap.Bool("dry", true),
		zap.Strings("paths", []string{"a b", "c"}), zap.Stringer("from", net.IPv4(127, 0, 0, 1)),
		zap.Namespace("git"), zap.Int("exit-code", 128), zap.ByteString("stderr", []byte("x\x00y")))
	got, _ := j.entry(t)
	want := map[string][]string{
		"PRIORITY": {"4"}, "MESSAGE": {"held back"}, "SYSLOG_IDENTIFIER": {"auxsync"},
		"FORK": {"nix"}, "TRACK": {"aux-main"}, "PASS": {"12"}, "PATCH": {"p87759cf405"}, "PROPOSAL": {"c0123456789"},
		"ERROR": {"first line\nPRIORITY=0"}, "TOOK": {"1m30s"}, "AT": {"2026-01-02T03:04:05Z"}, "DRY": {"true"},
		"PATHS": {`["a b","c"]`}, "FROM": {"127.0.0.1"}, "GIT_EXIT_CODE": {"128"}, "GIT_STDERR": {"x\x00y"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// What one entry had is not in the next.
	log.Info("done")
	got, _ = j.entry(t)
	want = map[string][]string{"PRIORITY": {"6"}, "MESSAGE": {"done"}, "SYSLOG_IDENTIFIER": {"auxsync"}, "FORK": {"nix"}, "TRACK": {"aux-main"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestEntryTellsItsPlaceAndStack(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	zap.New(systemd.JournalCore(j.socket, zapcore.InfoLevel), zap.AddCaller(), zap.AddStacktrace(zapcore.ErrorLevel)).Named("syncer").Error("broken")
	got, _ := j.entry(t)
	if len(got["CODE_FILE"]) != 1 || !strings.HasSuffix(got["CODE_FILE"][0], "journal_test.go") || len(got["CODE_LINE"]) != 1 ||
		!strings.Contains(strings.Join(got["STACK"], ""), "TestEntryTellsItsPlaceAndStack") || !reflect.DeepEqual(got["LOGGER"], []string{"syncer"}) {
		t.Errorf("got %q", got)
	}
}

func TestPriorityFollowsTheLevel(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	core := systemd.JournalCore(j.socket, zapcore.InfoLevel)
	for level, want := range map[zapcore.Level]string{
		zapcore.DebugLevel: "7", zapcore.InfoLevel: "6", zapcore.WarnLevel: "4", zapcore.ErrorLevel: "3",
		zapcore.DPanicLevel: "2", zapcore.PanicLevel: "2", zapcore.FatalLevel: "2",
	} {
		if err := core.Write(zapcore.Entry{Level: level}, nil); err != nil {
			t.Fatal(err)
		}
		if got, _ := j.entry(t); !reflect.DeepEqual(got["PRIORITY"], []string{want}) {
			t.Errorf("%s: got %q, want %s", level, got["PRIORITY"], want)
		}
		if checked := core.Check(zapcore.Entry{Level: level}, nil); (checked != nil) != (level >= zapcore.InfoLevel) {
			t.Errorf("%s: logged is %v", level, checked != nil)
		}
	}
}

func TestLargeEntryIsHandedOverInASealedFile(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	text := strings.Repeat("a line of a long message\n", 40_000)
	if err := systemd.JournalCore(j.socket, zapcore.InfoLevel).Write(zapcore.Entry{Message: text}, nil); err != nil {
		t.Fatal(err)
	}
	got, sealed := j.entry(t)
	if !sealed || !reflect.DeepEqual(got["MESSAGE"], []string{text}) {
		t.Errorf("sealed is %v; got %d fields", sealed, len(got))
	}
}

func TestEntryThatCannotBeSentIsToldWithItsMessage(t *testing.T) {
	t.Parallel()
	said := &bytes.Buffer{}
	log := zap.New(systemd.JournalCore(filepath.Join(t.TempDir(), "missing"), zapcore.InfoLevel), zap.ErrorOutput(zapcore.AddSync(said)))
	log.Info("published\nnixos-unstable")
	if got := said.String(); !strings.Contains(got, `send to the journal "published\nnixos-unstable"`) || !strings.Contains(got, "no such file") {
		t.Errorf("said %q", got)
	}
}

func TestJournalThatStartsAgainIsFound(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	core := systemd.JournalCore(j.socket, zapcore.InfoLevel)
	j.conn.Close()
	if err := core.Write(zapcore.Entry{Message: "lost"}, nil); err == nil {
		t.Error("nobody listens and nothing is said")
	}
	if err := os.RemoveAll(j.socket); err != nil {
		t.Fatal(err)
	}
	j.conn = manager(t, j.socket)
	if err := core.Write(zapcore.Entry{Message: "found"}, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := j.entry(t); !reflect.DeepEqual(got["MESSAGE"], []string{"found"}) {
		t.Errorf("got %q", got)
	}
}

// Whatever keys and texts are: the names keep the journal's rules, no field poses as
// one of the core's own, and every text arrives as it was.
func TestNoKeyAndNoTextBreaksAnEntry(t *testing.T) {
	t.Parallel()
	j := newJournald(t)
	core := systemd.JournalCore(j.socket, zapcore.InfoLevel)
	rapid.Check(t, func(r *rapid.T) {
		key := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"message", "PRIORITY", "_pid", "0", "", "é", "a=b", "a\nMESSAGE"})).Draw(r, "key")
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\nMESSAGE=x\n", "\n\x00\x00", ""})).Draw(r, "text")
		if err := core.Write(zapcore.Entry{Message: text}, []zapcore.Field{zap.String(key, text)}); err != nil {
			r.Fatal(err)
		}
		got, _ := j.entry(t)
		if len(got) != 4 || !reflect.DeepEqual(got["MESSAGE"], []string{text}) || !reflect.DeepEqual(got["PRIORITY"], []string{"6"}) {
			r.Fatalf("got %q", got)
		}
		for name, values := range got {
			if !journalName(name) || (name != "PRIORITY" && name != "SYSLOG_IDENTIFIER" && !reflect.DeepEqual(values, []string{text})) {
				r.Fatalf("field %q is %q", name, values)
			}
		}
	})
}

func journalName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", c) {
			return false
		}
	}
	return name != "" && len(name) <= 64 && name[0] >= 'A' && name[0] <= 'Z'
}

func TestStandardErrorIsTheJournalIfItsFileIs(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var stat unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[string]string{
		fmt.Sprintf("%d:%d", stat.Dev, stat.Ino):   "true",
		fmt.Sprintf("%d:%d", stat.Dev, stat.Ino+1): "false",
		fmt.Sprintf("%d:%d", stat.Dev+1, stat.Ino): "false",
		fmt.Sprintf("%d", stat.Dev):                "false",
		"":                                         "false",
	} {
		got, err := started(t, "journal", f, "JOURNAL_STREAM="+stream).Output()
		if string(got) != want || err != nil {
			t.Errorf("JOURNAL_STREAM=%s: got %s, %v", stream, got, err)
		}
	}
}
