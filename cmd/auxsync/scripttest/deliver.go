package scripttest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// deliver posts what GitHub's webhook would to a daemon, and prints the status of the
// answer: NAME ID SECRET [SIZE].
func deliver(t tb, args []string) {
	body := `{"action":"created","repository":{"full_name":"` + hubRepo + `"}}`
	if len(args) == 4 && args[3] == "large" {
		body += strings.Repeat(" ", 1<<20)
	}
	mac := hmac.New(sha256.New, []byte(args[2]))
	_, _ = mac.Write([]byte(body)) // it never fails
	req, err := http.NewRequest(http.MethodPost, "http://"+address(t, args[0])+"/hooks/github/pkgs", strings.NewReader(body))
	t.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", "issue_comment")
	req.Header.Set("X-GitHub-Delivery", args[1])
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	client := http.Client{Timeout: patience}
	resp, err := client.Do(req)
	t.Check(err)
	t.Check(resp.Body.Close())
	fmt.Fprintln(t.Stdout(), resp.Status)
}
