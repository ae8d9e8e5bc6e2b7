package main

import (
	"fmt"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/systemd"
)

// logger is the log of a command that a person waits for. It tells its progress and
// its result itself, so the log keeps to warnings, unless it was asked to debug.
func (a *app) logger(c forks.LogConfig) (*zap.Logger, error) {
	level, err := logLevel(c)
	if err != nil {
		return nil, err
	}
	if level == zapcore.InfoLevel {
		level = zapcore.WarnLevel
	}
	format := c.Format
	if format == "auto" {
		format = "text"
	}
	return zap.New(a.logCore(format, level)), nil
}

// serviceLogger is the log of the daemon. Unless the config says otherwise it goes
// to the journal where standard error does, is text on a terminal, and else JSON.
func (a *app) serviceLogger(c forks.LogConfig) (*zap.Logger, error) {
	level, err := logLevel(c)
	if err != nil {
		return nil, err
	}
	format := c.Format
	switch {
	case format != "auto":
	case systemd.StderrIsJournal(a.env):
		return zap.New(systemd.JournalCore(systemd.JournalSocket, level)), nil
	case isTerminal(a.err):
		format = "text"
	default:
		format = "json"
	}
	return zap.New(a.logCore(format, level)), nil
}

func logLevel(c forks.LogConfig) (zapcore.Level, error) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		return level, fmt.Errorf("log level: %w", err)
	}
	return level, nil
}

// logCore writes to standard error.
func (a *app) logCore(format string, level zapcore.Level) zapcore.Core {
	enc := zap.NewProductionEncoderConfig()
	enc.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(enc)
	if format == "text" {
		encoder = zapcore.NewConsoleEncoder(enc)
	}
	return zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(a.err)), level)
}

// isTerminal reports whether people see at once what is written to w.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
