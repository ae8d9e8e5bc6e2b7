package github

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func delivery(secret, body, id string) *http.Request {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r := httptest.NewRequest(http.MethodPost, "/hooks", strings.NewReader(body))
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-GitHub-Delivery", id)
	return r
}

func TestTheSignatureIsThatOfGitHubsDocumentation(t *testing.T) {
	t.Parallel()
	const secret = "It's a Secret to Everybody"
	r := delivery("x", "Hello, World!", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	event, id, err := VerifyWebhook(forks.NewSecret(secret), r, MaxHook)
	if err != nil || event != "push" || id != "72d3162e-cc78-11e3-81ab-4c9367dc0958" {
		t.Errorf("%q %q %v", event, id, err)
	}
	for name, break_ := range map[string]func(*http.Request){
		"another body":     func(r *http.Request) { r.Body = http.NoBody },
		"no signature":     func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") },
		"half a signature": func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256=7571") },
		"no hex":           func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256=zz") },
	} {
		r := delivery(secret, "Hello, World!", "1")
		break_(r)
		if _, _, err := VerifyWebhook(forks.NewSecret(secret), r, MaxHook); !errors.Is(err, ErrHookForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := VerifyWebhook(forks.Secret{}, delivery("", "x", "1"), MaxHook); !errors.Is(err, ErrHookForged) {
		t.Errorf("an empty secret: %v", err)
	}
	if _, _, err := VerifyWebhook(forks.NewSecret("s"), delivery("s", "12345", "1"), 4); !errors.Is(err, ErrHookTooLarge) {
		t.Errorf("a large body: %v", err)
	}
}

// form is a delivery as GitHub sends it unless it is told otherwise.
func form(secret, body, id string) *http.Request {
	r := delivery(secret, body, id)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestADeliveryWakesInBothFormsThatGitHubHas(t *testing.T) {
	t.Parallel()
	const body = `{"repository":{"full_name":"auxolotl/nixpkgs"}}`
	var woken []string
	h := NewHooks(func() (forks.Secret, error) { return forks.NewSecret("s"), nil }, func(r string) { woken = append(woken, r) })
	typed := delivery("s", body, "1")
	typed.Header.Set("Content-Type", "application/json")
	for i, r := range []*http.Request{typed, form("s", "payload="+url.QueryEscape(body), "2")} {
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusNoContent || len(woken) != i+1 || woken[i] != "auxolotl/nixpkgs" {
			t.Errorf("form %d: answered %d, woken %v", i, w.Code, woken)
		}
	}
}

func TestADeliveryWakesOnceAndOnlyIfItIsSigned(t *testing.T) {
	t.Parallel()
	var woken []string
	h := NewHooks(func() (forks.Secret, error) { return forks.NewSecret("s"), nil }, func(r string) { woken = append(woken, r) })
	const body = `{"repository":{"full_name":"auxolotl/nixpkgs"}}`
	post := func(r *http.Request) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	ping := delivery("s", body, "ping")
	ping.Header.Set("X-GitHub-Event", "ping")
	unnamed := delivery("s", body, "")
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"forged":        {delivery("other", body, "a"), 401},
		"ping":          {ping, 204},
		"without id":    {unnamed, 400},
		"no payload":    {delivery("s", "[", "b"), 400},
		"no form":       {form("s", "payload=%zz", "e"), 400},
		"another field": {form("s", "pay=%7B%7D", "f"), 400},
		"no repository": {delivery("s", `{"organization":{"login":"auxolotl"}}`, "g"), 204},
		"a bad name":    {delivery("s", `{"repository":{"full_name":"../.."}}`, "c"), 204},
		"too large":     {delivery("s", string(bytes.Repeat([]byte("x"), MaxHook+1)), "d"), 413},
		"not a post":    {httptest.NewRequest(http.MethodGet, "/hooks", nil), 405},
		"a long id":     {delivery("s", body, strings.Repeat("x", 65)), 400},
		"an id that is": {delivery("s", body, "x/y"), 400},
	} {
		if got := post(c.r); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if len(woken) > 0 {
		t.Errorf("woken by %v", woken)
	}
	if post(delivery("s", body, "1")) != 204 || post(delivery("s", body, "1")) != 409 || len(woken) != 1 || woken[0] != "auxolotl/nixpkgs" {
		t.Errorf("woken %v", woken)
	}
	for i := range 2 * rememberedDeliveries {
		post(delivery("s", body, fmt.Sprint("x", i)))
	}
	if len(h.taken) != rememberedDeliveries {
		t.Errorf("%d deliveries are remembered", len(h.taken))
	}
}
