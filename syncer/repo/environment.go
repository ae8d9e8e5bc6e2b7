package repo

import (
	"os"
	"strconv"
	"time"
)

// setting is one git config key with its value, handed over in the environment.
type setting struct{ key, value string }

// noReplaceObjects lets no ref say that one object is to be read for another.
const noReplaceObjects = "GIT_NO_REPLACE_OBJECTS=1"

// baseEnvironment returns what every child sees. Of this process's environment
// only what the machine's administrator must be able to say is passed on: where
// programs, temporary files and certificates are, and which proxy to use.
func baseEnvironment(home string) []string {
	if home == "" {
		home = os.DevNull
	}
	env := []string{
		"HOME=" + home,
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=/bin/false",
		"SSH_ASKPASS=/bin/false",
		"GIT_PROTOCOL_FROM_USER=0",
		noReplaceObjects,
		"GIT_NO_LAZY_FETCH=1",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes",
		"GIT_SSH_VARIANT=ssh",
	}
	for _, name := range []string{
		"PATH", "TMPDIR",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
	} {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Several children may work in one cache: each waits for the others' locks, which
// are held for moments. What is held longer was left behind and is swept.
const (
	refLockWait    = "10000" // milliseconds, for a ref
	packedRefsWait = "60000" // milliseconds, for all packed refs
)

// trickleTime is for how many seconds HTTP may be too slow.
func trickleTime(stall time.Duration) string {
	return strconv.Itoa(int(max(1, stall/5/time.Second)))
}

// baseSettings is the config of every child, on top of the repository's own.
func baseSettings(stall time.Duration) []setting {
	return []setting{
		{"core.hooksPath", os.DevNull},
		{"core.filesRefLockTimeout", refLockWait},
		{"core.fsmonitor", "false"},
		{"core.attributesFile", os.DevNull},
		{"core.excludesFile", os.DevNull},
		{"core.packedRefsTimeout", packedRefsWait},
		{"core.protectHFS", "true"},
		{"core.protectNTFS", "true"},
		{"core.fsync", "all"},
		{"core.bigFileThreshold", "32m"},
		{"core.abbrev", "40"},
		{"core.quotePath", "true"},
		{"credential.helper", ""},
		{"diff.algorithm", "histogram"},
		{"diff.renameLimit", "7000"},
		{"fetch.recurseSubmodules", "false"},
		{"fetch.writeCommitGraph", "false"}, // its lock is not waited for: see Graph
		{"fetch.unpackLimit", "1"},          // one pack a fetch: quicker to make durable than loose objects
		{"gc.auto", "0"},
		{"http.followRedirects", "false"},
		{"http.lowSpeedLimit", "1000"},
		{"http.lowSpeedTime", trickleTime(stall)},
		{"maintenance.auto", "false"},
		{"merge.conflictStyle", "diff3"},
		{"merge.directoryRenames", "conflict"},
		{"merge.renameLimit", "7000"},
		{"merge.renames", "true"},
		{"protocol.version", "2"},
		{"push.recurseSubmodules", "no"},
		{"submodule.recurse", "false"},
		{"transfer.fsckObjects", "true"},
	}
}

// configEnvironment writes settings in the form git reads from the environment.
func configEnvironment(settings []setting) []string {
	env := make([]string, 0, 2*len(settings)+1)
	env = append(env, "GIT_CONFIG_COUNT="+strconv.Itoa(len(settings)))
	for i, s := range settings {
		n := strconv.Itoa(i)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+s.key, "GIT_CONFIG_VALUE_"+n+"="+s.value)
	}
	return env
}
