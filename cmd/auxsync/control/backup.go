package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// digestTrailer follows the last byte of a backup: its SHA-256 in hex.
const digestTrailer = "Auxsync-Sha256"

// backup answers GET /v1/backup.
func (v *serving) backup(w http.ResponseWriter, r *http.Request) {
	out := &backupWriter{w: w, limits: http.NewResponseController(w), digest: sha256.New()}
	err := v.guarded("backup", func() error { return v.Service.Backup(r.Context(), out) })
	switch {
	case err != nil && !out.begun:
		v.fail(w, r, err)
	case err != nil:
		// Too late to say it in words: the answer is cut, which every client notices.
		if r.Context().Err() == nil {
			v.Log.Warn("a backup was cut off", zap.Error(err))
		}
		panic(http.ErrAbortHandler)
	default:
		out.begin()
		w.Header().Set(digestTrailer, hex.EncodeToString(out.digest.Sum(nil)))
	}
}

// backupWriter sends a backup; the answer begins with the first byte.
type backupWriter struct {
	w      http.ResponseWriter
	limits *http.ResponseController
	digest hash.Hash
	begun  bool
}

func (b *backupWriter) begin() {
	if b.begun {
		return
	}
	b.begun = true
	b.w.Header().Set("Content-Type", "application/octet-stream")
	b.w.Header().Set("Trailer", digestTrailer)
	b.w.WriteHeader(http.StatusOK)
}

// Write sends a piece. A client has [writeWait] to take it.
func (b *backupWriter) Write(p []byte) (int, error) {
	b.begin()
	_ = b.limits.SetWriteDeadline(time.Now().Add(writeWait))
	n, err := b.w.Write(p)
	b.digest.Write(p[:n])
	if err != nil {
		return n, forks.RetryLater("", "send the backup: %w", err)
	}
	return n, nil
}

// Backup writes the daemon's database to w. What w got is worth nothing if there
// is an error.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	a, err := c.ask(ctx, http.MethodGet, "/v1/backup", nil, noHurry)
	if err != nil {
		return err
	}
	defer a.close()
	digest := sha256.New()
	out := &faultyWriter{w: io.MultiWriter(w, digest)}
	if _, err := io.Copy(out, a.body); out.err != nil {
		return fmt.Errorf("write the backup: %w", out.err)
	} else if err != nil {
		return a.lost(err, "it sent the backup", "what was received of it is not complete: delete it")
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != a.resp.Trailer.Get(digestTrailer) {
		return forks.RetryLater("delete it, and make another", "the backup was received damaged: its digest %s is not the one that the daemon tells (%s)",
			got, quoted(a.resp.Trailer.Get(digestTrailer)))
	}
	return nil
}

// faultyWriter remembers the error of a writer: [io.Copy] does not tell whose it is.
type faultyWriter struct {
	w   io.Writer
	err error
}

func (f *faultyWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.err = err
	return n, err
}
