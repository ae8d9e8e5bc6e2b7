package maintainers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// A forgeTeam is a team as upstream's forge has it, written down in a file.
type forgeTeam struct {
	slug, name, where string
	accounts          []forks.Account
}

// mostForgeTeams is the size of that file in bytes.
const mostForgeTeams = 2 << 20

// readForgeTeams reads them by slug in lower case. What has the wrong shape is left out,
// and the problem says so.
func readForgeTeams(content []byte) (bySlug map[string]forgeTeam, problem string) {
	bySlug = map[string]forgeTeam{}
	if len(content) > mostForgeTeams {
		return bySlug, fmt.Sprintf("%s has %d bytes and is not read: at most %d are", slugListPath, len(content), mostForgeTeams)
	}
	d := json.NewDecoder(bytes.NewReader(content))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return bySlug, slugListPath + " is not a JSON object"
	}
	line, counted := 1, 0
	for d.More() {
		name, err := d.Token()
		slug, ok := name.(string)
		if err != nil || !ok {
			return bySlug, brokenForgeTeams(line)
		}
		end := int(d.InputOffset())
		line, counted = line+bytes.Count(content[counted:end], []byte("\n")), end
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return bySlug, brokenForgeTeams(line)
		}
		t, err := readForgeTeam(value)
		if err != nil {
			problem = fmt.Sprintf("the team at %s is not read: it has another form than the rest", placeOf(slugListPath, line))
			continue
		}
		t.slug, t.where = slug, placeOf(slugListPath, line)
		bySlug[strings.ToLower(slug)] = t
	}
	return bySlug, problem
}

func brokenForgeTeams(line int) string {
	return fmt.Sprintf("%s is broken at line %d or after it; what stands before is read", slugListPath, line)
}

// readForgeTeam reads one team. Those who maintain it are members like the others.
func readForgeTeam(value []byte) (forgeTeam, error) {
	var t struct {
		Name                 string
		Members, Maintainers map[string]int64
	}
	if err := json.Unmarshal(value, &t); err != nil {
		return forgeTeam{}, err
	}
	var accounts []forks.Account
	for _, group := range []map[string]int64{t.Maintainers, t.Members} {
		for login, id := range group {
			if loginPattern.MatchString(login) {
				accounts = append(accounts, forks.Account{Login: login, ID: max(id, 0)})
			}
		}
	}
	return forgeTeam{name: t.Name, accounts: mergeAccounts(accounts, nil)}, nil
}

// mergeAccounts returns the accounts of both, sorted by login, each once.
func mergeAccounts(a, b []forks.Account) []forks.Account {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(a, b forks.Account) int {
		return strings.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login))
	})
	return slices.CompactFunc(all, func(a, b forks.Account) bool { return strings.EqualFold(a.Login, b.Login) })
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
