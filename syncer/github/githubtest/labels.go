package githubtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func listLabels(c *call) answer { return ok(list(c.repo.labels, c.labelView)) }

func (c *call) labelView(l *label) object { return c.s.labelView(c.repo, l) }

func getLabel(c *call) answer {
	if l := c.repo.label(c.vars["name"]); l != nil {
		return ok(c.labelView(l))
	}
	return c.notFound()
}

func postLabel(c *call) answer {
	var in struct {
		Name        string `json:"name"`
		Color       string `json:"color"`
		Description string `json:"description"`
	}
	if !c.read(&in) {
		return c.malformed()
	}
	switch {
	case in.Name == "" || len(in.Name) > 50:
		return c.invalid("Label", "name", "invalid", "")
	case in.Color != "" && !isColor(in.Color):
		return c.invalid("Label", "color", "invalid", "")
	case len(in.Description) > 100:
		return c.invalid("Label", "description", "invalid", "description is too long (maximum is 100 characters)")
	case c.repo.label(in.Name) != nil:
		return c.invalid("Label", "name", "already_exists", "")
	}
	l := c.newLabel(in.Name)
	if in.Color != "" {
		l.color = strings.ToLower(in.Color)
	}
	l.description = in.Description
	return answer{status: http.StatusCreated, body: c.labelView(l)}
}

func isColor(s string) bool {
	return len(s) == 6 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}

func (c *call) newLabel(name string) *label {
	l := &label{id: c.s.nextID(), name: name, color: "ededed"}
	c.repo.labels = append(c.repo.labels, l)
	return l
}

// labelNames reads labels as GitHub takes them: names, or objects that have one.
func labelNames(raw []json.RawMessage) []string {
	var names []string
	for _, r := range raw {
		var name string
		var named struct{ Name string }
		if json.Unmarshal(r, &name) != nil && json.Unmarshal(r, &named) == nil {
			name = named.Name
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// readLabels reads a list of labels, bare or in an object.
func (c *call) readLabels() ([]string, bool) {
	var bare []json.RawMessage
	if json.Unmarshal(c.raw, &bare) == nil {
		return labelNames(bare), true
	}
	var in struct {
		Labels []json.RawMessage `json:"labels"`
	}
	okay := c.read(&in)
	return labelNames(in.Labels), okay
}

// label puts labels on an issue; those that the repository has not are made.
func (c *call) label(i *issue, names []string) {
	for _, name := range names {
		l := c.repo.label(name)
		if l == nil {
			l = c.newLabel(name)
		}
		if !slices.Contains(i.labels, l) {
			i.labels = append(i.labels, l)
			i.updated = c.now
			c.s.event(i, c.actor, event{kind: "labeled", label: l}, true)
		}
	}
}

// unlabel takes a label off, or all with nil.
func (c *call) unlabel(i *issue, one *label) {
	i.labels = slices.DeleteFunc(i.labels, func(l *label) bool {
		gone := one == nil || l == one
		c.s.event(i, c.actor, event{kind: "unlabeled", label: l}, gone)
		return gone
	})
	i.updated = c.now
}

func listIssueLabels(c *call) answer {
	return withIssue(c, func(i *issue) answer { return ok(list(i.labels, c.labelView)) })
}

func postIssueLabels(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		names, okay := c.readLabels()
		if !okay {
			return c.malformed()
		}
		c.label(i, names)
		return ok(list(i.labels, c.labelView))
	})
}

func putIssueLabels(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		names, okay := c.readLabels()
		if !okay {
			return c.malformed()
		}
		c.unlabel(i, nil)
		c.label(i, names)
		return ok(list(i.labels, c.labelView))
	})
}

func deleteIssueLabel(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		l := c.repo.label(c.vars["name"])
		if l == nil || !slices.Contains(i.labels, l) {
			return c.refuse(http.StatusNotFound, "Label does not exist")
		}
		c.unlabel(i, l)
		return ok(list(i.labels, c.labelView))
	})
}
