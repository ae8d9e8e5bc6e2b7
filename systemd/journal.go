package systemd

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"
)

// JournalSocket is where journald takes entries.
const JournalSocket = "/run/systemd/journal/socket"

// identifier is what `journalctl -t` selects by.
const identifier = "auxsync"

// StderrIsJournal reports whether standard error goes to the journal, so that
// entries with fields may be sent there instead of lines.
func StderrIsJournal(env func(string) string) bool {
	device, inode, _ := strings.Cut(env("JOURNAL_STREAM"), ":")
	var stat unix.Stat_t
	if device == "" || unix.Fstat(unix.Stderr, &stat) != nil {
		return false
	}
	return device == strconv.FormatUint(stat.Dev, 10) && inode == strconv.FormatUint(stat.Ino, 10)
}

// JournalCore sends entries of that level and above to journald at a socket
// (JournalSocket). A field's key becomes a journal field in capitals: fork FORK,
// patch PATCH. An entry that cannot be sent is an error that holds its message; zap
// writes it to the logger's error output.
func JournalCore(socket string, level zapcore.LevelEnabler) zapcore.Core {
	return &journal{LevelEnabler: level, socket: socket}
}

type journal struct {
	zapcore.LevelEnabler
	socket string
	prefix string // of the keys, from namespaces
	fields []journalField
}

type journalField struct{ name, text string }

func (j *journal) With(fields []zapcore.Field) zapcore.Core { return j.with(fields) }

func (j *journal) with(fields []zapcore.Field) *journal {
	out := *j
	out.fields = slices.Clone(j.fields)
	for _, f := range fields {
		if f.Type == zapcore.NamespaceType {
			out.prefix += f.Key + "_"
			continue
		}
		values := zapcore.NewMapObjectEncoder()
		f.AddTo(values)
		out.add(out.prefix, values.Fields)
	}
	return &out
}

func (j *journal) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if j.Enabled(e.Level) {
		return c.AddCore(e, j)
	}
	return c
}

func (j *journal) Write(e zapcore.Entry, fields []zapcore.Field) error {
	b := &bytes.Buffer{}
	writeField(b, "PRIORITY", strconv.Itoa(priority(e.Level)))
	writeField(b, "SYSLOG_IDENTIFIER", identifier)
	writeField(b, "MESSAGE", e.Message)
	for _, f := range j.with(fields).fields {
		writeField(b, f.name, f.text)
	}
	if e.LoggerName != "" {
		writeField(b, "LOGGER", e.LoggerName)
	}
	if e.Caller.Defined {
		writeField(b, "CODE_FILE", e.Caller.File)
		writeField(b, "CODE_LINE", strconv.Itoa(e.Caller.Line))
	}
	if e.Stack != "" {
		writeField(b, "STACK", e.Stack)
	}
	err := send(j.socket, b.Bytes(), nil)
	if errors.Is(err, unix.EMSGSIZE) || errors.Is(err, unix.ENOBUFS) {
		err = sendLarge(j.socket, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("send to the journal %q: %w", e.Message, err)
	}
	return nil
}

// Sync has nothing to do: an entry is with journald once it is written.
func (j *journal) Sync() error { return nil }

// priority is a level in the numbers of syslog. None is below 2: 0 and 1 are for the
// whole machine's end, and are shown on all terminals.
func priority(l zapcore.Level) int {
	switch {
	case l >= zapcore.DPanicLevel:
		return 2 // critical
	case l == zapcore.ErrorLevel:
		return 3
	case l == zapcore.WarnLevel:
		return 4
	case l == zapcore.InfoLevel:
		return 6
	}
	return 7 // debug
}

// add appends values under their names, in order of their keys.
func (j *journal) add(prefix string, values map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if inner, ok := values[key].(map[string]any); ok {
			j.add(prefix+key+"_", inner)
			continue
		}
		j.fields = append(j.fields, journalField{fieldName(prefix + key), fieldText(values[key])})
	}
}

// fieldName is a key by the journal's rules: at most 64 of A-Z, 0-9 and '_', first a
// letter. A name of the core's own is prefixed, so that no field poses as a message.
func fieldName(key string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, key)
	switch name {
	case "PRIORITY", "MESSAGE", "MESSAGE_ID", "SYSLOG_IDENTIFIER", "LOGGER", "CODE_FILE", "CODE_LINE", "STACK":
		name = "FIELD_" + name
	}
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		name = "FIELD_" + name
	}
	return name[:min(len(name), 64)]
}

func fieldText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr, float32, float64, complex64, complex128, nil:
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%+v", value)
	}
	return string(text)
}

// writeField adds one field. A text of several lines goes with its length, so no
// line of it is taken for a field.
func writeField(b *bytes.Buffer, name, text string) {
	b.WriteString(name)
	if strings.Contains(text, "\n") {
		b.WriteByte('\n')
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
	} else {
		b.WriteByte('=')
	}
	b.WriteString(text)
	b.WriteByte('\n')
}

// sendLarge hands an entry that is too large for a datagram over as a sealed file in
// memory.
func sendLarge(socket string, data []byte) error {
	fd, err := unix.MemfdCreate("auxsync-journal", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return fmt.Errorf("memfd_create: %w", err)
	}
	f := os.NewFile(uintptr(fd), "journal entry")
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return send(socket, nil, unix.UnixRights(fd))
}
