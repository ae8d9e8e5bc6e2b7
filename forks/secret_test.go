package forks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := forks.NewSecret("canary")
	hidden := struct {
		Public forks.Secret
		hidden forks.Secret
		inside *struct{ s forks.Secret }
	}{secret, secret, &struct{ s forks.Secret }{secret}}
	if hidden.hidden.Reveal() != "canary" || hidden.inside.s.Reveal() != "canary" {
		t.Fatal("the test hides nothing")
	}
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&printed, verb+" "+verb+" "+verb+"\n", secret, &secret, hidden)
	}
	encoded, err := json.Marshal(map[string]any{"secret": secret, "struct": hidden})
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(encoded)
	enc := zapcore.NewJSONEncoder(zapcore.EncoderConfig{})
	if err := enc.AddReflected("secret", hidden); err != nil {
		t.Fatal(err)
	}
	line, err := enc.EncodeEntry(zapcore.Entry{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	printed.WriteString(line.String())
	for _, shown := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary")} {
		if strings.Contains(printed.String(), shown) {
			t.Errorf("the secret is shown as %s:\n%s", shown, printed.String())
		}
	}
	if !strings.Contains(printed.String(), "<secret>") {
		t.Error("nothing stands in place of the secret")
	}
}

func TestEmptySecretIsZero(t *testing.T) {
	t.Parallel()
	if s := forks.NewSecret(""); !s.IsZero() || s.Reveal() != "" {
		t.Errorf("got %v", s.IsZero())
	}
	if s := forks.NewSecret("x"); s.IsZero() || s.Reveal() != "x" {
		t.Error("a secret is lost")
	}
}
