package githubtest

import (
	"strconv"
	"strings"
)

// listFiles lists what a pull request changes, with the difference of each file.
func listFiles(c *call) answer {
	return withPull(c, func(i *issue) answer {
		p := i.pull
		span := p.baseSHA + "..." + p.headSHA
		out, _ := c.repo.run(nil, "", "diff", "--no-renames", "--raw", "--no-abbrev", "-z", span)
		fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
		var names [][2]string // path, and what git says of it
		for n := 0; n+1 < len(fields); n += 2 {
			names = append(names, [2]string{fields[n+1], fields[n]})
		}
		return ok(list(names, func(f [2]string) object { return c.fileView(i, span, f[0], strings.Fields(f[1])) }))
	})
}

func (c *call) fileView(i *issue, span, name string, raw []string) object {
	word := map[string]string{"A": "added", "D": "removed", "M": "modified", "T": "changed"}[raw[4]]
	blob := raw[3]
	if raw[4] == "D" {
		blob = raw[2]
	}
	counts := strings.Fields(c.repo.line("diff", "--no-renames", "--numstat", span, "--", ":(literal)"+name))
	added, deleted := 0, 0
	if len(counts) > 1 {
		added, _ = strconv.Atoi(counts[0])
		deleted, _ = strconv.Atoi(counts[1])
	}
	var patch string
	for _, h := range c.repo.hunks(i.pull.baseSHA, i.pull.headSHA, name) {
		patch += h.text
	}
	at := i.pull.headSHA + "/" + escape(name)
	view := object{
		"sha": blob, "filename": name, "status": word, "additions": added, "deletions": deleted, "changes": added + deleted,
		"blob_url": c.s.webURL(c.repo) + "/blob/" + at, "raw_url": c.s.webURL(c.repo) + "/raw/" + at,
		"contents_url": c.s.repoURL(c.repo) + "/contents/" + escape(name) + "?ref=" + i.pull.headSHA,
	}
	if patch != "" {
		view["patch"] = strings.TrimSuffix(patch, "\n")
	}
	return view
}

// listCommits lists a pull request's commits, oldest first; GitHub shows 250.
func listCommits(c *call) answer {
	return withPull(c, func(i *issue) answer {
		out, _ := c.repo.run(nil, "", "rev-list", "--reverse", "--topo-order", "--max-count=250", i.pull.baseSHA+".."+i.pull.headSHA)
		return ok(list(strings.Fields(out), func(sha string) object { return c.s.commitView(c.repo, sha) }))
	})
}
