package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/auxolotl/auxsync/forks"
)

// MaxHook is the largest delivery that is read.
const MaxHook = 1 << 20

// What is wrong with a delivery.
var (
	ErrHookTooLarge  = errors.New("the delivery is too large")
	ErrHookForged    = errors.New("the delivery is not signed with the secret")
	ErrHookMalformed = errors.New("the delivery is not one of GitHub's webhooks")
)

// deliveryID is what GitHub names a delivery by: a GUID.
var deliveryID = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// VerifyWebhook reads a delivery of at most limit bytes and checks its signature,
// before anything in it is believed. It returns what happened and the delivery's id,
// and leaves the body in r to be read again. An empty secret verifies nothing.
func VerifyWebhook(secret forks.Secret, r *http.Request, limit int64) (event, delivery string, err error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case err != nil:
		return "", "", fmt.Errorf("read a delivery: %w", err)
	case int64(len(body)) > limit:
		return "", "", ErrHookTooLarge
	}
	given, err := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256="))
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	_, _ = mac.Write(body) // it never fails
	if secret.IsZero() || err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return "", "", ErrHookForged
	}
	event, delivery = r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")
	if event == "" || !deliveryID.MatchString(delivery) {
		return "", "", ErrHookMalformed
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return event, delivery, nil
}

// rememberedDeliveries is how many are known as taken.
const rememberedDeliveries = 1024

// Hooks takes GitHub's webhooks. They only wake: nothing that a delivery says is
// acted upon, so that one that is lost, late or sent twice does no harm.
type Hooks struct {
	secret func() (forks.Secret, error)
	wake   func(repository string)

	mu    sync.Mutex
	taken map[string]bool
	order [rememberedDeliveries]string // a ring
	next  int
}

// NewHooks makes the endpoint. The secret is read anew for each delivery. wake is
// called with "owner/name" of the repository that something happened in, which must
// not block; it is from others.
func NewHooks(secret func() (forks.Secret, error), wake func(repository string)) *Hooks {
	return &Hooks{secret: secret, wake: wake, taken: map[string]bool{}}
}

// ServeHTTP takes one delivery.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "deliveries are posted", http.StatusMethodNotAllowed)
		return
	}
	secret, err := h.secret()
	if err != nil {
		http.Error(w, "the secret cannot be read here", http.StatusServiceUnavailable)
		return
	}
	event, delivery, err := VerifyWebhook(secret, r, MaxHook)
	switch {
	case errors.Is(err, ErrHookTooLarge):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	case errors.Is(err, ErrHookForged):
		http.Error(w, err.Error(), http.StatusUnauthorized)
	case err != nil:
		http.Error(w, ErrHookMalformed.Error(), http.StatusBadRequest)
	case !h.first(delivery):
		http.Error(w, "the delivery was taken before", http.StatusConflict)
	default:
		h.take(w, r, event)
	}
}

// take wakes whoever attends to the repository of a delivery that is new and genuine.
// One that cannot be read is refused, so that it shows as failed on GitHub.
func (h *Hooks) take(w http.ResponseWriter, r *http.Request, event string) {
	payload, err := payloadOf(r)
	if err != nil {
		http.Error(w, ErrHookMalformed.Error(), http.StatusBadRequest)
		return
	}
	if repository := repositoryOf(payload); event != "ping" && repository != "" {
		h.wake(repository)
	}
	w.WriteHeader(http.StatusNoContent)
}

// first reports whether a delivery is new, and remembers it.
func (h *Hooks) first(delivery string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.taken[delivery] {
		return false
	}
	delete(h.taken, h.order[h.next])
	h.order[h.next] = delivery
	h.taken[delivery] = true
	h.next = (h.next + 1) % len(h.order)
	return true
}

// payloadOf returns the JSON of a delivery. GitHub sends it bare, or as a field of a
// form where the webhook was made without a choice of its content type.
func payloadOf(r *http.Request) ([]byte, error) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(payload))
		if err != nil {
			return nil, err
		}
		payload = []byte(form.Get("payload"))
	}
	if !json.Valid(payload) {
		return nil, ErrHookMalformed
	}
	return payload, nil
}

// repositoryOf returns the repository of a payload; "" if it is about none.
func repositoryOf(body []byte) string {
	var payload struct {
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
	}
	_ = json.Unmarshal(body, &payload) // then it is about none
	owner, repo, _ := strings.Cut(payload.Repository.FullName, "/")
	if !properName(owner) || !properName(repo) {
		return ""
	}
	return payload.Repository.FullName
}
