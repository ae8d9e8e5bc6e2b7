package forks

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// parsed is a value in effect that is more than its text.
type parsed[T any] struct {
	text
	value T
}

// inherited is what one level of the file says for those below it.
type inherited struct {
	history      text
	interval     parsed[time.Duration]
	jitter       parsed[float64]
	publishEvery parsed[time.Duration]
	hold         holdTimes
	security     text
	merger       text
	crossCheck   parsed[bool]
}

// builtin is what counts where no level says anything.
func builtin() inherited {
	return inherited{
		history:      text{string(Merging), 0, fromDefault},
		interval:     parsed[time.Duration]{text{"30m", 0, fromDefault}, 30 * time.Minute},
		jitter:       parsed[float64]{text{"10%", 0, fromDefault}, 0.1},
		publishEvery: parsed[time.Duration]{text{"24h", 0, fromDefault}, day},
		hold:         builtinHold(),
		security:     text{DefaultSecurityPattern, 0, fromDefault},
		merger:       text{OwnMerger, 0, fromDefault},
		crossCheck:   parsed[bool]{text{"true", 0, fromDefault}, true},
	}
}

// inherit reads what t says of what may be inherited; the rest is as above it.
func (r *configReader) inherit(t *tomlTable, path keyPath, above inherited) inherited {
	in := inherited{
		history:      r.history(t, path, above.history),
		interval:     r.span(t, path, "interval", above.interval, time.Minute, 7*day),
		jitter:       r.percent(t, path, "jitter", above.jitter),
		publishEvery: r.publishEvery(t, path, above.publishEvery),
		hold:         r.holdTimes(t, path, above.hold),
		security:     r.securityPattern(t, path, above.security),
		merger:       r.choice(t, path, "merger", above.merger, OwnMerger, GitMerger),
		crossCheck:   r.yes(t, path, "cross_check", above.crossCheck),
	}
	r.show(path.child("history"), in.history)
	r.show(path.child("interval"), in.interval.text)
	r.show(path.child("jitter"), in.jitter.text)
	r.show(path.child("publish_every"), in.publishEvery.text)
	in.hold.show(r, path)
	r.show(path.child("security_pattern"), in.security)
	r.show(path.child("merger"), in.merger)
	r.show(path.child("cross_check"), in.crossCheck.text)
	return in
}

// maxPublishEvery bounds how long a branch may stand still with nobody asked.
const maxPublishEvery = 30 * day

func (r *configReader) publishEvery(t *tomlTable, path keyPath, or parsed[time.Duration]) parsed[time.Duration] {
	return r.span(t, path, "publish_every", or, 0, maxPublishEvery)
}

// span reads a length of time.
func (r *configReader) span(t *tomlTable, path keyPath, key string, or parsed[time.Duration], least, most time.Duration) parsed[time.Duration] {
	written, ok := r.text(t, path, key)
	if !ok || written.line == 0 {
		return or
	}
	d, err := parseSpan(written.value)
	switch {
	case err != nil:
		r.problems.add(written.line, path.child(key), "%v", err)
	case d < least || d > most:
		r.problems.add(written.line, path.child(key), "%q must be from %s to %s", written.value, Span(least), Span(most))
	}
	return parsed[time.Duration]{written, d}
}

// percent reads a share in whole percent.
func (r *configReader) percent(t *tomlTable, path keyPath, key string, or parsed[float64]) parsed[float64] {
	written, ok := r.text(t, path, key)
	if !ok || written.line == 0 {
		return or
	}
	digits, hasSign := strings.CutSuffix(written.value, "%")
	n, err := strconv.ParseUint(digits, 10, 32)
	if !hasSign || err != nil || n > 100 {
		r.problems.add(written.line, path.child(key), `%q must be from 0%% to 100%%, in whole percent, such as "10%%"`, written.value)
	}
	return parsed[float64]{written, float64(n) / 100}
}

// whole reads an integer.
func (r *configReader) whole(t *tomlTable, path keyPath, key string, or parsed[int64], least, most int64) parsed[int64] {
	v := t.values[key]
	if v == nil {
		return or
	}
	if v.kind != tomlInteger {
		r.problems.add(v.line, path.child(key), "must be an integer, not %s", v.kind)
		return or
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(v.text, "+"), 0, 64)
	if err != nil || n < least || n > most {
		r.problems.add(v.line, path.child(key), "%s must be from %d to %d", v.text, least, most)
		return or
	}
	return parsed[int64]{text{strconv.FormatInt(n, 10), v.line, r.origin(v.line)}, n}
}

// flag reads true or false, and shows it.
func (r *configReader) flag(t *tomlTable, path keyPath, key string, or bool) bool {
	in := r.yes(t, path, key, parsed[bool]{text{strconv.FormatBool(or), 0, fromDefault}, or})
	r.show(path.child(key), in.text)
	return in.value
}

// yes reads true or false.
func (r *configReader) yes(t *tomlTable, path keyPath, key string, or parsed[bool]) parsed[bool] {
	v := t.values[key]
	switch {
	case v == nil:
		return or
	case v.kind != tomlBoolean:
		r.problems.add(v.line, path.child(key), "must be true or false, not %s", v.kind)
		return or
	}
	return parsed[bool]{text{v.text, v.line, r.origin(v.line)}, v.text == "true"}
}

// listen reads the address of the status page.
func (r *configReader) listen(root *tomlTable) text {
	path := keyPath{"listen"}
	address, ok := r.text(root, nil, "listen")
	if ok && address.line > 0 {
		if err := checkListen(address.value); err != nil {
			r.problems.add(address.line, path, "%v", err)
		}
	}
	r.show(path, address)
	return address
}

func checkListen(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf(`%q must be an address and a port, such as "127.0.0.1:8467" or "[::1]:8467"`, address)
	}
	if host == "" {
		return fmt.Errorf(`%q names no address; write "127.0.0.1:%s", or "[::]:%s" for all addresses of the machine`, address, port, port)
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostName(host) {
		return fmt.Errorf("%q is neither an IP address nor the name of a host", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port %q must be a number from 0 to 65535", port)
	}
	return nil
}

// hostName reports whether s can be the name of a host; what looks like a wrong IP
// address cannot.
func hostName(s string) bool {
	letters := false
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			letters = true
		case c != '-' && c != '.' && (c < '0' || c > '9'):
			return false
		}
	}
	return letters && s[0] != '-'
}

// policyFile reads the path of a local policy; empty means the fork's own branch.
func (r *configReader) policyFile(t *tomlTable, path keyPath) string {
	key := path.child("policy")
	file, ok := r.text(t, path, "policy")
	switch {
	case !ok:
		r.show(key, text{"branch " + PolicyBranch, 0, fromDefault})
		return ""
	case file.line > 0 && !strings.HasPrefix(file.value, "/"):
		r.problems.add(file.line, key, "%q must be an absolute path; without this key the policy is the fork's branch %s", file.value, PolicyBranch)
	}
	r.show(key, file)
	return file.value
}
